"""The papers that documents are printed on: their template, their size, and the signature boxes of the last page.

PDF points; A4 is 210 x 297 mm.
"""

from dataclasses import dataclass, replace
from typing import Final

from documents.minutes_places import Box, minutes_places
from documents.result_form import result_form
from documents.sheet_form import sheet_form
from domain.documents import ClassSummaryContent, SignatureField, SubjectSheetContent
from domain.matter_papers import (
    HandoverMinutesContent,
    IdentityPageContent,
    MatterPaperContent,
    PaperExtractContent,
    TransferResultContent,
)
from domain.year_records import DocumentContent, PrimaryRecordContent, SecondaryRecordContent

_A4: Final = (595.276, 841.89)
_A4_ON_ITS_SIDE: Final = (841.89, 595.276)


@dataclass(frozen=True)
class Paper:
    template: str  # a file of templates/documents, without its ending
    size: tuple[float, float]
    x: int  # margin at either side
    top: int
    bottom: int
    boxes: tuple[tuple[str, Box], ...]  # in signing order
    signing: int = 236  # what the last page keeps free above its lower edge for signatures and proof


# The principal stands left and the homeroom teacher right, as on the paper forms (Circular 27/2020, annexes 1 and 2).
# The seal covers the left third of the principal's box (Decree 30/2020, annex I), so that one is wider than the others.
# Below the seal the QR code keeps its quiet zone.
_PRIMARY: Final = Paper(
    "primary_record",
    _A4,
    x=48,
    top=40,
    bottom=44,
    boxes=(
        (SignatureField.HOMEROOM, (397, 140, 547, 185)),
        (SignatureField.PRINCIPAL, (71, 140, 311, 185)),
        (SignatureField.SEAL, (48, 106, 151, 226)),
    ),
)
_SECONDARY: Final = Paper(
    "secondary_record",
    _A4,
    x=40,
    top=34,
    bottom=40,
    boxes=(
        (SignatureField.HOMEROOM, (405, 140, 555, 185)),
        (SignatureField.PRINCIPAL, (63, 140, 303, 185)),
        (SignatureField.SEAL, (40, 106, 143, 226)),
    ),
)
_SUMMARY: Final = Paper(
    "class_summary",
    _A4_ON_ITS_SIDE,
    x=36,
    top=34,
    bottom=42,
    boxes=(
        (SignatureField.HOMEROOM, (600, 140, 750, 185)),
        (SignatureField.PRINCIPAL, (83, 140, 323, 185)),
        (SignatureField.SEAL, (60, 106, 163, 226)),
    ),
)
_SHEET: Final = Paper(
    "subject_sheet",
    _A4,
    x=48,
    top=40,
    bottom=44,
    boxes=((SignatureField.SUBJECT_TEACHER, (382, 140, 532, 185)),),
)
_WIDE_SHEET: Final = Paper(
    "subject_sheet",
    _A4_ON_ITS_SIDE,
    x=48,
    top=34,
    bottom=44,
    boxes=((SignatureField.SUBJECT_TEACHER, (629, 140, 779, 185)),),
)


# Of what the school alone says: the principal stands right, as in administrative papers, the date above the seal.
_IDENTITY: Final = Paper(
    "identity_page",
    _A4,
    x=48,
    top=40,
    bottom=44,
    boxes=(
        (SignatureField.PRINCIPAL, (307, 140, 547, 185)),
        (SignatureField.SEAL, (284, 106, 387, 226)),
    ),
    signing=248,
)
_EXTRACT: Final = replace(_IDENTITY, template="paper_extract")
_TRANSFER: Final = replace(_IDENTITY, template="transfer_result")
_WIDE_TRANSFER: Final = replace(
    _TRANSFER,
    size=_A4_ON_ITS_SIDE,
    top=34,
    boxes=(
        (SignatureField.PRINCIPAL, (553, 140, 793, 185)),
        (SignatureField.SEAL, (530, 106, 633, 226)),
    ),
)


def paper_of(content: DocumentContent) -> Paper:
    match content:
        case PrimaryRecordContent():
            return _PRIMARY
        case SecondaryRecordContent():
            return _SECONDARY
        case ClassSummaryContent():
            return _SUMMARY
        case SubjectSheetContent():
            return _WIDE_SHEET if sheet_form(content).is_wide else _SHEET
        case _:
            return _of_matter(content)


def _of_matter(content: MatterPaperContent) -> Paper:
    match content:
        case IdentityPageContent():
            return _IDENTITY
        case PaperExtractContent():
            return _EXTRACT
        case TransferResultContent():
            return _WIDE_TRANSFER if result_form(content).is_wide else _TRANSFER
        case HandoverMinutesContent():
            places = minutes_places(content)
            return Paper("handover_minutes", _A4, x=48, top=40, bottom=44, boxes=places.boxes, signing=places.height)
