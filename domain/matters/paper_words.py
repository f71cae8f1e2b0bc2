"""What people call the papers of matters, and whose signature a field of them is."""

from collections.abc import Mapping
from typing import Final

from domain.matters import MatterKind


def _(message: str) -> str:
    """Mark a sentence for the catalogues of other languages."""
    return message


PAPERS: Final[Mapping[str, str]] = {
    MatterKind.TRANSFER: _("Bản xác nhận kết quả học tập"),
    MatterKind.HANDOVER: _("Biên bản bàn giao"),
    MatterKind.IDENTITY: _("Trang thông tin học sinh"),
}
# The same by kind of document.
DOCUMENTS: Final[Mapping[str, str]] = {
    "transfer_result": PAPERS[MatterKind.TRANSFER],
    "handover_minutes": PAPERS[MatterKind.HANDOVER],
    "identity_page": PAPERS[MatterKind.IDENTITY],
}
_FIELDS: Final[Mapping[str, str]] = {
    "giver": _("Người bàn giao"),
    "taker": _("Người nhận bàn giao"),
    "homeroom": _("Giáo viên chủ nhiệm"),
    "principal": _("Hiệu trưởng"),
    "seal": _("Con dấu của trường"),
}


def field_name(field: str) -> str:
    """Several people may sign as the same: `taker_2` is a taker."""
    return _FIELDS.get(field) or _FIELDS.get(field.partition("_")[0], field)


def paper_name(matter_kind: str) -> str:
    return PAPERS.get(matter_kind, _("Văn bản"))
