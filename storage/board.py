"""Reads for boards and lists: SQL over the projection, always within one school."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.progress import BoardLine
from domain.slot_marks import slot_name
from domain.stages import Stage
from storage import arrivals, evidence
from storage.among import among
from storage.entries import curriculum_of
from storage.tables import (
    ClassGroup,
    ClassTermRow,
    Document,
    DocumentRecord,
    Enrolment,
    PupilRow,
    RecordSlot,
    ReviewItem,
    School,
    SignatureRow,
    TermRecord,
)
from storage.work import NEWEST_FIRST


@dataclass(frozen=True)
class SlotLine:
    """How far one slot of a class-term is: pupils submitted and signed."""

    slot: str
    name: str
    submitted: int
    signed: int


@dataclass(frozen=True)
class RecordLine:
    """One pupil of a class-term and where the record stands."""

    record_id: UUID
    order_no: int
    full_name: str
    pupil_code: str
    stage: Stage
    revision: int
    held: bool
    open_slots: tuple[str, ...]
    unsigned_slots: tuple[str, ...]
    moving: bool = False


@dataclass(frozen=True)
class DocumentLine:
    document_id: UUID
    kind: str
    slot: str
    part: int
    state: str
    lookup_code: str
    sha256: str
    size: int
    sealed_at: datetime | None
    pupils: int
    level: str
    is_proven: bool


def school_name(session: Session, school_id: UUID) -> str:
    return session.get_one(School, school_id).name


def years_of(session: Session, school_id: UUID, class_ids: list[UUID] | None = None) -> list[str]:
    """The school years in which a school (or some of its classes) has open books, newest first."""
    query = (
        select(ClassGroup.school_year)
        .join(ClassTermRow, ClassTermRow.class_id == ClassGroup.id)
        .where(ClassGroup.school_id == school_id)
    )
    if class_ids is not None:
        query = query.where(among(ClassGroup.id, class_ids))
    return sorted(set(session.scalars(query)), reverse=True)


def school_board(
    session: Session, school_id: UUID, class_ids: list[UUID] | None = None, *, school_year: str = ""
) -> list[BoardLine]:
    """Every class-term of a school (or of some of its classes, or one year), newest year first, classes in order."""
    query = (
        select(ClassTermRow, ClassGroup)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .where(ClassGroup.school_id == school_id)
        .order_by(*NEWEST_FIRST)
    )
    if class_ids is not None:
        query = query.where(among(ClassGroup.id, class_ids))
    if school_year:
        query = query.where(ClassGroup.school_year == school_year)
    rows = session.execute(query).all()
    counts, held = _counts(session, [class_term.id for class_term, _ in rows])
    counted = {Stage.ENTRY, Stage.REVIEWED}  # elsewhere nobody asks how many parts came in
    slots = _whole_slots(session, [class_term.id for class_term, _ in rows if class_term.stage in counted])
    since = arrivals.of_class_terms(session, [class_term.id for class_term, _ in rows])
    return [
        _board_line(
            class_term, group, counts[class_term.id], held[class_term.id], slots.get(class_term.id, (0, 0, 0)),
            since.came(class_term.id, Stage(class_term.stage)) or class_term.created_at,
        )
        for class_term, group in rows
    ]  # fmt: skip


def _counts(session: Session, ids: list[UUID]) -> tuple[dict[UUID, Counter[Stage]], Counter[UUID]]:
    query = (
        select(TermRecord.class_term_id, TermRecord.stage, TermRecord.held, func.count())
        .where(among(TermRecord.class_term_id, ids))
        .group_by(TermRecord.class_term_id, TermRecord.stage, TermRecord.held)
    )
    counts: dict[UUID, Counter[Stage]] = {each: Counter() for each in ids}
    held: Counter[UUID] = Counter()
    for class_term_id, stage, is_held, count in session.execute(query):
        counts[class_term_id][Stage(stage)] += count
        held[class_term_id] += count if is_held else 0
    return counts, held


def _whole_slots(session: Session, ids: list[UUID]) -> dict[UUID, tuple[int, int, int]]:
    """By class-term: how many slots there are, how many are submitted for everybody, how many signed for everybody."""
    by_slot = (
        select(
            TermRecord.class_term_id.label("class_term_id"),
            func.bool_and(RecordSlot.state == "submitted").label("submitted"),
            func.bool_and(RecordSlot.is_signed).label("signed"),
        )
        .join(TermRecord, TermRecord.id == RecordSlot.record_id)
        .where(among(TermRecord.class_term_id, ids))
        .group_by(TermRecord.class_term_id, RecordSlot.slot)
        .subquery()
    )
    counted = select(
        by_slot.c.class_term_id,
        func.count(),
        func.count().filter(by_slot.c.submitted),
        func.count().filter(by_slot.c.signed),
    ).group_by(by_slot.c.class_term_id)
    return {each: (slots, submitted, signed) for each, slots, submitted, signed in session.execute(counted)}


def _board_line(  # what was read of one class-term
    row: ClassTermRow,
    group: ClassGroup,
    counts: Counter[Stage],
    held: int,
    slots: tuple[int, int, int],
    since: datetime,
) -> BoardLine:
    return BoardLine(
        row.id,
        group.name,
        group.school_year,
        Term(row.term),
        counts.total(),
        held,
        dict(counts),
        Stage(row.stage),
        row.due_at,
        row.overdue,
        *slots,
        grade=group.grade,
        since=since,
    )


def record_lines(session: Session, class_term_id: UUID) -> list[RecordLine]:
    """The class's pupils in order, with the slots that are open or unsigned."""
    query = (
        select(TermRecord, Enrolment.order_no, PupilRow.full_name, PupilRow.pupil_code)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .join(PupilRow, PupilRow.id == Enrolment.pupil_id)
        .where(TermRecord.class_term_id == class_term_id)
        .order_by(Enrolment.order_no)
    )
    rows = session.execute(query).all()
    slots = _slots(session, [record.id for record, *_ in rows])
    return [
        RecordLine(
            record.id,
            order_no,
            name,
            code,
            Stage(record.stage),
            record.revision,
            record.held,
            tuple(slot for slot, is_open, _ in slots[record.id] if is_open),
            tuple(slot for slot, _, is_signed in slots[record.id] if not is_signed and slot != HOMEROOM),
            record.moving,
        )
        for record, order_no, name, code in rows
    ]


