"""Where each document leaves room for its signatures; the templates lay themselves out around these boxes.

The boxes are PDF points from the bottom left of the last page, 150 x 45 each. They stand here, and travel to the
template as data, so that what is printed around a signature and the signature itself cannot drift apart.
"""

from domain.documents import DocumentKind, SignatureField
from domain.signature_places import SignaturePlace

LAST_PAGE = -1
BOX_WIDTH, BOX_HEIGHT = 150, 45

LABELS = {
    SignatureField.SUBJECT_TEACHER: "Chữ ký của giáo viên bộ môn",
    SignatureField.HOMEROOM: "Chữ ký của giáo viên chủ nhiệm",
    SignatureField.PRINCIPAL: "Chữ ký của Hiệu trưởng",
    SignatureField.SEAL: "Con dấu số của nhà trường",
}

# Lower left corners. The principal stands left and the homeroom teacher right, as on the paper forms (Circular 27/2020,
# annexes 1 and 2); the seal stands next to the principal's signature (Decree 30/2020, annex I).
_CORNERS: dict[DocumentKind, dict[SignatureField, tuple[int, int]]] = {
    DocumentKind.YEAR_RECORD: {
        SignatureField.HOMEROOM: (397, 140),
        SignatureField.PRINCIPAL: (48, 140),
        SignatureField.SEAL: (222, 140),
    },
    DocumentKind.CLASS_SUMMARY: {
        SignatureField.HOMEROOM: (600, 140),
        SignatureField.PRINCIPAL: (91, 140),
        SignatureField.SEAL: (345, 140),
    },
    DocumentKind.SUBJECT_SHEET: {SignatureField.SUBJECT_TEACHER: (382, 140)},
}


def places_of(kind: DocumentKind) -> tuple[SignaturePlace, ...]:
    """Return the places of a kind of document in signing order."""
    return tuple(
        SignaturePlace(field, LABELS[field], LAST_PAGE, (x, y, x + BOX_WIDTH, y + BOX_HEIGHT))
        for field, (x, y) in _CORNERS[kind].items()
    )
