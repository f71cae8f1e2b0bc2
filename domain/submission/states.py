"""Where a record and its packet stand on the way to a record store, and how a school's certificate stands there."""

from typing import Final

from domain.labelled import Labelled


class StoreKind(Labelled):
    """Whose store it is; the city's is the original one (guide/domain.md 1.3)."""

    CITY = "city", "Kho học bạ số của thành phố"
    MINISTRY = "ministry", "Kho học bạ số của Bộ"


class SubmissionState(Labelled):
    """One version of one record at one store."""

    WAITING = "waiting", "Chờ nộp"
    PACKED = "packed", "Đã đóng gói"
    SENT = "sent", "Đang gửi"
    ACCEPTED = "accepted", "Kho đã nhận"
    REFUSED = "refused", "Kho từ chối"
    FROZEN = "frozen", "Đã chốt"


# What keeps a later version of the same record from going: versions are sent in order.
OPEN: Final = (SubmissionState.WAITING, SubmissionState.PACKED, SubmissionState.SENT, SubmissionState.REFUSED)
ARRIVED: Final = (SubmissionState.ACCEPTED, SubmissionState.FROZEN)


class PacketState(Labelled):
    """`exported` goes on trying to send: a connection may come back before the file has found its way."""

    READY = "ready", "Chờ gửi"
    SENDING = "sending", "Đang gửi"
    DELIVERED = "delivered", "Kho đã trả lời"
    REFUSED = "refused", "Bị trả lại cả gói"
    EXPORTED = "exported", "Đã xuất tệp"


UNDER_WAY: Final = (PacketState.READY, PacketState.SENDING, PacketState.EXPORTED)


class Result(Labelled):
    """What a store says of one record of a packet."""

    ACCEPTED = "accepted", "Đã nhận"
    DUPLICATE = "duplicate", "Đã có"
    REFUSED = "refused", "Từ chối"


class Approval(Labelled):
    """How an organisation certificate stands with the managing authority; the newest decision counts."""

    ASKED = "asked", "Chờ duyệt"
    APPROVED = "approved", "Đã duyệt"
    REFUSED = "refused", "Không duyệt"
    WITHDRAWN = "withdrawn", "Đã thu hồi"


# What an authority may decide, by how the certificate stands.
DECISIONS: Final = {
    Approval.ASKED: frozenset({Approval.APPROVED, Approval.REFUSED}),
    Approval.APPROVED: frozenset({Approval.WITHDRAWN}),
}
