"""What a handover is: why somebody hands work over, which steps it takes, and what may be done at each of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.documents import turn_of
from domain.errors import Conflict
from domain.labelled import Labelled

# Signatures name the second in which they are made, so hands change at the full second: no name is printed of before.
_SECOND: Final = timedelta(seconds=1)
# Whoever leaves has so long to confirm the state of the work, and successors to accept, before others are told.
CONFIRM_WITHIN: Final = timedelta(days=3)
ESCALATE_AFTER: Final = timedelta(days=2)
# Whoever is away for longer asks the principal, who decides for the office or the class.
SHORT_LEAVE: Final = timedelta(days=30)
ACTING_HEAD_TITLE: Final = "KT. HIỆU TRƯỞNG – PHÓ HIỆU TRƯỞNG"


class HandoverKind(Labelled):
    RETIREMENT = "retirement", "Nghỉ hưu"
    RESIGNATION = "resignation", "Thôi việc"
    MATERNITY = "maternity", "Nghỉ thai sản"
    TRANSFER = "transfer", "Chuyển công tác"
    DEATH = "death", "Qua đời"
    EMERGENCY = "emergency", "Nghỉ đột xuất"
    PRINCIPAL_CHANGE = "principal_change", "Thay hiệu trưởng"
    ACTING_HEAD = "acting_head", "Phó hiệu trưởng ký thay hiệu trưởng"
    ACTING_CLERK = "acting_clerk", "Văn thư tạm thời"
    DELEGATION = "delegation", "Nghỉ ngắn ngày, nhờ làm thay"
    MERGER = "merger", "Sáp nhập hoặc chia tách trường"

    @property
    def is_leaving(self) -> bool:
        """The person hands everything over, and does not come back unless an end is known."""
        return self in _LEAVINGS

    def is_for_good(self, until: datetime | None) -> bool:
        """Everything that the person fills ends at the moment, whoever has accepted."""
        return self.is_leaving and not until

    def is_absence(self, until: datetime | None) -> bool:
        """The person is away as a whole, and comes back."""
        return self.is_leave or (self.may_come_back and bool(until))

    @property
    def may_come_back(self) -> bool:
        """Nobody knows at first; where an end is known, it is a leave."""
        return self is HandoverKind.EMERGENCY

    @property
    def revokes(self) -> bool:
        """Decree 68/2024 art. 17: the certificate ends with the work it was issued for."""
        return self in _LEAVINGS - {HandoverKind.EMERGENCY}

    @property
    def is_leave(self) -> bool:
        """The person is away as a whole, and comes back."""
        return self is HandoverKind.MATERNITY

    @property
    def is_temporary(self) -> bool:
        return self in _TEMPORARY

    @property
    def has_minutes(self) -> bool:
        return self in _LEAVINGS | {HandoverKind.MATERNITY, HandoverKind.PRINCIPAL_CHANGE}

    @property
    def giver_is_gone(self) -> bool:
        """Nobody can be asked to confirm the state of the work, nor to sign the minutes."""
        return self in {HandoverKind.DEATH, HandoverKind.EMERGENCY}

    @property
    def role(self) -> str:
        """The office that the handover is about; "" for everything that the person fills."""
        return _ROLES.get(self, "")


_LEAVINGS: Final = frozenset(
    {
        HandoverKind.RETIREMENT,
        HandoverKind.RESIGNATION,
        HandoverKind.TRANSFER,
        HandoverKind.DEATH,
        HandoverKind.EMERGENCY,
    }
)
_TEMPORARY: Final = frozenset(
    {HandoverKind.MATERNITY, HandoverKind.ACTING_HEAD, HandoverKind.ACTING_CLERK, HandoverKind.DELEGATION}
)
_ROLES: Final[Mapping[HandoverKind, str]] = {
    HandoverKind.PRINCIPAL_CHANGE: "principal",
    HandoverKind.ACTING_HEAD: "principal",
    HandoverKind.ACTING_CLERK: "seal_clerk",
}


class HandoverState(Labelled):
    CONFIRMING = "confirming", "Chờ người bàn giao xác nhận"
    ACCEPTING = "accepting", "Chờ người nhận việc đồng ý"
    SIGNING = "signing", "Đã bàn giao, chờ ký biên bản"
    STANDING = "standing", "Đang thực hiện"
    DONE = "done", "Đã xong"
    CANCELLED = "cancelled", "Đã huỷ"


OVER: Final = frozenset({HandoverState.DONE, HandoverState.CANCELLED})


class Deed(StrEnum):
    """What somebody does in a handover, and (below) what happens by itself; codes of the diary."""

    OPEN = "open"
    CONFIRM = "confirm"
    OVERRIDE = "override"
    ACCEPT = "accept"
    DECLINE = "decline"
    NAME_SUCCESSOR = "name_successor"
    CANCEL = "cancel"
    RETURN = "return"
    REPORT = "report"
    WITHOUT_GIVER = "without_giver"
    SIGNED = "signed"
    APPLIED = "applied"
    ENDED = "ended"


_BEFORE: Final = frozenset({HandoverState.CONFIRMING, HandoverState.ACCEPTING})
_AFTER: Final = frozenset({HandoverState.SIGNING, HandoverState.STANDING})
_OPEN_TO: Final[Mapping[Deed, frozenset[HandoverState]]] = {
    Deed.CONFIRM: frozenset({HandoverState.CONFIRMING}),
    Deed.OVERRIDE: frozenset({HandoverState.CONFIRMING}),
    # Also for a part that stayed vacant, however late.
    Deed.ACCEPT: _AFTER | {HandoverState.ACCEPTING},
    Deed.DECLINE: _BEFORE | _AFTER,
    Deed.NAME_SUCCESSOR: _BEFORE | _AFTER | {HandoverState.DONE},
    Deed.CANCEL: _BEFORE | _AFTER,
    Deed.RETURN: _AFTER,
    Deed.REPORT: _BEFORE | _AFTER,
    Deed.WITHOUT_GIVER: frozenset({HandoverState.SIGNING}),
    Deed.SIGNED: frozenset({HandoverState.SIGNING}),
}


def require(state: HandoverState, deed: Deed) -> None:
    """Raises Conflict where a handover that stands there does not take this step."""
    if state in _OPEN_TO.get(deed, frozenset()):
        return
    if state is HandoverState.CANCELLED:
        raise Conflict("Việc bàn giao này đã huỷ.")
    if state is HandoverState.DONE:
        raise Conflict("Việc bàn giao này đã xong, không thay đổi được nữa.")
    if deed is Deed.ACCEPT:
        raise Conflict("Chưa đến lượt thầy/cô: người bàn giao còn phải xác nhận tình trạng công việc.")
    raise Conflict("Việc bàn giao đã sang bước khác; hãy tải lại trang.")


def full_second(at: datetime) -> datetime:
    """The moment itself where it is a full second, else the next one."""
    return at if at.microsecond == 0 else at.replace(microsecond=0) + _SECOND


def moment(effective_at: datetime, now: datetime) -> datetime:
    """When hands really change: never in the past, as what was signed until now stays."""
    return max(full_second(effective_at), full_second(now))


class Alarm(StrEnum):
    """What a handover's one timer waits for."""

    CONFIRM_NEAR = "confirm_near"
    CONFIRM_OVER = "confirm_over"
    ACCEPT_LATE = "accept_late"
    EFFECTIVE = "effective"
    MINUTES_LATE = "minutes_late"
    UNTIL_NEAR = "until_near"
    UNTIL = "until"


