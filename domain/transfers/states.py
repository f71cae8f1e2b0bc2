"""Where a transfer stands, and which school may do what to it (guide/domain.md 7.2)."""

from typing import Final

from domain.errors import NotAllowed
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


class TransferAct(Labelled):
    ACCEPT = "accept", "Đồng ý tiếp nhận"
    RELEASE = "release", "Trả hồ sơ"
    RECEIVE = "receive", "Nhận học sinh"
    PLACE = "place", "Xếp lớp"
    REFUSE = "refuse", "Từ chối chuyển trường"
    CANCEL = "cancel", "Huỷ đơn"


class Side(Labelled):
    SENDING = "sending", "Trường nơi đi"
    RECEIVING = "receiving", "Trường nơi đến"


# From the moment the pupil is the new school's, only another transfer leads back.
SETTLED: Final = frozenset({TransferState.RECEIVED, TransferState.PLACED})
ENDED: Final = frozenset({TransferState.PLACED, TransferState.REFUSED, TransferState.CANCELLED})
NEEDS_REASON: Final = frozenset({TransferAct.REFUSE, TransferAct.CANCEL})
_BOTH: Final = frozenset(Side)
_SENDING, _RECEIVING = frozenset({Side.SENDING}), frozenset({Side.RECEIVING})

# The guardian may withdraw at either school; a school that cannot go on refuses, and says why.
_MOVES: Final = {
    (TransferState.REQUESTED, TransferAct.ACCEPT): (_RECEIVING, TransferState.ACCEPTED),
    (TransferState.REQUESTED, TransferAct.REFUSE): (_RECEIVING, TransferState.REFUSED),
    (TransferState.REQUESTED, TransferAct.CANCEL): (_BOTH, TransferState.CANCELLED),
    (TransferState.ACCEPTED, TransferAct.RELEASE): (_SENDING, TransferState.RELEASED),
    (TransferState.ACCEPTED, TransferAct.REFUSE): (_SENDING, TransferState.REFUSED),
    (TransferState.ACCEPTED, TransferAct.CANCEL): (_BOTH, TransferState.CANCELLED),
    (TransferState.RELEASED, TransferAct.RECEIVE): (_RECEIVING, TransferState.RECEIVED),
    (TransferState.RELEASED, TransferAct.CANCEL): (_BOTH, TransferState.CANCELLED),
    (TransferState.RECEIVED, TransferAct.PLACE): (_RECEIVING, TransferState.PLACED),
}


def advance(state: TransferState, act: TransferAct, side: Side) -> TransferState:
    """The state after a school's act. Raises NotAllowed, saying whose turn it is or why it is too late.

    A school outside of hocba acts through the one that is in it, under its own side.
    """
    move = _MOVES.get((state, act))
    if move is None:
        raise _refusal(state, act)
    sides, after = move
    if side not in sides:
        raise NotAllowed(f"Lúc này việc {_small(act)} là của {_small(min(sides))}, không phải của {_small(side)}.")
    return after


def allowed(state: TransferState, side: Side) -> tuple[TransferAct, ...]:
    """What a school can do now, in the order of the acts."""
    return tuple(act for act in TransferAct if side in _MOVES.get((state, act), (frozenset[Side](),))[0])


def _refusal(state: TransferState, act: TransferAct) -> NotAllowed:
    if state in SETTLED and act in NEEDS_REASON:
        return NotAllowed(
            "Học sinh đã thuộc trường nơi đến nên không từ chối hay huỷ được nữa. "
            "Muốn trở lại trường cũ thì làm đơn chuyển trường mới."
        )
    if state in ENDED:
        return NotAllowed(f"Hồ sơ chuyển trường đã kết thúc: {_small(state)}.")
    return NotAllowed(f"Lúc này không {_small(act)} được: hồ sơ chuyển trường đang ở bước {_small(state)}.")


def _small(of: Labelled) -> str:
    """Its label within a sentence."""
    return of.label[0].lower() + of.label[1:]