def _slots(session: Session, record_ids: list[UUID]) -> dict[UUID, list[tuple[str, bool, bool]]]:
    """By record: each slot, whether it is open, and whether it is signed."""
    found: dict[UUID, list[tuple[str, bool, bool]]] = {record_id: [] for record_id in record_ids}
    columns = (RecordSlot.record_id, RecordSlot.slot, RecordSlot.state == "open", RecordSlot.is_signed)
    query = select(*columns).where(among(RecordSlot.record_id, record_ids)).order_by(RecordSlot.slot)
    for record_id, slot, is_open, is_signed in session.execute(query):
        found[record_id].append((slot, is_open, is_signed))
    return found


def slot_lines(session: Session, class_term_id: UUID, class_id: UUID) -> list[SlotLine]:
    """Progress by slot, in the order of the form."""
    term = Term(session.get_one(ClassTermRow, class_term_id).term)
    curriculum = curriculum_of(session.get_one(ClassGroup, class_id), term)
    found = slot_counts(session, class_term_id)
    return [SlotLine(slot, slot_name(curriculum, slot), *found.get(slot, (0, 0))) for slot in curriculum.slots]


def slot_counts(session: Session, class_term_id: UUID) -> dict[str, tuple[int, int]]:
    """How many pupils are submitted and signed, by slot."""
    query = (
        select(
            RecordSlot.slot,
            func.count().filter(RecordSlot.state == "submitted"),
            func.count().filter(RecordSlot.is_signed),
        )
        .join(TermRecord, TermRecord.id == RecordSlot.record_id)
        .where(TermRecord.class_term_id == class_term_id)
        .group_by(RecordSlot.slot)
    )
    return {slot: (submitted, signed) for slot, submitted, signed in session.execute(query)}


@dataclass(frozen=True)
class ReviewLine:
    """A pupil whose data somebody should look at."""

    class_name: str
    full_name: str
    pupil_code: str
    code: str


def review_lines(session: Session, school_id: UUID) -> list[ReviewLine]:
    """Open review items of a school's enrolled pupils."""
    query = (
        select(ClassGroup.name, PupilRow.full_name, PupilRow.pupil_code, ReviewItem.code)
        .join(PupilRow, PupilRow.id == ReviewItem.pupil_id)
        .join(Enrolment, Enrolment.pupil_id == PupilRow.id)
        .join(ClassGroup, ClassGroup.id == Enrolment.class_id)
        .where(ClassGroup.school_id == school_id, Enrolment.left_on.is_(None), ReviewItem.resolved_at.is_(None))
        .order_by(ClassGroup.name, Enrolment.order_no, ReviewItem.code)
    )
    return [ReviewLine(*row) for row in session.execute(query)]


def document_lines(session: Session, class_term_id: UUID) -> list[DocumentLine]:
    pupils = (
        select(func.count())
        .select_from(DocumentRecord)
        .where(DocumentRecord.document_id == Document.id, DocumentRecord.voided_at.is_(None))
        .scalar_subquery()
    )
    newest = (
        select(SignatureRow.level)
        .where(SignatureRow.document_id == Document.id, SignatureRow.sha256 == Document.sha256)
        .scalar_subquery()
    )
    query = select(Document, pupils, newest, evidence.is_proven()).where(Document.class_term_id == class_term_id)
    return [
        DocumentLine(
            *(d.id, d.kind, d.slot, d.part, d.state, d.lookup_code, d.sha256, d.size, d.sealed_at, count),
            level=level or "",
            is_proven=is_proven,
        )
        for d, count, level, is_proven in session.execute(
            query.order_by(Document.kind, Document.slot, Document.part, Document.created_at)
        )
    ]
