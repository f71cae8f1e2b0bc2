"""The approval queue: the class-terms of a school that concern its principal, those with something to look at first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from api.pages.language import marked as _
from api.remembered import Below, Remembered
from domain.approval_points import Point, PointKind
from domain.calendar import day_of
from domain.progress import BoardLine
from domain.stages import STAGES, Stage
from storage import approving, board
from storage.approving import Looked
from storage.staffing import Person

WAITING: Final = "cho-duyet"
SHOWN: Final[Mapping[str, str]] = {
    WAITING: _("Chờ duyệt"),
    "tam-giu": _("Có học sinh tạm giữ"),
    "da-duyet": _("Đã duyệt"),
    "tat-ca": _("Tất cả"),
}
APPROVED: Final = frozenset(STAGES[STAGES.index(Stage.APPROVED) :])


Found = TypeVar("Found")


@dataclass(frozen=True)
class Notable:
    """One kind of exception in a class: how many pupils, and what it is in some of them."""

    kind: PointKind
    pupils: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class QueueLine:
    """`is_read` is False while the results of the class are not read yet: then the exceptions may not be all."""

    line: BoardLine
    waiting: int
    approved: int
    before: int
    notables: tuple[Notable, ...]
    is_read: bool
    look: Looked | None

    @property
    def is_late(self) -> bool:
        return self.line.overdue and self.approved < self.line.pupils


@dataclass(frozen=True)
class Queue:
    lines: list[QueueLine]
    counts: Mapping[str, int]
    grades: list[str]
    unread: int
    at: datetime


def read_queue(session: Session, person: Person, remembered: Remembered, at: datetime, seconds: float) -> Queue:
    """All class-terms with their exceptions; exceptions are looked for only where somebody waits or is held."""
    lines = board.school_board(session, person.school_id)
    asked = [each.class_term_id for each in lines if _waiting(each) or each.held]
    quick = approving.quick_points(session, person.staff_id, asked)
    pending = approving.pending(session, asked)
    looks = approving.looks_of(session, person.staff_id, [each.class_term_id for each in lines])
    reading = remembered.below(session, approving.versions(session, asked), day_of(at), seconds)
    found = [
        _line(
            each,
            _of(pending, quick.get(each.class_term_id, {})),
            _of(pending, reading.below.get(each.class_term_id)) if each.class_term_id in asked else {},
            looks.get(each.class_term_id),
        )
        for each in lines
    ]
    counts = {code: sum(_is_in(each, code) for each in found) for code in SHOWN}
    grades = sorted({_grade(each) for each in found}, key=int)
    return Queue(sorted(found, key=_first_looked_at), counts, grades, reading.unread, at)


def chosen(queue: Queue, shown: str, grade: str) -> list[QueueLine]:
    return [each for each in queue.lines if _is_in(each, shown) and (not grade or _grade(each) == grade)]


def _of(pending: set[UUID], found: Mapping[UUID, Found] | None) -> Mapping[UUID, Found] | None:
    """Only what is about records that still wait; of those approved it was looked at."""
    return None if found is None else {record_id: each for record_id, each in found.items() if record_id in pending}


def _waiting(line: BoardLine) -> int:
    return line.counts.get(Stage.HOMEROOM_SIGNED, 0)


def _line(
    line: BoardLine, quick: Mapping[UUID, Sequence[Point]] | None, below: Below | None, look: Looked | None
) -> QueueLine:
    approved = sum(count for stage, count in line.counts.items() if stage in APPROVED)
    waiting = _waiting(line)
    before = line.pupils - approved - waiting
    found = _notables(quick or {}, below or {})
    return QueueLine(line, waiting, approved, before, found, below is not None, look)


def _notables(quick: Mapping[UUID, Sequence[Point]], below: Below) -> tuple[Notable, ...]:
    texts: dict[PointKind, dict[UUID, str]] = {kind: {} for kind in PointKind}
    for record_id, points in quick.items():
        for point in points:
            texts[point.kind][record_id] = point.text
    texts[PointKind.BELOW] = {record_id: each[0] for record_id, each in below.items()}
    return tuple(
        Notable(kind, len(each), tuple(dict.fromkeys(text for text in each.values() if text))[:2])
        for kind, each in texts.items()
        if each
    )


def _is_in(each: QueueLine, shown: str) -> bool:
    match shown:
        case "tam-giu":
            return each.line.held > 0
        case "da-duyet":
            return each.approved == each.line.pupils > 0
        case "tat-ca":
            return True
        case _:
            return each.waiting > 0


def _grade(each: QueueLine) -> str:
    digits = each.line.class_name[:2]
    return digits if digits.isdigit() else digits[:1]


def _first_looked_at(each: QueueLine) -> tuple[bool, bool, bool, datetime]:
    """Classes that wait come first, of those the ones with exceptions, of those the late ones."""
    return each.waiting == 0, not each.notables, not each.is_late, each.line.due_at