@dataclass(frozen=True)
class TimedAlarm:
    alarm: Alarm
    at: datetime

    @property
    def key(self) -> str:
        """With the moment: one that moves is to fire again."""
        return f"{self.alarm}/{self.at.isoformat()}"


@dataclass(frozen=True)
class HandoverStanding:
    """Where a handover stands, what its timer has to wait for, and which fields of its minutes are unsigned, in order.

    `state` is "" while it is not there; `papers` counts those that became void.
    """

    state: str = ""
    alarms: tuple[TimedAlarm, ...] = ()
    unsigned: tuple[str, ...] = ()
    papers: int = 1

    @property
    def is_over(self) -> bool:
        return self.state in OVER


@dataclass(frozen=True)
class Times:
    """The moments of a handover; `since` is when its present step began."""

    since: datetime
    confirm_due: datetime | None
    effective_at: datetime
    until: datetime | None


def alarms_of(state: HandoverState, times: Times) -> tuple[TimedAlarm, ...]:
    """All that is still to come or has just come, earliest first."""
    found = [TimedAlarm(Alarm.EFFECTIVE, times.effective_at)]
    if state is HandoverState.CONFIRMING and times.confirm_due is not None:
        near = max(times.since, times.confirm_due - timedelta(days=1))
        found += [TimedAlarm(Alarm.CONFIRM_NEAR, near), TimedAlarm(Alarm.CONFIRM_OVER, times.confirm_due)]
    if state is HandoverState.ACCEPTING:
        found.append(TimedAlarm(Alarm.ACCEPT_LATE, times.since + ESCALATE_AFTER))
    if state is HandoverState.SIGNING:
        found.append(TimedAlarm(Alarm.MINUTES_LATE, times.since + ESCALATE_AFTER))
    if times.until is not None:
        found += [TimedAlarm(Alarm.UNTIL_NEAR, times.until - timedelta(days=3)), TimedAlarm(Alarm.UNTIL, times.until)]
    return tuple(sorted(found, key=lambda each: (each.at, each.key))) if state not in OVER else ()


def next_turn(unsigned: Sequence[str]) -> tuple[str, ...]:
    """The fields that may be signed now: those who take over sign in any order, but after the giver."""
    return tuple(each for each in unsigned if turn_of(each) == turn_of(unsigned[0]))


def next_alarm(alarms: Sequence[TimedAlarm], fired: Collection[str]) -> TimedAlarm | None:
    return next((each for each in alarms if each.key not in fired), None)
