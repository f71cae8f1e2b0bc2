"""What waits for whom at a moment: people follow the assignments of that moment."""

from collections.abc import Collection
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.slot_marks import slot_name
from domain.waiting import Place, Waiting
from domain.work import Work
from storage import staffing, work
from storage.among import among
from storage.entries import curriculum_of
from storage.staffing import ROLE_OF_SLOT, designated, in_force
from storage.tables import ClassGroup, Position, TeachingAssignment
from storage.work import Book, Piece

# A homeroom teacher's signatures of whole records are told apart from those of subjects.
_Key: TypeAlias = tuple[UUID, UUID, Work, bool]


def waiting(
    session: Session, which: ColumnElement[bool], at: datetime, staff_ids: Collection[UUID] | None = None
) -> list[Waiting]:
    """All work in the open class-terms that `which` picks, for each who fills its slot at `at`; soonest due first.

    `which` speaks of `class_terms` and `class_groups`; with `staff_ids` only what waits for these people.
    """
    books = work.open_books(session, which)
    found = staffing.holders(session, at, among(ClassGroup.id, {book.group.id for book in books.values()}))
    holders = staffing.by_class_and_slot(each for each in found if staff_ids is None or each.staff_id in staff_ids)
    classes = {class_id for class_id, _ in holders}
    taught = {class_id for class_id, slot in holders if slot not in ROLE_OF_SLOT}
    grouped: dict[_Key, list[Piece]] = {}
    of_slots = work.of_slots(session, [each for each, book in books.items() if book.group.id in taught])
    of_records = work.of_records(session, [each for each, book in books.items() if book.group.id in classes])
    for piece in (*of_slots, *of_records):
        for holder in holders.get((books[piece.class_term_id].group.id, piece.slot), ()):
            is_record = piece.work is Work.SIGN and piece.slot == HOMEROOM
            grouped.setdefault((holder.staff_id, piece.class_term_id, piece.work, is_record), []).append(piece)
    tasks = [_together(staff_id, books[each], what, pieces) for (staff_id, each, what, _), pieces in grouped.items()]
    return sorted(tasks, key=lambda task: (task.place.due_at, task.place.class_name, task.code, task.staff_id))


def of_people(session: Session, staff_ids: Collection[UUID], at: datetime) -> list[Waiting]:
    """All work that waits for one of these people."""
    taught = select(TeachingAssignment.class_id).where(TeachingAssignment.staff_id.in_(staff_ids), designated(at))
    schools = select(Position.school_id).where(
        Position.staff_id.in_(staff_ids), Position.role.in_(ROLE_OF_SLOT.values()), in_force(Position, at)
    )
    theirs = or_(ClassGroup.id.in_(taught), ClassGroup.school_id.in_(schools))
    return waiting(session, theirs, at, staff_ids)


def _together(staff_id: UUID, book: Book, what: Work, pieces: Collection[Piece]) -> Waiting:
    """The slots of one person and kind of work; in the order of the form."""
    row, group, term = book.row, book.group, Term(book.row.term)
    place = Place(row.id, group.id, group.school_id, group.name, term, row.due_at)
    slots = {piece.slot for piece in pieces}
    pupils, newest = max(piece.pupils for piece in pieces), max(piece.round for piece in pieces)
    if what not in {Work.ENTER, Work.SIGN} or (slots == {HOMEROOM} and what is Work.SIGN):
        # A class that is held at several stages waits for one decision all the same.
        pupils = sum(piece.pupils for piece in pieces)
        return Waiting(staff_id, place, what, tuple(sorted(slots)), (), pupils, newest)
    curriculum = curriculum_of(group, term)
    ordered = [slot for slot in curriculum.slots if slot in slots]
    names = tuple(slot_name(curriculum, slot) for slot in ordered)
    return Waiting(staff_id, place, what, tuple(ordered), names, pupils, newest)
