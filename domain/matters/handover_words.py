"""What people read about handovers: what they are to do, and what they are told. Nobody's name is in it."""

from collections.abc import Mapping
from typing import Final


def _(message: str) -> str:
    """Mark a sentence for the catalogues of other languages."""
    return message


TASKS: Final[Mapping[str, str]] = {
    "handover.confirm": _("Xác nhận tình trạng công việc bàn giao"),
    "handover.override": _("Quyết định thay người bàn giao, vì đã quá hạn xác nhận"),
    "handover.accept": _("Xem và nhận phần việc được bàn giao"),
    "handover.name": _("Chọn người khác nhận phần việc, vì người được chọn đã từ chối"),
    "handover.report": _("Báo nơi cấp thu hồi chứng thư số của người nghỉ việc"),
    "handover.sign": _("Xem và ký biên bản bàn giao"),
}
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
