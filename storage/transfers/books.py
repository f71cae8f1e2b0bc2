"""Which records of a pupil who moves are in which books, and what each book is to decide."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from domain.decisions import Action, BookDecision, Decision
from domain.record_states import CLOSED, MATTER
from domain.stages import Stage
from domain.transfers.phases import Direction
from storage import journal
from storage.corrections.on_the_way import is_recalled
from storage.presence import NEWEST_FIRST
from storage.tables import ClassGroup, ClassTermRow, Enrolment, Matter, TermRecord, Transfer

# A term stays in the book of the class that issued it, also while it is corrected.
KEPT: Final = or_(TermRecord.stage == Stage.ISSUED.value, is_recalled())
WHY_DETACHED: Final = "Học sinh làm thủ tục chuyển trường."


def to_detach(session: Session, row: Transfer, attempt: int) -> list[BookDecision]:
    """What the school that is left could still sign; who signed a summary that falls apart with it is told why."""
    return _with_reason(session, row, _steps(row, Action.DETACH_BEGIN, open_records(session, row), attempt))


def _with_reason(session: Session, row: Transfer, steps: list[BookDecision]) -> list[BookDecision]:
    reason_id = str(why(session, row)) if steps else ""
    return [replace(each, decision=replace(each.decision, reason_id=reason_id)) for each in steps]


def why(session: Session, row: Transfer) -> UUID:
    """What the signers of papers are told that a transfer makes void."""
    reason_id = uuid5(row.matter_id, "detach")
    opened_by = session.get_one(Matter, row.matter_id).opened_by
    journal.add_reason(session, reason_id, row.from_school_id, opened_by, WHY_DETACHED)
    return reason_id


def to_undo(session: Session, row: Transfer, attempt: int) -> list[BookDecision]:
    return _steps(row, Action.DETACH_CANCEL, _moving(session, row), attempt)


def to_commit(session: Session, row: Transfer, attempt: int) -> list[BookDecision]:
    """Papers of the pupil's own that were signed, not sealed, are void with it."""
    return _with_reason(session, row, _steps(row, Action.DETACH_COMMIT, _moving(session, row), attempt))


def to_attach(session: Session, row: Transfer, attempt: int) -> list[BookDecision]:
    """The open books of the class that lack the pupil: each gets a record, but for a term that is issued already.

    Who comes from outside of the system has no part in a term that the class has finished.
    """
    group = session.get(ClassGroup, row.to_class_id) if row.to_class_id else None
    if group is None:
        return []
    uid, there = _record_uid(session, row, group.school_year), set(_books_with(session, row))
    query = select(ClassTermRow).where(ClassTermRow.class_id == group.id).order_by(ClassTermRow.term)
    if row.direction == Direction.IN:
        query = query.where(ClassTermRow.stage.not_in(sorted(CLOSED)))
    lacking = [
        (book.id, uuid5(row.matter_id, str(book.id)))
        for book in session.scalars(query)
        if book.id not in there and not (uid and is_kept(session, uid, book.term))
    ]
    return _steps(row, Action.ATTACH, lacking, attempt)


def open_records(session: Session, row: Transfer) -> list[tuple[UUID, UUID]]:
    """Class-term and record of what is not issued and does not stand still yet; what is recalled is corrected first."""
    mine = TermRecord.enrolment_id.in_([each.id for each in ending(session, row)])
    return _in_books(session, mine & (TermRecord.stage != Stage.ISSUED.value) & ~TermRecord.moving & ~is_recalled())


def ending(session: Session, row: Transfer) -> list[Enrolment]:
    """The pupil's places at the school that is left which end with the transfer, the earliest year first.

    They are those of the year that goes on elsewhere, and of a later one: a year that is over stays where it was.
    """
    former = session.get(Enrolment, row.from_enrolment_id) if row.from_enrolment_id else None
    group = session.get(ClassGroup, row.to_class_id) if row.to_class_id else None
    if former is None or (group is None and row.direction != Direction.OUT):
        return []
    query = (
        select(Enrolment)
        .join(ClassGroup, ClassGroup.id == Enrolment.class_id)
        .where(
            Enrolment.pupil_id == row.pupil_id, Enrolment.left_on.is_(None),
            ClassGroup.school_id == session.get_one(ClassGroup, former.class_id).school_id,
            Enrolment.school_year >= (group.school_year if group else former.school_year),
        )
        .order_by(Enrolment.school_year)
    )  # fmt: skip
    return list(session.scalars(query))


def is_kept(session: Session, record_uid: UUID, term: str) -> bool:
    """Whether some school has issued this term of the pupil's year: it is corrected there, too."""
    query = (
        select(TermRecord.id)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .join(ClassTermRow, ClassTermRow.id == TermRecord.class_term_id)
        .where(Enrolment.record_uid == record_uid, ClassTermRow.term == term, KEPT)
    )
    return session.scalars(query).first() is not None


def _moving(session: Session, row: Transfer) -> list[tuple[UUID, UUID]]:
    """What stands still for the pupil's transfer: there is one at a time."""
    mine = TermRecord.enrolment_id.in_(select(Enrolment.id).where(Enrolment.pupil_id == row.pupil_id))
    return _in_books(session, mine & TermRecord.moving)


def _in_books(session: Session, which: ColumnElement[bool]) -> list[tuple[UUID, UUID]]:
    query = (
        select(TermRecord.class_term_id, TermRecord.id)
        .where(which, TermRecord.class_term_id.is_not(None))
        .order_by(TermRecord.class_term_id, TermRecord.id)
    )
    return [(class_term_id, record_id) for class_term_id, record_id in session.execute(query)]


def _record_uid(session: Session, row: Transfer, school_year: str) -> UUID | None:
    """Of the year that goes on in the new class."""
    if row.to_enrolment_id is not None:
        return session.get_one(Enrolment, row.to_enrolment_id).record_uid
    newest = select(Enrolment.record_uid).where(
        Enrolment.pupil_id == row.pupil_id, Enrolment.school_year == school_year
    )
    return session.scalars(newest.order_by(*NEWEST_FIRST).limit(1)).first()


def _books_with(session: Session, row: Transfer) -> Iterable[UUID]:
    """The books of the new class that have the pupil; a list may have brought him there before."""
    query = (
        select(TermRecord.class_term_id)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .where(
            Enrolment.pupil_id == row.pupil_id, Enrolment.class_id == row.to_class_id, Enrolment.left_on.is_(None),
            TermRecord.class_term_id.is_not(None),
        )
    )  # fmt: skip
    return session.scalars(query).all()


def _steps(row: Transfer, action: Action, found: Iterable[tuple[UUID, UUID]], attempt: int) -> list[BookDecision]:
    """One decision for each book; each attempt has ids of its own, as a book answers a known one as it did before."""
    records: dict[UUID, list[str]] = defaultdict(list)
    for class_term_id, record_id in found:
        records[class_term_id].append(str(record_id))
    return [
        BookDecision(
            str(class_term_id),
            f"transfer/{row.matter_id}/{action.value}/{class_term_id}/{attempt}",
            Decision(action, MATTER, tuple(record_ids), matter_id=str(row.matter_id)),
        )
        for class_term_id, record_ids in records.items()
    ]
