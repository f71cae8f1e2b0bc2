"""The steps of a transfer as its workflow takes them, finer than the states of the statute, and whose turn each is.

Until the pupil is attached to the other class (the pivot) everything can be undone; after it there is only forward.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.errors import Conflict, NotAllowed
from domain.labelled import Labelled
from domain.transfers.states import Side, TransferState


class Direction(Labelled):
    """Seen from the schools that are in the system."""

    WITHIN = "within", "Giữa hai trường trong hệ thống"
    OUT = "out", "Đi trường ngoài hệ thống"
    IN = "in", "Đến từ trường ngoài hệ thống"


class Phase(Labelled):
    REQUESTED = "requested", "Chờ trường nơi đến trả lời"
    ACCEPTED = "accepted", "Chờ trường nơi đi trả hồ sơ"
    DETACHING = "detaching", "Đang dừng sổ của học sinh ở trường nơi đi"
    WRITING = "writing", "Chờ ký và đóng dấu kết quả học tập"
    PACKING = "packing", "Đang đóng gói hồ sơ"
    CHECKING = "checking", "Chờ kiểm tra hồ sơ"
    ATTACHING = "attaching", "Đang đưa học sinh vào sổ của lớp mới"
    COMMITTING = "committing", "Đang rút học sinh khỏi sổ của lớp cũ"
    PLACED = "placed", "Đã xong"
    UNDOING = "undoing", "Đang trả hồ sơ về như trước"
    REFUSED = "refused", "Không chuyển"
    CANCELLED = "cancelled", "Đã huỷ"


class Deed(Labelled):
    """What people do, then what follows by itself."""

    REQUEST = "request", "Nhận đơn chuyển trường"
    ACCEPT = "accept", "Đồng ý tiếp nhận"
    REFUSE = "refuse", "Từ chối tiếp nhận"
    RELEASE = "release", "Đồng ý cho chuyển, trả hồ sơ"
    OBJECT = "object", "Không đồng ý cho chuyển"
    BRING = "bring", "Nộp hồ sơ mang đến"
    CONFIRM = "confirm", "Xác nhận đã kiểm tra hồ sơ"
    OVERRULE = "overrule", "Hiệu trưởng chấp nhận hồ sơ"
    SEND_BACK = "send_back", "Trả lại trường nơi đi"
    CANCEL = "cancel", "Huỷ chuyển trường"
    RETRY = "retry", "Thử lại ngay"
    SIGN = "sign", "Ký kết quả học tập"
    SEAL = "seal", "Đóng dấu kết quả học tập"
    DETACHED = "detached", "Đã dừng sổ của học sinh ở trường nơi đi"
    PACKED = "packed", "Đã đóng gói hồ sơ"
    MOVED = "moved", "Học sinh đã thuộc trường nơi đến"
    COMMITTED = "committed", "Đã rút học sinh khỏi sổ của lớp cũ"
    UNDONE = "undone", "Hồ sơ ở trường nơi đi đã tiếp tục như trước"
    STUCK = "stuck", "Việc chuyển trường đang bị vướng"


class Ground(Labelled):
    """The only grounds on which the school that is left may object."""

    NOT_GUARDIAN = "not_guardian", "Người làm đơn không phải cha, mẹ hoặc người giám hộ"
    FALSE_FACTS = "false_facts", "Thông tin trong đơn không đúng hoặc thiếu giấy tờ theo quy định"
    ORDERED = "ordered", "Có quyết định của cơ quan có thẩm quyền"
    OTHER_TRANSFER = "other_transfer", "Học sinh đã chuyển đi theo đơn khác"


OVER: Final = frozenset({Phase.PLACED, Phase.REFUSED, Phase.CANCELLED})
# What follows by itself; where it is refused, people mend what keeps it and it is tried again.
AUTOMATIC: Final = frozenset({Phase.DETACHING, Phase.PACKING, Phase.ATTACHING, Phase.COMMITTING, Phase.UNDOING})
# From here on the pupil may already be the other school's.
FORWARD_ONLY: Final = frozenset({Phase.COMMITTING, Phase.PLACED})
NEEDS_REASON: Final = frozenset({Deed.REFUSE, Deed.OBJECT, Deed.OVERRULE, Deed.SEND_BACK, Deed.CANCEL})
_STATES: Final[Mapping[Phase, TransferState]] = {
    Phase.REQUESTED: TransferState.REQUESTED,
    Phase.ACCEPTED: TransferState.ACCEPTED,
    Phase.DETACHING: TransferState.ACCEPTED,
    Phase.WRITING: TransferState.ACCEPTED,
    Phase.PACKING: TransferState.ACCEPTED,
    Phase.CHECKING: TransferState.RELEASED,
    Phase.ATTACHING: TransferState.RELEASED,
    Phase.COMMITTING: TransferState.RECEIVED,
    Phase.PLACED: TransferState.PLACED,
    Phase.UNDOING: TransferState.CANCELLED,
    Phase.REFUSED: TransferState.REFUSED,
    Phase.CANCELLED: TransferState.CANCELLED,
}


@dataclass(frozen=True)
class Move:
    """Who may do a deed, and where it leads."""

    side: Side
    offices: frozenset[str]
    after: Phase


PRINCIPAL: Final = "principal"
CLERK: Final = "seal_clerk"
HOMEROOM: Final = "homeroom"  # of the class that the pupil enters
_HEAD: Final = frozenset({PRINCIPAL})
_CHECKERS: Final = frozenset({CLERK, HOMEROOM})
_IN_BOTH: Final = {
    (Phase.REQUESTED, Deed.REFUSE): Move(Side.RECEIVING, _HEAD, Phase.REFUSED),
    (Phase.ACCEPTED, Deed.RELEASE): Move(Side.SENDING, _HEAD, Phase.DETACHING),
    (Phase.ACCEPTED, Deed.OBJECT): Move(Side.SENDING, _HEAD, Phase.REFUSED),
}
_MOVES: Final[Mapping[Direction, Mapping[tuple[Phase, Deed], Move]]] = {
    Direction.WITHIN: {
        **_IN_BOTH,
        (Phase.REQUESTED, Deed.ACCEPT): Move(Side.RECEIVING, _HEAD, Phase.ACCEPTED),
        (Phase.CHECKING, Deed.CONFIRM): Move(Side.RECEIVING, _CHECKERS, Phase.ATTACHING),
        (Phase.CHECKING, Deed.OVERRULE): Move(Side.RECEIVING, _HEAD, Phase.ATTACHING),
        (Phase.CHECKING, Deed.SEND_BACK): Move(Side.RECEIVING, _HEAD, Phase.DETACHING),
    },
    # The other school has said yes on paper; that it has the pupil comes back on paper, too.
    Direction.OUT: {
        **_IN_BOTH,
        (Phase.CHECKING, Deed.CONFIRM): Move(Side.SENDING, frozenset({CLERK}), Phase.ATTACHING),
        (Phase.CHECKING, Deed.SEND_BACK): Move(Side.SENDING, frozenset({CLERK, PRINCIPAL}), Phase.DETACHING),
    },
    Direction.IN: {
        **_IN_BOTH,
        (Phase.REQUESTED, Deed.ACCEPT): Move(Side.RECEIVING, _HEAD, Phase.CHECKING),
        (Phase.CHECKING, Deed.BRING): Move(Side.RECEIVING, frozenset({CLERK}), Phase.CHECKING),
        (Phase.CHECKING, Deed.CONFIRM): Move(Side.RECEIVING, _CHECKERS, Phase.ATTACHING),
        (Phase.CHECKING, Deed.OVERRULE): Move(Side.RECEIVING, _HEAD, Phase.ATTACHING),
    },
}


def state_of(phase: Phase) -> TransferState:
    """What the statute calls it."""
    return _STATES[phase]


def first_phase(direction: Direction) -> Phase:
    """A school outside answers on paper before the request is entered."""
    return Phase.ACCEPTED if direction is Direction.OUT else Phase.REQUESTED


def move_of(direction: Direction, phase: Phase, deed: Deed) -> Move | None:
    return _MOVES[direction].get((phase, deed))


def require(direction: Direction, phase: Phase, deed: Deed) -> Phase:
    """Where a deed leads. Raises Conflict, saying why it cannot be done now."""
    if deed is Deed.CANCEL:
        return _cancelled(phase)
    if deed is Deed.RETRY and phase in AUTOMATIC:
        return phase
    move = move_of(direction, phase, deed)
    if move is not None:
        return move.after
    if phase in OVER:
        raise Conflict(f"Việc chuyển trường này đã kết thúc: {phase.small}.")
    raise Conflict(f"Chưa làm được việc “{deed.label}”: đang ở bước “{phase.label}”.")


def require_reason(deed: Deed, reason_id: str) -> None:
    if deed in NEEDS_REASON and not reason_id:
        raise NotAllowed(f"Việc “{deed.label}” phải có lý do.")


def _cancelled(phase: Phase) -> Phase:
    if phase in FORWARD_ONLY:
        raise Conflict(
            "Học sinh đã thuộc trường nơi đến nên không huỷ được nữa. "
            "Muốn trở lại trường cũ thì làm đơn chuyển trường mới."
        )
    if phase in OVER or phase is Phase.UNDOING:
        raise Conflict(f"Việc chuyển trường này đã kết thúc: {Phase.CANCELLED.small}.")
    # Where nothing was taken away nothing is given back.
    return Phase.CANCELLED if phase in {Phase.REQUESTED, Phase.ACCEPTED} else Phase.UNDOING
