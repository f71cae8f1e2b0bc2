"""The records that a correction is about: which they are, whether their parts are open, what is still to be done."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.errors import Conflict, NotFound
from domain.stages import Stage
from storage.entries import FOREIGN, curriculum_in
from storage.presence import NEWEST_FIRST
from storage.tables import (
    CellChange,
    ClassGroup,
    ClassTermRow,
    CorrectedRecord,
    Enrolment,
    Matter,
    MatterEvent,
    Recall,
    RecordSlot,
    TermRecord,
)

_BUSY = "Đã có một đề nghị chưa xong về phần này của học sinh."


def class_of(session: Session, class_term_id: UUID) -> tuple[ClassTermRow, ClassGroup]:
    row = session.get(ClassTermRow, class_term_id)
    if row is None:
        raise NotFound("Không tìm thấy lớp này.")
    return row, session.get_one(ClassGroup, row.class_id)


def require_slots(session: Session, class_term_id: UUID, slots: Collection[str]) -> None:
    known = curriculum_in(session, class_term_id)[0].slots
    if not slots or not set(slots) <= set(known):
        raise NotFound("Lớp này không có môn học đó.")


def of_class_term(session: Session, class_term_id: UUID, record_ids: Collection[UUID]) -> list[TermRecord]:
    """Raises NotFound unless all of them, and at least one, are records of the class-term."""
    query = select(TermRecord).where(TermRecord.class_term_id == class_term_id, TermRecord.id.in_(record_ids))
    found = list(session.scalars(query.order_by(TermRecord.id)))
    if not found or len(found) != len(set(record_ids)):
        raise NotFound(FOREIGN)
    return found


def refuse_busy(session: Session, record_ids: Collection[UUID], slots: Collection[str] | None = None) -> None:
    """Raises Conflict where another correction of the same part (or of any) is under way.

    Whoever asks at the same moment waits for the answer.
    """
    mine = select(TermRecord.id).where(TermRecord.id.in_(record_ids)).order_by(TermRecord.id)
    session.execute(mine.with_for_update(key_share=True))
    query = select(CorrectedRecord).where(
        CorrectedRecord.record_id.in_(record_ids), CorrectedRecord.settled_at.is_(None)
    )
    busy = [each for each in session.scalars(query) if slots is None or set(slots) & set(each.slots)]
    if busy:
        raise Conflict(_BUSY, tuple(sorted({str(each.record_id) for each in busy})))


def recall_under_way(session: Session, record_id: UUID) -> UUID | None:
    """The recall that was asked for and is not settled."""
    query = (
        select(CorrectedRecord.matter_id)
        .join(Recall, Recall.matter_id == CorrectedRecord.matter_id)
        .where(CorrectedRecord.record_id == record_id, CorrectedRecord.settled_at.is_(None))
    )
    return session.scalars(query).first()


def add(session: Session, matter_id: UUID, records: Iterable[tuple[UUID, Collection[str]]]) -> None:
    session.add_all(
        CorrectedRecord(matter_id=matter_id, record_id=record_id, slots=sorted(slots)) for record_id, slots in records
    )
    session.flush()


def of_matter(session: Session, matter_id: UUID) -> list[CorrectedRecord]:
    query = select(CorrectedRecord).where(CorrectedRecord.matter_id == matter_id)
    return list(session.scalars(query.order_by(CorrectedRecord.record_id)))


def let_go(session: Session, matter_id: UUID, at: datetime) -> None:
    """Nothing will come of it: others may ask for the same."""
    rows = update(CorrectedRecord).where(CorrectedRecord.matter_id == matter_id, CorrectedRecord.settled_at.is_(None))
    session.execute(rows.values(settled_at=at))


def close(session: Session, matter: Matter, at: datetime) -> None:
    let_go(session, matter.id, at)
    matter.settled_at = at


def newest_change(session: Session) -> int:
    return session.scalar(select(func.coalesce(func.max(CellChange.id), 0))) or 0


def unsent(session: Session, rows: Collection[CorrectedRecord]) -> dict[UUID, list[str]]:
    """Which of the parts are still open, by record."""
    wanted = {row.record_id: set(row.slots) for row in rows}
    query = select(RecordSlot.record_id, RecordSlot.slot).where(
        RecordSlot.record_id.in_(wanted), RecordSlot.state == "open"
    )
    found: dict[UUID, list[str]] = {}
    for record_id, slot in session.execute(query):
        if slot in wanted[record_id]:
            found.setdefault(record_id, []).append(slot)
    return found


def sent_slots(session: Session, record_id: UUID, slots: Collection[str]) -> list[str]:
    """Those of the parts that were sent."""
    query = select(RecordSlot.slot).where(
        RecordSlot.record_id == record_id, RecordSlot.slot.in_(slots), RecordSlot.state == "submitted"
    )
    return sorted(session.scalars(query))


def in_term(session: Session, enrolment_id: UUID, term: Term) -> TermRecord | None:
    """The record of a term of the same year, at whatever school it is in a book: where the pupil is, else was last."""
    year = select(Enrolment.record_uid).where(Enrolment.id == enrolment_id).scalar_subquery()
    query = (
        select(TermRecord)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .join(ClassTermRow, ClassTermRow.id == TermRecord.class_term_id)
        .where(Enrolment.record_uid == year, ClassTermRow.term == term)
        .order_by(*NEWEST_FIRST)
    )
    return session.scalars(query).first()


def is_of(session: Session, record: TermRecord, school_id: UUID) -> bool:
    """Whether a record is in a book of the school."""
    return class_of(session, record.class_term_id)[1].school_id == school_id


def has_left(record: TermRecord) -> bool:
    """Its pupil went to another school, and no class-term has it any more."""
    return record.detached_from is not None


def is_closed(record: TermRecord) -> bool:
    return record.stage in {Stage.SEALED, Stage.ISSUED}


def times(session: Session, matter_id: UUID, deed: str) -> int:
    """How often something stands in a matter's diary."""
    query = select(func.count()).where(MatterEvent.matter_id == matter_id, MatterEvent.deed == deed)
    return session.scalar(query) or 0


def newest_step(session: Session, matter_id: UUID, deed: str) -> MatterEvent | None:
    query = select(MatterEvent).where(MatterEvent.matter_id == matter_id, MatterEvent.deed == deed)
    return session.scalars(query.order_by(MatterEvent.seq.desc()).limit(1)).first()
