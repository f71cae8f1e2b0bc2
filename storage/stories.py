"""What happened to records: decisions with their reasons and origins, sittings at the grid, void signatures."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from domain.decisions import Action
from domain.notices import Kind
from domain.record_states import MATTER
from domain.stages import Stage
from domain.stories import SITTING_PAUSE, EventKind, Sitting, StoryEvent, Touched, Void, for_record, moved
from storage import standing_in
from storage.access import RecordHead
from storage.tables import (
    AuditEntry,
    CellChange,
    ClassGroup,
    ClassTermRow,
    Command,
    DeadlineEvent,
    DecisionOrigin,
    Document,
    DocumentRecord,
    Enrolment,
    Notice,
    PromotionDecision,
    PupilRow,
    Reason,
    SignatureRow,
    Staff,
    TermRecord,
)


def of_record(session: Session, head: RecordHead, slots: Collection[str] | None) -> list[StoryEvent]:
    """Everything about one record; for a subject teacher only what is about the slots he fills."""
    rid = str(head.id)
    about = AuditEntry.detail["records"].has_key(rid)
    found = [
        for_record(event, rid, aside)
        for event, aside in _decisions(session, head.class_term.id, about, DocumentRecord.record_id == head.id)
    ]
    found += _sittings(session, CellChange.record_id == head.id)
    if slots is not None:
        return [each for each in found if each.about & set(slots)]
    return [_opened(session, head.class_term.id), *found, *_promotions(session, PromotionDecision.record_id == head.id)]


def of_class(session: Session, class_term_id: UUID) -> list[StoryEvent]:
    """Everything about a class's term."""
    records = select(TermRecord.id).where(TermRecord.class_term_id == class_term_id)
    covers = Document.class_term_id == class_term_id
    return [
        _opened(session, class_term_id),
        *(event for event, _ in _decisions(session, class_term_id, AuditEntry.wf_seq > 0, covers)),
        *_sittings(session, CellChange.record_id.in_(records)),
        *_promotions(session, PromotionDecision.record_id.in_(records)),
        *_reminders(session, class_term_id),
        *_deadlines(session, class_term_id),
    ]


class Pupil(NamedTuple):
    """Whom a record is of, for the names in a class's story."""

    record_id: str
    order_no: int
    full_name: str


def pupils_of(session: Session, class_term_id: UUID) -> list[Pupil]:
    query = (
        select(TermRecord.id, Enrolment.order_no, PupilRow.full_name)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .join(PupilRow, PupilRow.id == Enrolment.pupil_id)
        .where(TermRecord.class_term_id == class_term_id)
        .order_by(Enrolment.order_no, TermRecord.id)
    )
    return [Pupil(str(record_id), order_no, name) for record_id, order_no, name in session.execute(query)]


class _Row(NamedTuple):
    seq: int
    detail: dict[str, Any]
    actor: str
    reason: str
    device: str
    network: str
    actor_id: UUID | None


def _decisions(
    session: Session, class_term_id: UUID, which: ColumnElement[bool], covers: ColumnElement[bool]
) -> Iterator[tuple[StoryEvent, tuple[Touched, ...]]]:
    """Decisions in their order, each with the records that only left a summary with it."""
    same = and_(Command.class_term_id == AuditEntry.class_term_id, Command.wf_seq == AuditEntry.wf_seq)
    texts = (Staff.full_name, Reason.text, DecisionOrigin.device, DecisionOrigin.network)
    query = (
        select(AuditEntry.wf_seq, AuditEntry.detail, *(func.coalesce(each, "") for each in texts), Command.actor_id)
        .join(Command, same)
        .outerjoin(Staff, Staff.id == Command.actor_id)
        .outerjoin(Reason, Reason.id == Command.reason_id)
        .outerjoin(DecisionOrigin, DecisionOrigin.command_id == Command.id)
        .where(AuditEntry.class_term_id == class_term_id, which)
        .order_by(AuditEntry.wf_seq)
    )
    rows = [_Row._make(row) for row in session.execute(query)]
    voids = _voids(session, {row.detail["reason"] for row in rows if row.detail["reason"]}, covers)
    group = session.get_one(ClassGroup, session.get_one(ClassTermRow, class_term_id).class_id)
    stand_ins = standing_in.of_class(session, group.id, group.school_id)
    for row in rows:
        event, aside = _decided(row, voids.get(row.detail["reason"], ()))
        for_whom = stand_ins.for_whom(row.actor_id, group.id, event.slots, event.at) if row.actor_id else ""
        yield replace(event, for_whom=for_whom), aside


def _slots(detail: dict[str, Any]) -> tuple[str, ...]:
    """Whose part it is; a matter speaks of the parts that it opens."""
    if detail["slot"] == MATTER:
        return tuple(detail.get("to_slots", ()))
    return (detail["slot"], *detail.get("more_slots", ()))


