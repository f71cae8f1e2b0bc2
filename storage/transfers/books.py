"""Which records of a pupil who moves are in which books, and what each book is to decide."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from domain.decisions import Action, Decision
from domain.record_states import MATTER
from domain.stages import Stage
from domain.transfers.messages import BookStep
from storage import journal
from storage.tables import ClassGroup, ClassTermRow, Enrolment, Matter, TermRecord, Transfer

WHY_DETACHED: Final = "Học sinh làm thủ tục chuyển trường."


def to_detach(session: Session, row: Transfer, attempt: int) -> list[BookStep]:
    """What the school that is left could still sign; who signed a summary that falls apart with it is told why."""
    return _with_reason(session, row, _steps(row, Action.DETACH_BEGIN, open_records(session, row), attempt))


def _with_reason(session: Session, row: Transfer, steps: list[BookStep]) -> list[BookStep]:
    reason_id = str(why(session, row)) if steps else ""
    return [replace(each, decision=replace(each.decision, reason_id=reason_id)) for each in steps]


def why(session: Session, row: Transfer) -> UUID:
    """What the signers of papers are told that a transfer makes void."""
    reason_id = uuid5(row.matter_id, "detach")
    opened_by = session.get_one(Matter, row.matter_id).opened_by
    journal.add_reason(session, reason_id, row.from_school_id, opened_by, WHY_DETACHED)
    return reason_id


def to_undo(session: Session, row: Transfer, attempt: int) -> list[BookStep]:
    return _steps(row, Action.DETACH_CANCEL, _moving(session, row), attempt)


def to_commit(session: Session, row: Transfer, attempt: int) -> list[BookStep]:
    """Papers of the pupil's own that were signed, not sealed, are void with it."""
    return _with_reason(session, row, _steps(row, Action.DETACH_COMMIT, _moving(session, row), attempt))


def to_attach(session: Session, row: Transfer, attempt: int) -> list[BookStep]:
    """The open books of the class that lack the pupil: each gets a record, but for a term that is issued already."""
    if row.to_class_id is None:
        return []
    uid, there = _record_uid(session, row), set(_books_with(session, row))
    query = select(ClassTermRow).where(ClassTermRow.class_id == row.to_class_id).order_by(ClassTermRow.term)
    lacking = [
        (book.id, uuid5(row.matter_id, str(book.id)))
        for book in session.scalars(query)
        if book.id not in there and not (uid and is_issued(session, uid, book.term))
    ]
    return _steps(row, Action.ATTACH, lacking, attempt)


def open_records(session: Session, row: Transfer) -> list[tuple[UUID, UUID]]:
    """Class-term and record of what is not issued and does not stand still yet."""
    query = _of_former(row).where(TermRecord.stage != Stage.ISSUED.value, ~TermRecord.moving)
    return [(class_term_id, record_id) for class_term_id, record_id in session.execute(query)]


def is_issued(session: Session, record_uid: UUID, term: str) -> bool:
    """Whether some school has issued this term of the pupil's year."""
    query = (
        select(TermRecord.id)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .join(ClassTermRow, ClassTermRow.id == TermRecord.class_term_id)
        .where(Enrolment.record_uid == record_uid, ClassTermRow.term == term, TermRecord.stage == Stage.ISSUED.value)
    )
    return session.scalars(query).first() is not None


def stays_in_year(session: Session, row: Transfer) -> bool:
    """Whether the class is of the year in which the pupil is at the school that he leaves."""
    former = session.get(Enrolment, row.from_enrolment_id) if row.from_enrolment_id else None
    group = session.get(ClassGroup, row.to_class_id) if row.to_class_id else None
    return former is not None and group is not None and former.school_year == group.school_year


def _moving(session: Session, row: Transfer) -> list[tuple[UUID, UUID]]:
    found = session.execute(_of_former(row).where(TermRecord.moving))
    return [(class_term_id, record_id) for class_term_id, record_id in found]


def _of_former(row: Transfer) -> Select[UUID, UUID]:
    """Records of the former enrolment that are in a book."""
    return (
        select(TermRecord.class_term_id, TermRecord.id)
        .where(TermRecord.enrolment_id == row.from_enrolment_id, TermRecord.class_term_id.is_not(None))
        .order_by(TermRecord.class_term_id, TermRecord.id)
    )


def _record_uid(session: Session, row: Transfer) -> UUID | None:
    if row.to_enrolment_id is not None:
        return session.get_one(Enrolment, row.to_enrolment_id).record_uid
    return session.get_one(Enrolment, row.from_enrolment_id).record_uid if stays_in_year(session, row) else None


def _books_with(session: Session, row: Transfer) -> Iterable[UUID]:
    if row.to_enrolment_id is None:
        return ()
    query = select(TermRecord.class_term_id).where(TermRecord.enrolment_id == row.to_enrolment_id)
    return session.scalars(query.where(TermRecord.class_term_id.is_not(None))).all()


def _steps(row: Transfer, action: Action, found: Iterable[tuple[UUID, UUID]], attempt: int) -> list[BookStep]:
    """One decision for each book; each attempt has ids of its own, as a book answers a known one as it did before."""
    records: dict[UUID, list[str]] = defaultdict(list)
    for class_term_id, record_id in found:
        records[class_term_id].append(str(record_id))
    return [
        BookStep(
            str(class_term_id),
            f"transfer/{row.matter_id}/{action.value}/{class_term_id}/{attempt}",
            Decision(action, MATTER, tuple(record_ids), matter_id=str(row.matter_id)),
        )
        for class_term_id, record_ids in records.items()
    ]
