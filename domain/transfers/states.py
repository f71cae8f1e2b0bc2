"""Where a transfer stands by the statute, and its two schools (guide/domain.md 7.2).

What each may do, and when, is in `domain.transfers.phases`.
"""

from domain.labelled import Labelled


class TransferState(Labelled):
    """In order; the last two end a transfer beside its way."""

    REQUESTED = "requested", "Đã nhận đơn"
    ACCEPTED = "accepted", "Nơi đến đã đồng ý"
    RELEASED = "released", "Nơi đi đã trả hồ sơ"
    RECEIVED = "received", "Nơi đến đã nhận học sinh"
    PLACED = "placed", "Đã xếp lớp"
    REFUSED = "refused", "Không tiếp nhận"
    CANCELLED = "cancelled", "Đã huỷ"


class Side(Labelled):
    SENDING = "sending", "Trường nơi đi"
    RECEIVING = "receiving", "Trường nơi đến"
