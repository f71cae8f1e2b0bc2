"""What waits for a person now, and for whom that person waits: SQL over the projection, never the workflow engine."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.identity import name_sort_key
from domain.slot_marks import slot_name
from domain.stages import STAGE_NAMES, Stage
from domain.tasks import Task
from domain.work import WHOLE_RECORDS, Work
from storage import staffing, work
from storage.access import visible_classes
from storage.entries import curriculum_of
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


def tasks_of(session: Session, person: Person, at: datetime) -> list[Task]:
    """Everything that waits for the person, the first to be due first; held records wait for nobody's hurry."""
    slots = staffing.own_slots(session, person.staff_id, at)
    books = _open_books(session, person, None if person.office_slots else list(slots))
    taught = [each for each, book in books.items() if book.group.id in slots]
    pieces = [*work.of_records(session, books.keys()), *work.of_slots(session, taught)]
    found: list[Task] = []
    for piece in pieces:
        book = books[piece.class_term_id]
        if piece.work is not Work.RELEASE and piece.slot in slots.get(book.group.id, set()) | person.office_slots:
            found += _tasks(book, piece)
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


def waits_of(session: Session, person: Person, at: datetime) -> list[Wait]:
    """Where the person's classes stand while it is somebody else's turn, and since when: what is late first."""
    mine = staffing.own_slots(session, person.staff_id, at)
    books = _open_books(session, person, visible_classes(session, person, at))
    filled = staffing.holders(session, at, ClassGroup.id.in_({book.group.id for book in books.values()}))
    holders = staffing.by_class_and_slot(filled)
    counts = _stage_counts(session, books.keys())
    behind = _behind(session, books, mine)
    found = []
    for each, book in books.items():
        own = mine.get(book.group.id, set()) | person.office_slots
        for stage, count in counts[each].items():
            whole = WHOLE_RECORDS.get(stage)
            slots = (whole[1],) if whole else tuple(behind[each, stage])
            who = {holder.full_name for slot in slots for holder in holders.get((book.group.id, slot), ())}
            if count and who and not (whole and whole[1] in own):
                names = tuple(sorted(who, key=name_sort_key))
                wait = (each, book.group.name, Term(book.row.term), STAGE_NAMES[stage], names, count)
                found.append(Wait(*wait, book.row.changed_at, book.row.due_at))
    return sorted(found, key=lambda wait: (not wait.is_late(at), wait.since, len(wait.class_name), wait.class_name))


def _open_books(session: Session, person: Person, class_ids: Sequence[UUID] | None) -> dict[UUID, Book]:
    of_school = ClassGroup.school_id == person.school_id
    return work.open_books(session, of_school if class_ids is None else of_school & ClassGroup.id.in_(class_ids))


def _stage_counts(session: Session, ids: Iterable[UUID]) -> dict[UUID, dict[Stage, int]]:
    query = (
        select(TermRecord.class_term_id, TermRecord.stage, func.count())
        .where(TermRecord.class_term_id.in_(list(ids)), ~TermRecord.held, TermRecord.stage.not_in(_DONE))
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


def _behind(
    session: Session, books: Mapping[UUID, Book], mine: Mapping[UUID, set[str]]
) -> dict[tuple[UUID, Stage], set[str]]:
    """The slots of others that have something to enter, or to sign, by class-term and stage."""
    found: dict[tuple[UUID, Stage], set[str]] = defaultdict(set)
    for piece in work.of_slots(session, books.keys()):
        if piece.slot not in mine.get(books[piece.class_term_id].group.id, set()):
            found[piece.class_term_id, piece.stage].add(piece.slot)
    return found
