"""What people call the papers of matters, and whose signature a field of them is."""

from collections.abc import Mapping
from typing import Final

from domain.documents import DocumentKind, SignatureField, role_of
from domain.matters import MatterKind


def _(message: str) -> str:
    """Mark a sentence for the catalogues of other languages."""
    return message


PAPERS: Final[Mapping[str, str]] = {
    MatterKind.TRANSFER: _("Bảng tổng hợp kết quả của học sinh chuyển trường"),
    MatterKind.HANDOVER: _("Biên bản bàn giao"),
    MatterKind.IDENTITY: _("Trang thông tin học sinh của học bạ"),
    MatterKind.EXTRACT: _("Trích lục học bạ của các năm học trước"),
}
# The same by kind of document.
DOCUMENTS: Final[Mapping[str, str]] = {
    DocumentKind.TRANSFER_RESULT: PAPERS[MatterKind.TRANSFER],
    DocumentKind.HANDOVER_MINUTES: PAPERS[MatterKind.HANDOVER],
    DocumentKind.IDENTITY_PAGE: PAPERS[MatterKind.IDENTITY],
    DocumentKind.PAPER_EXTRACT: PAPERS[MatterKind.EXTRACT],
}
_FIELDS: Final[Mapping[str, str]] = {
    SignatureField.SUBJECT_TEACHER: _("Giáo viên bộ môn"),
    SignatureField.GIVER: _("Người bàn giao"),
    SignatureField.TAKER: _("Người nhận bàn giao"),
    SignatureField.HOMEROOM: _("Giáo viên chủ nhiệm"),
    SignatureField.PRINCIPAL: _("Hiệu trưởng"),
    SignatureField.SEAL: _("Con dấu của trường"),
}


def field_name(field: str) -> str:
    """Several people may sign as the same: `taker_2` is a taker."""
    return _FIELDS[role_of(field)]


def paper_name(matter_kind: str) -> str:
    return PAPERS.get(matter_kind, _("Văn bản"))
