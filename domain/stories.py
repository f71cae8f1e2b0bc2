"""What happened to a record, or to a class's term, as a story: one event after the other, days apart."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final

from domain.calendar import day_of
from domain.decisions import Action
from domain.labelled import Labelled
from domain.stages import Stage

# Changes of cells by one person in one slot are one sitting while no pause between them is longer.
SITTING_PAUSE: Final = timedelta(minutes=30)


class EventKind(Labelled):
    """What kind of thing happened, as people look for it; decisions keep the codes of their actions."""

    OPENED = "opened", "Mở sổ"
    ENTERED = "entered", "Nhập liệu"
    SUBMIT = Action.SUBMIT.value, "Gửi"
    REVIEW = Action.REVIEW.value, "Rà soát"
    RETURN = Action.RETURN.value, "Trả lại"
    HOLD = Action.HOLD.value, "Tạm giữ"
    RELEASE = Action.RELEASE.value, "Thôi tạm giữ"
    SIGN = Action.SIGN.value, "Ký"
    APPROVE = Action.APPROVE.value, "Duyệt"
    SEAL = Action.SEAL.value, "Đóng dấu"
    ISSUE = Action.ISSUE.value, "Phát hành"
    UNLOCK = Action.UNLOCK.value, "Mở khoá"
    RECALL = Action.RECALL.value, "Thu hồi"
    RENEW = Action.RENEW.value, "Đổi thông tin"
    DETACH_BEGIN = Action.DETACH_BEGIN.value, "Bắt đầu chuyển đi"
    DETACH_CANCEL = Action.DETACH_CANCEL.value, "Thôi chuyển đi"
    DETACH_COMMIT = Action.DETACH_COMMIT.value, "Chuyển đi"
    ATTACH = Action.ATTACH.value, "Chuyển đến"
    PROMOTION = "promotion", "Quyết định lên lớp"
    REMINDED = "reminded", "Nhắc việc"
    DEADLINE = "deadline", "Hạn"


@dataclass(frozen=True)
class Sitting:
    """What somebody changed in cells between two pauses."""

    until: datetime
    filled: int
    changed: int
    cleared: int
    pupils: int


@dataclass(frozen=True)
class Void:
    """A signature that an event made void: whose, and on which paper (`slot` of a subject's sheet)."""

    kind: str
    slot: str
    signer: str


@dataclass(frozen=True)
class Touched:
    """A record that a decision was about, and where it stood afterwards."""

    record_id: str
    stage: Stage
    revision: int
    held: bool


@dataclass(frozen=True)
class StoryEvent:
    """One event. `actor` is empty where the system acted by itself; `device` and `network` where nobody kept them.

    `is_aside` is an event about other pupils that moved this record, too, as it stood in the same summary.
    `for_whom` is whom the actor stood in for.
    """

    at: datetime
    kind: EventKind
    actor: str = ""
    slots: tuple[str, ...] = ()
    to_slot: str = ""
    reason: str = ""
    is_late: bool = False
    is_aside: bool = False
    device: str = ""
    network: str = ""
    number: int = 0
    records: tuple[Touched, ...] = ()
    sitting: Sitting | None = None
    voids: tuple[Void, ...] = ()
    promoted: bool | None = None
    detail: str = ""
    for_whom: str = ""

    @property
    def about(self) -> frozenset[str]:
        """The slots that the event speaks of; none for one about the record as a whole."""
        return frozenset({*self.slots, *({self.to_slot} if self.to_slot else ())})


@dataclass(frozen=True)
class StoryDay:
    day: date
    events: tuple[StoryEvent, ...]


@dataclass(frozen=True)
class StoryChoice:
    """Which events, and in which order; empty is everything."""

    kind: str = ""
    slot: str = ""
    oldest_first: bool = False


def moved(action: Action, records: Iterable[Touched]) -> tuple[tuple[Touched, ...], tuple[Touched, ...]]:
    """Whom a decision was about, and who only left a class summary that fell apart with it."""
    found = tuple(records)
    meant = tuple(each for each in found if not _is_aside(action, each))
    return meant, tuple(each for each in found if _is_aside(action, each))


def _is_aside(action: Action, after: Touched) -> bool:
    if action in {Action.RETURN, Action.UNLOCK}:
        return after.stage is not Stage.ENTRY
    return action in {Action.HOLD, Action.DETACH_BEGIN} and not after.held


def for_record(event: StoryEvent, record_id: str, aside: Collection[Touched]) -> StoryEvent:
    """A decision as one pupil's record sees it: other pupils are not named, nor why they were sent back."""
    own = tuple(each for each in (*event.records, *aside) if each.record_id == record_id)
    if any(each.record_id == record_id for each in aside):
        return replace(event, records=own, is_aside=True, reason="")
    return replace(event, records=own)


def told(events: Iterable[StoryEvent], choice: StoryChoice) -> list[StoryEvent]:
    found = [
        each
        for each in events
        if (not choice.kind or each.kind.value == choice.kind) and (not choice.slot or choice.slot in each.about)
    ]
    return sorted(found, key=lambda each: (each.at, each.number), reverse=not choice.oldest_first)


def by_day(events: Iterable[StoryEvent]) -> list[StoryDay]:
    """Events of one day together, in the order in which they come."""
    return [StoryDay(day, tuple(found)) for day, found in groupby(events, key=lambda each: day_of(each.at))]
