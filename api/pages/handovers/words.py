"""What pages say of the steps of a handover."""

from collections.abc import Mapping
from typing import Final

from api.pages.language import marked as _
from domain.matters.handovers import Deed, HandoverKind, HandoverState

# In the diary, after the name of who did it.
DEEDS: Final[Mapping[str, str]] = {
    Deed.OPEN: _("lập việc bàn giao"),
    Deed.CONFIRM: _("xác nhận tình trạng công việc"),
    Deed.OVERRIDE: _("quyết định thay người bàn giao"),
    Deed.ACCEPT: _("nhận việc"),
    Deed.DECLINE: _("từ chối nhận việc"),
    Deed.NAME_SUCCESSOR: _("chọn người nhận việc khác"),
    Deed.CANCEL: _("huỷ việc bàn giao"),
    Deed.RETURN: _("đổi ngày trả lại việc"),
    Deed.REPORT: _("đã báo nơi cấp về chứng thư số"),
    Deed.WITHOUT_GIVER: _("cho lập biên bản không có chữ ký người bàn giao"),
    Deed.APPLIED: _("ghi phân công mới, có hiệu lực từ thời điểm bàn giao"),
}
SIGNED: Final = _("ký biên bản")
# What was done, told once on the page that follows.
DONE: Final[Mapping[str, str]] = {
    Deed.OPEN: _("Đã lập. Những người liên quan đã được báo."),
    Deed.CONFIRM: _("Đã xác nhận. Người nhận việc đã được báo."),
    Deed.OVERRIDE: _("Đã quyết định thay. Người nhận việc đã được báo."),
    Deed.ACCEPT: _("Thầy/cô đã nhận việc."),
    Deed.DECLINE: _("Đã từ chối. Hiệu trưởng sẽ chọn người khác."),
    Deed.NAME_SUCCESSOR: _("Đã chọn."),
    Deed.CANCEL: _("Đã huỷ. Phân công trở lại như trước."),
    Deed.RETURN: _("Đã đổi ngày trả lại việc."),
    Deed.REPORT: _("Đã ghi nhận."),
    Deed.WITHOUT_GIVER: _("Biên bản sẽ lập không có chữ ký người bàn giao."),
}
# The way of a handover, for the line of steps at the top of its page.
WAY: Final[Mapping[HandoverState, str]] = {
    HandoverState.CONFIRMING: _("Xác nhận"),
    HandoverState.ACCEPTING: _("Nhận việc"),
    HandoverState.SIGNING: _("Ký biên bản"),
    HandoverState.STANDING: _("Thực hiện"),
    HandoverState.DONE: _("Xong"),
}
# What the principal or the administrator opens by hand.
KINDS: Final = tuple(each for each in HandoverKind if each is not HandoverKind.MERGER)


def way_of(kind: HandoverKind, *, asks: bool) -> list[tuple[HandoverState, str]]:
    """The steps that a handover of this kind takes."""
    left_out = set() if asks else {HandoverState.CONFIRMING}
    if not kind.has_minutes:
        left_out.add(HandoverState.SIGNING)
    return [(state, words) for state, words in WAY.items() if state not in left_out]


def deed_words(deed: str) -> str:
    return SIGNED if deed.startswith("signed.") else DEEDS.get(deed, deed)
