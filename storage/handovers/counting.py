"""The state of the work that is handed over, in numbers: by class, subject and term, always from the data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.entry import required_cells
from domain.outstanding import Outstanding
from domain.slot_marks import slot_name
from storage import entries
from storage.among import among
from storage.handovers.deciding import Case
from storage.open_work import OpenWork
from storage.outstanding import outstanding
from storage.tables import (
    ClassGroup,
    ClassTermRow,
    Document,
    HandoverItem,
    RecordSlot,
    SignatureRow,
    TermRecord,
)


@dataclass(frozen=True)
class Sheet:
    """A paper that the giver has signed; it stays as it is."""

    lookup_code: str
    signed_at: datetime


@dataclass(frozen=True)
class WorkLine:
    """One slot of a class in one term; `term` is None while no book of the class is open."""

    item: HandoverItem
    class_name: str
    school_year: str
    slot_name: str
    term: Term | None
    class_term_id: UUID | None = None
    filled: int = 0
    required: int = 0
    sent: int = 0
    records: int = 0
    sheets: tuple[Sheet, ...] = ()
    open: tuple[Outstanding, ...] = ()


def lines_of(session: Session, case: Case, at: datetime) -> list[WorkLine]:
    """Classes in order, the homeroom teacher's part first."""
    items = [each for each in case.items if each.class_id]
    groups = {
        each.id: each
        for each in session.scalars(
            select(ClassGroup).where(among(ClassGroup.id, {item.class_id for item in items if item.class_id}))
        )
    }
    books = _books(session, groups)
    waiting = _waiting(session, groups, at)
    found = [
        line
        for item in items
        if item.class_id in groups
        for line in _of_item(session, case, item, groups[item.class_id], books, waiting)
    ]
    return sorted(found, key=_place)


def _place(line: WorkLine) -> tuple[object, ...]:
    terms = list(Term)
    at = terms.index(line.term) if line.term else len(terms)
    return (line.school_year, len(line.class_name), line.class_name, line.item.slot != HOMEROOM, line.slot_name, at)


def _books(session: Session, groups: Mapping[UUID, ClassGroup]) -> dict[UUID, list[ClassTermRow]]:
    found: dict[UUID, list[ClassTermRow]] = {each: [] for each in groups}
    query = select(ClassTermRow).where(among(ClassTermRow.class_id, groups)).order_by(ClassTermRow.term)
    for row in session.scalars(query):
        found[row.class_id].append(row)
    return found


def _waiting(
    session: Session, groups: Mapping[UUID, ClassGroup], at: datetime
) -> dict[tuple[UUID, str], list[Outstanding]]:
    found: dict[tuple[UUID, str], list[Outstanding]] = {}
    for each in outstanding(OpenWork(session, among(ClassGroup.id, groups), at)):
        found.setdefault((each.class_term_id, each.slot), []).append(each)
    return found


def _of_item(
    session: Session,
    case: Case,
    item: HandoverItem,
    group: ClassGroup,
    books: Mapping[UUID, Sequence[ClassTermRow]],
    waiting: Mapping[tuple[UUID, str], Sequence[Outstanding]],
) -> Iterator[WorkLine]:
    name = slot_name(entries.curriculum_of(group, Term.YEAR_END), item.slot)
    if not books[group.id]:
        yield WorkLine(item, group.name, group.school_year, name, None)
    for book in books[group.id]:
        term = Term(book.term)
        curriculum = entries.curriculum_of(group, term)
        if item.slot not in curriculum.slots:
            continue
        sent = _sent(session, book.id, item.slot)
        lacking = sum(map(len, entries.missing(session, group, term, item.slot, list(sent)).values()))
        required = len(required_cells(curriculum, term, item.slot)) * len(sent)
        yield WorkLine(
            item,
            group.name,
            group.school_year,
            name,
            term,
            book.id,
            max(required - lacking, 0),
            required,
            sum(sent.values()),
            len(sent),
            _sheets(session, case, book.id, item.slot),
            tuple(waiting.get((book.id, item.slot), ())),
        )


def _sent(session: Session, class_term_id: UUID, slot: str) -> dict[UUID, bool]:
    """The records of the class with this slot, and whether it was sent."""
    query = (
        select(RecordSlot.record_id, RecordSlot.state == "submitted")
        .join(TermRecord, TermRecord.id == RecordSlot.record_id)
        .where(TermRecord.class_term_id == class_term_id, RecordSlot.slot == slot)
        .order_by(RecordSlot.record_id)
    )
    return {record_id: bool(is_sent) for record_id, is_sent in session.execute(query)}


def _sheets(session: Session, case: Case, class_term_id: UUID, slot: str) -> tuple[Sheet, ...]:
    """What the giver signed as whoever fills the slot: sheets of a subject, summaries of the class."""
    which = Document.kind == "class_summary" if slot == HOMEROOM else Document.slot == slot
    query = (
        select(Document.lookup_code, SignatureRow.signed_at)
        .join(SignatureRow, SignatureRow.document_id == Document.id)
        .where(Document.class_term_id == class_term_id, which, Document.kind.in_(("subject_sheet", "class_summary")))
        .where(Document.state == "live", SignatureRow.staff_id == case.row.staff_id)
        .order_by(SignatureRow.signed_at, Document.lookup_code)
    )
    return tuple(Sheet(*row) for row in session.execute(query))