def _decided(row: _Row, voids: tuple[Void, ...]) -> tuple[StoryEvent, tuple[Touched, ...]]:
    detail = row.detail
    touched = [
        Touched(record_id, Stage(stage), revision, held)
        for record_id, (stage, revision, held) in detail["records"].items()
    ]
    meant, aside = moved(Action(detail["action"]), touched)
    event = StoryEvent(
        at=datetime.fromisoformat(detail["at"]),
        kind=EventKind(detail["action"]),
        actor=row.actor,
        slots=_slots(detail),
        to_slot=detail["to_slot"],
        reason=row.reason,
        is_late=detail["late"],
        device=row.device,
        network=row.network,
        number=row.seq,
        records=meant,
        voids=voids,
    )
    return event, aside


def _voids(session: Session, reason_ids: Iterable[str], covers: ColumnElement[bool]) -> dict[str, tuple[Void, ...]]:
    """Signatures that were made void, by the reason of the return or hold that did it."""
    wanted = [UUID(each) for each in reason_ids]
    if not wanted:
        return {}
    because = func.coalesce(DocumentRecord.void_reason_id, Document.void_reason_id)
    query = (
        select(because, Document.kind, Document.slot, Staff.full_name)
        .distinct()
        .join(DocumentRecord, DocumentRecord.document_id == Document.id)
        .join(SignatureRow, SignatureRow.document_id == Document.id)
        .join(Staff, Staff.id == SignatureRow.staff_id)
        .where(covers, or_(DocumentRecord.void_reason_id.in_(wanted), Document.void_reason_id.in_(wanted)))
        .order_by(Document.kind, Document.slot, Staff.full_name)
    )
    found: dict[str, tuple[Void, ...]] = {}
    for reason_id, kind, slot, signer in session.execute(query):
        found[str(reason_id)] = (*found.get(str(reason_id), ()), Void(kind, slot, signer))
    return found


def _sittings(session: Session, which: ColumnElement[bool]) -> list[StoryEvent]:
    """Changes of cells by person and slot, together as long as no pause between them is long."""
    previous = func.lag(CellChange.changed_at).over(
        partition_by=(CellChange.staff_id, CellChange.slot), order_by=CellChange.id
    )
    pause = CellChange.changed_at - previous
    starts = select(CellChange, cast(case((pause <= SITTING_PAUSE, 0), else_=1), Integer).label("starts")).where(which)
    change = starts.subquery()
    number = func.sum(change.c.starts).over(partition_by=(change.c.staff_id, change.c.slot), order_by=change.c.id)
    numbered = select(change, number.label("number")).subquery()
    cell = numbered.c
    query = (
        select(
            func.min(cell.changed_at),
            func.max(cell.changed_at),
            cell.slot,
            func.coalesce(func.max(Staff.full_name), ""),
            func.count().filter(cell.before == "", cell.after != ""),
            func.count().filter(cell.before != "", cell.after != ""),
            func.count().filter(cell.before != "", cell.after == ""),
            func.count(cell.record_id.distinct()),
        )
        .outerjoin(Staff, Staff.id == cell.staff_id)
        .group_by(cell.staff_id, cell.slot, cell.number)
    )
    return [
        StoryEvent(at=at, kind=EventKind.ENTERED, actor=by, slots=(slot,), sitting=Sitting(until, *counts))
        for at, until, slot, by, *counts in session.execute(query)
    ]


def _opened(session: Session, class_term_id: UUID) -> StoryEvent:
    return StoryEvent(at=session.get_one(ClassTermRow, class_term_id).created_at, kind=EventKind.OPENED)


def _promotions(session: Session, which: ColumnElement[bool]) -> list[StoryEvent]:
    query = (
        select(PromotionDecision, Staff.full_name, Reason.text, TermRecord.stage, TermRecord.revision)
        .join(Staff, Staff.id == PromotionDecision.decided_by)
        .join(Reason, Reason.id == PromotionDecision.reason_id)
        .join(TermRecord, TermRecord.id == PromotionDecision.record_id)
        .where(which)
    )
    return [
        StoryEvent(
            at=row.decided_at,
            kind=EventKind.PROMOTION,
            actor=by,
            reason=reason,
            records=(Touched(str(row.record_id), Stage(stage), revision, held=False),),
            promoted=row.is_promoted,
        )
        for row, by, reason, stage, revision in session.execute(query)
    ]


def _reminders(session: Session, class_term_id: UUID) -> list[StoryEvent]:
    told = aliased(Staff)
    query = (
        select(Notice.created_at, Notice.subject_ref, told.full_name)
        .join(told, told.id == Notice.staff_id)
        .where(Notice.class_term_id == class_term_id, Notice.kind == Kind.NUDGE)
    )
    return [
        StoryEvent(at=at, kind=EventKind.REMINDED, slots=(ref.partition("/")[0],), detail=name)
        for at, ref, name in session.execute(query)
    ]


def _deadlines(session: Session, class_term_id: UUID) -> list[StoryEvent]:
    query = select(DeadlineEvent.created_at, DeadlineEvent.kind).where(DeadlineEvent.class_term_id == class_term_id)
    return [StoryEvent(at=at, kind=EventKind.DEADLINE, detail=kind) for at, kind in session.execute(query)]
