"""What people read about matters: what they are to do, what they are told, and the page that it leads to."""

from collections.abc import Mapping
from typing import Final

from domain.matters import MatterKind


def _(message: str) -> str:
    """Mark a sentence for the catalogues of other languages."""
    return message


# Where a matter of each kind is shown.
PATHS: Final[Mapping[str, str]] = {
    MatterKind.TRANSFER: "/chuyen-truong",
    MatterKind.HANDOVER: "/ban-giao",
    MatterKind.UNLOCK: "/mo-khoa",
    MatterKind.RECALL: "/thu-hoi",
    MatterKind.IDENTITY: "/trang-thong-tin",
}
# By kind and what a matter waits for; nobody's name is in them.
TASKS: Final[Mapping[str, str]] = {
    "handover.confirm": _("Xác nhận tình trạng công việc bàn giao"),
    "handover.override": _("Quyết định thay người bàn giao, vì đã quá hạn xác nhận"),
    "handover.accept": _("Xem và nhận phần việc được bàn giao"),
    "handover.name": _("Chọn người khác nhận phần việc, vì người được chọn đã từ chối"),
    "handover.report": _("Báo nơi cấp thu hồi chứng thư số của người nghỉ việc"),
    "handover.sign": _("Xem và ký biên bản bàn giao"),
}
# By kind and what somebody is told.
NOTICES: Final[Mapping[str, str]] = {
    "handover.confirm": _("Có việc bàn giao chờ thầy/cô xác nhận tình trạng công việc."),
    "handover.override": _("Người bàn giao chưa xác nhận và đã quá hạn; việc bàn giao chờ quyết định của thầy/cô."),
    "handover.accept": _("Thầy/cô được đề nghị nhận phần việc của đồng nghiệp."),
    "handover.name": _("Có người từ chối nhận việc bàn giao; hãy chọn người khác."),
    "handover.report": _("Có chứng thư số cần báo nơi cấp thu hồi."),
    "handover.sign": _("Biên bản bàn giao chờ thầy/cô ký."),
    "handover.confirm_near": _("Sắp hết hạn xác nhận tình trạng công việc bàn giao."),
    "handover.confirm_over": _("Đã hết hạn mà người bàn giao chưa xác nhận; thầy/cô có thể quyết định thay."),
    "handover.accept_late": _("Việc bàn giao chưa được nhận hết sau hai ngày."),
    "handover.minutes_late": _("Biên bản bàn giao chưa ký xong sau hai ngày."),
    "handover.vacant": _("Đã đến thời điểm bàn giao mà còn phần việc chưa ai nhận; phần việc đó đang trống."),
    "handover.effective": _("Việc bàn giao đã có hiệu lực."),
    "handover.until_near": _("Ba ngày nữa thì hết thời gian làm thay."),
    "handover.until": _("Hết thời gian làm thay; việc đã trở về người phụ trách."),
    "handover.cancelled": _("Việc bàn giao đã huỷ; không có gì thay đổi."),
    "handover.returned": _("Công việc được trả lại vào thời điểm mới."),
}
SIGN: Final = _("Xem và ký văn bản")


def path_of(kind: str, matter_id: object) -> str:
    return f"{PATHS[kind]}/{matter_id}"
