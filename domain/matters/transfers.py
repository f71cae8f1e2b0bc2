"""What a transfer waits for, and what it tells: codes, and the words for people. Nobody's name is in them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


def _(message: str) -> str:
    """Mark a sentence for the catalogues of other languages."""
    return message


class Turn(StrEnum):
    """What somebody is to do."""

    ANSWER = "answer"
    RELEASE = "release"
    SIGN = "sign"
    SEAL = "seal"
    CHECK = "check"
    OVERRULE = "overrule"
    SETTLE = "settle"
    HAND_OVER = "hand_over"
    MEND = "mend"


class News(StrEnum):
    """What somebody is told."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    OBJECTED = "objected"
    SENT_BACK = "sent_back"
    PLACED = "placed"
    LEFT = "left"
    IDENTIFY = "identify"
    CANCELLED = "cancelled"
    REMIND = "remind"
    LATE = "late"
    ESCALATE = "escalate"


TASKS: Final[Mapping[str, str]] = {
    "transfer.answer": _("Trả lời đơn xin chuyển đến"),
    "transfer.release": _("Quyết định cho học sinh chuyển đi"),
    "transfer.sign": _("Ký kết quả học tập của học sinh chuyển đi"),
    "transfer.seal": _("Đóng dấu kết quả học tập của học sinh chuyển đi"),
    "transfer.check": _("Kiểm tra hồ sơ học sinh chuyển đến"),
    "transfer.overrule": _("Quyết định về hồ sơ chuyển đến có điểm không đạt"),
    "transfer.settle": _("Quyết định cách bổ sung kiến thức cho học sinh chuyển đến"),
    "transfer.hand_over": _("Giao hồ sơ cho trường nơi đến và ghi nhận đã giao"),
    "transfer.mend": _("Xử lý vướng mắc để việc chuyển trường đi tiếp"),
}
NOTICES: Final[Mapping[str, str]] = {
    "transfer.answer": _("Có đơn xin chuyển đến trường; thầy/cô xem xét và trả lời."),
    "transfer.release": _("Trường nơi đến đã đồng ý tiếp nhận; thầy/cô quyết định cho học sinh chuyển đi."),
    "transfer.sign": _("Kết quả học tập của học sinh chuyển đi chờ thầy/cô xem và ký."),
    "transfer.seal": _("Kết quả học tập của học sinh chuyển đi chờ đóng dấu."),
    "transfer.check": _("Hồ sơ học sinh chuyển đến đã về trường; thầy/cô kiểm tra và xác nhận."),
    "transfer.overrule": _("Hồ sơ học sinh chuyển đến có điểm không đạt; thầy/cô quyết định."),
    "transfer.settle": _(
        "Hồ sơ cho biết học sinh chuyển đến chưa học môn của lớp; thầy/cô quyết định cách bổ sung kiến thức."
    ),
    "transfer.hand_over": _("Hồ sơ chuyển trường đã đóng gói xong; thầy/cô giao cho trường nơi đến."),
    "transfer.mend": _("Một việc chuyển trường đang bị vướng; thầy/cô mở ra xem lý do và xử lý."),
    "transfer.requested": _("Trường khác vừa nhập một đơn chuyển trường liên quan đến trường thầy/cô."),
    "transfer.accepted": _("Trường nơi đến đã đồng ý tiếp nhận học sinh."),
    "transfer.refused": _("Trường nơi đến không tiếp nhận học sinh."),
    "transfer.objected": _("Trường nơi đi không đồng ý cho học sinh chuyển."),
    "transfer.sent_back": _("Trường nơi đến trả lại hồ sơ chuyển trường để làm lại."),
    "transfer.placed": _("Việc chuyển trường đã xong; học sinh đã vào lớp mới."),
    "transfer.identify": _("Học sinh chuyển đến đã vào lớp; thầy/cô lập trang thông tin để hiệu trưởng ký."),
    "transfer.left": _("Một học sinh của lớp đã chuyển trường."),
    "transfer.cancelled": _("Việc chuyển trường đã huỷ; hồ sơ của học sinh tiếp tục như trước."),
    "transfer.remind": _("Việc chuyển trường sắp đến hạn theo quy định."),
    "transfer.late": _("Việc chuyển trường đã quá hạn theo quy định."),
    "transfer.escalate": _("Một việc chuyển trường quá hạn mà chưa được xử lý."),
}
