"""What waits for a person now, and for whom that person waits: SQL over the projection, never the workflow engine."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.identity import name_sort_key
from domain.slot_marks import slot_name
from domain.stages import STAGE_NAMES, Stage
from domain.tasks import Task
from domain.work import WHOLE_RECORDS, Work
from storage import staffing, standing_in
from storage.access import visible_classes
from storage.among import among
from storage.entries import curriculum_of
from storage.open_work import OpenWork
from storage.staffing import ROLE_OF_SLOT, Person
from storage.tables import ClassGroup, TermRecord
from storage.work import Book, Piece

_DONE = (Stage.SEALED.value, Stage.ISSUED.value)


@dataclass(frozen=True)
class Wait:
    """Records of a class at a step of somebody else: who that is, and since when the class has not moved."""

    class_term_id: UUID
    class_name: str
    term: Term
    step: str
    names: tuple[str, ...]
    count: int
    since: datetime
    due_at: datetime

    def is_late(self, at: datetime) -> bool:
        return self.due_at <= at


@dataclass(frozen=True)
class Today:
    """What waits for a person at `at`, and for whom that person waits: both from one reading of the school."""

    session: Session
    person: Person
    at: datetime

    @cached_property
    def _mine(self) -> Mapping[UUID, set[str]]:
        return staffing.own_slots(self.session, self.person.staff_id, self.at)

    @cached_property
    def open_work(self) -> OpenWork:
        """Of the classes that the person sees."""
        return OpenWork(self.session, _seen(self.person, visible_classes(self.session, self.person, self.at)), self.at)

    @property
    def _books(self) -> dict[UUID, Book]:
        return self.open_work.books

    def _own(self, book: Book) -> set[str]:
        return self._mine.get(book.group.id, set()) | self.person.office_slots

    def tasks(self) -> list[Task]:
        """Everything that waits for the person, the first to be due first; held records wait for nobody's hurry."""
        found: list[Task] = []
        stand_ins, who = standing_in.of_staff(self.session, self.person.staff_id), self.person.staff_id
        for piece in (*self.open_work.of_records, *self.open_work.of_slots):
            book = self._books[piece.class_term_id]
            if piece.work is not Work.RELEASE and piece.slot in self._own(book):
                for_whom = stand_ins.for_whom(who, book.group.id, (piece.slot,), self.at)
                found += [replace(each, for_whom=for_whom) for each in _tasks(book, piece)]
        order = list(Work)
        return sorted(
            found,
            key=lambda task: (
                task.due_at,
                not task.is_returned,
                order.index(task.work),
                len(task.class_name),
                task.class_name,
                task.name,
            ),
        )

    def waits(self) -> list[Wait]:
        """Where the person's classes stand while it is somebody else's turn, and since when: what is late first."""
        holders, behind = self.open_work.holders, self._behind()
        counts, found = _stage_counts(self.session, self._books.keys()), []
        for each, book in self._books.items():
            for stage, count in counts[each].items():
                whole = WHOLE_RECORDS.get(stage)
                slots = (whole[1],) if whole else tuple(behind[each, stage])
                who = {holder.full_name for slot in slots for holder in holders.get((book.group.id, slot), ())}
                if count and who and not (whole and whole[1] in self._own(book)):
                    names = tuple(sorted(who, key=name_sort_key))
                    wait = (each, book.group.name, Term(book.row.term), STAGE_NAMES[stage], names, count)
                    found.append(Wait(*wait, book.row.changed_at, book.row.due_at))
        return sorted(
            found, key=lambda wait: (not wait.is_late(self.at), wait.since, len(wait.class_name), wait.class_name)
        )

    def _behind(self) -> dict[tuple[UUID, Stage], set[str]]:
        """The slots of others that have something to enter, or to sign, by class-term and stage."""
        found: dict[tuple[UUID, Stage], set[str]] = defaultdict(set)
        for piece in self.open_work.of_slots:
            if piece.slot not in self._mine.get(self._books[piece.class_term_id].group.id, set()):
                found[piece.class_term_id, piece.stage].add(piece.slot)
        return found


def tasks_of(session: Session, person: Person, at: datetime) -> list[Task]:
    return Today(session, person, at).tasks()


def waits_of(session: Session, person: Person, at: datetime) -> list[Wait]:
    return Today(session, person, at).waits()


def _seen(person: Person, class_ids: Sequence[UUID] | None) -> ColumnElement[bool]:
    of_school = ClassGroup.school_id == person.school_id
    return of_school if class_ids is None else of_school & among(ClassGroup.id, class_ids)


def _stage_counts(session: Session, ids: Iterable[UUID]) -> dict[UUID, dict[Stage, int]]:
    query = (
        select(TermRecord.class_term_id, TermRecord.stage, func.count())
        .where(among(TermRecord.class_term_id, ids), ~TermRecord.held, TermRecord.stage.not_in(_DONE))
        .group_by(TermRecord.class_term_id, TermRecord.stage)
    )
    found: dict[UUID, dict[Stage, int]] = defaultdict(dict)
    for class_term_id, stage, count in session.execute(query):
        found[class_term_id][Stage(stage)] = count
    return found


def _tasks(book: Book, piece: Piece) -> Iterator[Task]:
    """What was sent back is another task than what was never sent."""
    term = Term(book.row.term)
    name = "" if piece.slot in ROLE_OF_SLOT else slot_name(curriculum_of(book.group, term), piece.slot)
    returned = piece.returned if piece.work is Work.ENTER else 0
    for is_returned, count in ((True, returned), (False, piece.pupils - returned)):
        if count:
            yield Task(
                piece.work, is_returned, book.row.id, book.group.name, term, book.group.school_year, piece.slot, name,
                count, book.row.due_at,
            )  # fmt: skip
