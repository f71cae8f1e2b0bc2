"""What notices say, each in one plain sentence without a pupil's name, and which of them cannot wait."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID


def _(message: str) -> str:
    """Mark a sentence for the catalogues of other languages."""
    return message


class Kind(StrEnum):
    RETURNED = "returned"
    TURN = "turn"
    DEADLINE = "deadline"
    NUDGE = "nudge"
    SIGNATURE_VOID = "signature_void"
    CERTIFICATE = "certificate"
    NEW_DEVICE = "new_device"
    CAMPAIGN = "campaign"
    MATTER = "matter"


KIND_NAMES: Final = {
    Kind.RETURNED: _("Trả lại"),
    Kind.TURN: _("Đến lượt"),
    Kind.DEADLINE: _("Hạn"),
    Kind.NUDGE: _("Nhắc việc"),
    Kind.SIGNATURE_VOID: _("Chữ ký"),
    Kind.CERTIFICATE: _("Chứng thư số"),
    Kind.NEW_DEVICE: _("Đăng nhập"),
    Kind.CAMPAIGN: _("Đợt học bạ"),
    Kind.MATTER: _("Chuyển, bàn giao, sửa"),
}
# Told at once, outside of the application too; everything else waits for the morning.
IMMEDIATE: Final = frozenset({Kind.RETURNED, Kind.TURN, Kind.NEW_DEVICE})
# Whoever signed in with a stolen password must not be able to keep this quiet.
ALWAYS: Final = frozenset({Kind.NEW_DEVICE})

RETURNED: Final = _("Lớp %(name)s, %(term)s: phần %(part)s bị trả lại để sửa (%(count)s học sinh).")
DONE: Final = _("Lớp %(name)s, %(term)s: việc đến lượt thầy/cô đã làm xong.")
SIGNATURE_VOID: Final = _("Lớp %(name)s, %(term)s: %(count)s chữ ký của thầy/cô hết giá trị: hồ sơ bị trả lại để sửa.")
NUDGE: Final = _("Lớp %(name)s, %(term)s: thầy/cô được nhắc làm nốt phần việc của mình.")
NUDGE_BY: Final = _("Lớp %(name)s, %(term)s: %(who)s nhắc thầy/cô làm nốt phần việc của mình.")
NUDGE_ALONE: Final = _("Thầy/cô được nhắc làm nốt phần việc của mình.")
NEW_DEVICE: Final = _("Tài khoản của thầy/cô vừa được đăng nhập từ một thiết bị mới.")
DEADLINES: Final = {
    "reminder": _("Lớp %(name)s, %(term)s: sắp đến hạn, thầy/cô còn việc chưa xong."),
    "overdue": _("Lớp %(name)s, %(term)s: đã quá hạn, thầy/cô còn việc chưa xong."),
    "escalation": _("Lớp %(name)s, %(term)s: quá hạn đã hai ngày mà chưa xong."),
}
# Of a phase of a campaign; then what an office owes, and what schools ask.
CAMPAIGN: Final = {
    "reminder": _("Đợt học bạ: bước “%(step)s” đến hạn hết ngày %(day)s mà chưa xong."),
    "overdue": _("Đợt học bạ: bước “%(step)s” đã quá hạn ngày %(day)s."),
    "escalation": _("Đợt học bạ: bước “%(step)s” đã quá hạn ngày %(day)s mà vẫn chưa xong."),
    "report": _("Đợt học bạ: cơ quan báo cáo Bộ chậm nhất hết ngày %(day)s."),
    "report_over": _("Đợt học bạ: đã qua hạn báo cáo Bộ ngày %(day)s; nếu chưa báo cáo, cơ quan cần làm ngay."),
    "certificates": _("Có trường gửi chứng thư số, chờ cơ quan duyệt."),
    "cases": _("Có trường báo học sinh chưa có số định danh, chờ cơ quan quyết định."),
    "ruled": _("Cơ quan quản lý đã quyết định về học sinh chưa có số định danh mà trường báo."),
    "reopened": _(
        "Hết thời hạn miễn trừ mà học sinh vẫn chưa có số định danh: trường bổ sung hoặc chờ quyết định mới."
    ),
}
# The same for an office, about all its schools.
_LATE: Final = _("Có trường quá hạn bước “%(step)s” (hạn %(day)s), cần cơ quan đôn đốc.")
CAMPAIGN_OFFICE: Final = {
    "reminder": _("Bước “%(step)s” đến hạn hết ngày %(day)s; còn trường chưa xong."),
    "overdue": _LATE,
    "escalation": _LATE,
}
OWN_CERTIFICATE: Final = {
    "expiring": _("Chứng thư số của thầy/cô sẽ hết hạn ngày %(day)s."),
    "expired": _("Chứng thư số của thầy/cô đã hết hạn ngày %(day)s."),
    "suspended": _("Chứng thư số của thầy/cô bị tạm dừng từ ngày %(day)s."),
    "revoked": _("Chứng thư số của thầy/cô bị thu hồi từ ngày %(day)s."),
}
CERTIFICATE: Final = {
    "expiring": _("Chứng thư số của %(owner)s sẽ hết hạn ngày %(day)s."),
    "expired": _("Chứng thư số của %(owner)s đã hết hạn ngày %(day)s."),
    "suspended": _("Chứng thư số của %(owner)s bị tạm dừng từ ngày %(day)s."),
    "revoked": _("Chứng thư số của %(owner)s bị thu hồi từ ngày %(day)s."),
}
# Of an organisation certificate and the managing authority.
APPROVALS: Final = {
    "approved": _("Cơ quan quản lý đã duyệt chứng thư số của %(owner)s (ngày %(day)s)."),
    "refused": _("Cơ quan quản lý không duyệt chứng thư số của %(owner)s (ngày %(day)s)."),
    "withdrawn": _("Cơ quan quản lý thu hồi việc duyệt chứng thư số của %(owner)s (ngày %(day)s)."),
}
MY_TASKS: Final = "/viec-cua-toi"
MY_ACCOUNT: Final = "/tai-khoan"


@dataclass(frozen=True)
class Told:
    """One matter that a person was told of: `words` take `values`, `path` leads to the task.

    `is_open`: there is still something to do about it. `reason` is for the application only: it may name a pupil.
    """

    ids: tuple[UUID, ...]
    staff_id: UUID
    kind: Kind
    words: str
    values: dict[str, object]
    path: str
    at: datetime
    is_new: bool
    is_open: bool = True
    due_at: datetime | None = None
    reason: str = ""
