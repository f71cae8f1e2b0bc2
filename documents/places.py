"""Where each document leaves room for its signatures; the templates lay themselves out around these boxes.

The boxes are PDF points from the bottom left of the last page. They stand here, and travel to the template as data, so
that what is printed around a signature and the signature itself cannot drift apart.
"""

from domain.documents import DocumentKind, SignatureField
from domain.signature_places import SignaturePlace

LAST_PAGE = -1

LABELS = {
    SignatureField.SUBJECT_TEACHER: "Chữ ký của giáo viên bộ môn",
    SignatureField.HOMEROOM: "Chữ ký của giáo viên chủ nhiệm",
    SignatureField.PRINCIPAL: "Chữ ký của Hiệu trưởng",
    SignatureField.SEAL: "Con dấu số của nhà trường",
}

# The principal stands left and the homeroom teacher right, as on the paper forms (Circular 27/2020, annexes 1 and 2).
# The seal covers the left third of the principal's box (Decree 30/2020, annex I), so that one is wider than the others.
# Below the seal the QR code keeps its quiet zone.
_BOXES: dict[DocumentKind, dict[SignatureField, tuple[int, int, int, int]]] = {
    DocumentKind.YEAR_RECORD: {
        SignatureField.HOMEROOM: (397, 140, 547, 185),
        SignatureField.PRINCIPAL: (71, 140, 311, 185),
        SignatureField.SEAL: (48, 106, 151, 226),
    },
    DocumentKind.CLASS_SUMMARY: {
        SignatureField.HOMEROOM: (600, 140, 750, 185),
        SignatureField.PRINCIPAL: (83, 140, 323, 185),
        SignatureField.SEAL: (60, 106, 163, 226),
    },
    DocumentKind.SUBJECT_SHEET: {SignatureField.SUBJECT_TEACHER: (382, 140, 532, 185)},
}


def places_of(kind: DocumentKind) -> tuple[SignaturePlace, ...]:
    """Return the places of a kind of document in signing order."""
    return tuple(SignaturePlace(field, LABELS[field], LAST_PAGE, box) for field, box in _BOXES[kind].items())
