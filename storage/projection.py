"""The projection of a class-term's workflow: stages, frozen content, voided papers, audit row, in one transaction.

The workflow numbers its decisions; a number that was already written changes nothing, so the activity may run twice.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import rfc8785
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import day_of
from domain.decisions import REOPENING_ACTIONS, VOIDING_ACTIONS, Action, Decision
from domain.errors import Conflict, Incomplete, NotFound
from domain.record_states import RecordState
from domain.stages import Stage
from storage import entries, history, journal, moving, recalling, telling, voids
from storage.among import among
from storage.bulk import update_all
from storage.campaigns import cohorts, progress
from storage.corrections import following, freezes
from storage.corrections.following import Happened
from storage.submission import outbox
from storage.tables import ClassGroup, ClassTermRow, Command, RecordSlot, TermRecord


@dataclass(frozen=True)
class Projection:
    """One numbered decision of a workflow and the record states that follow from it."""

    class_term_id: str
    seq: int
    command_id: str
    decision: Decision
    changes: dict[str, RecordState]
    class_stage: Stage
    parts: int
    decided_at: datetime
    is_late: bool = False


def project(session: Session, work: Projection, issue: Projection | None = None) -> bool:
    """Write a decision, and what is issued with it; False if it was already there.

    Raises before it writes the one at fault: Incomplete when a submission lacks required cells, Conflict when numbers
    are skipped or the number or the command id is another decision's, or a returned record already bears the seal.
    """
    written = [_written(session, step) for step in (work, issue) if step is not None]
    if any(written):
        progress.refresh_held(session, [UUID(work.class_term_id)])
    return written[0]


def _written(session: Session, work: Projection) -> bool:
    row = session.get(ClassTermRow, UUID(work.class_term_id), with_for_update=True)
    if row is None:
        raise NotFound("Không tìm thấy lớp này.")
    if row.wf_seq >= work.seq:
        _require_same(session, work)
        return False
    if row.wf_seq != work.seq - 1:
        raise Conflict("Sổ lớp chưa ghi đủ các bước trước.")
    if session.get(Command, work.command_id) is not None:
        raise Conflict("Mã lệnh này đã dùng cho một việc khác.")
    _make_ready(session, row, work)
    dissolved = _dissolved_parts(session, work.changes)
    _write_records(session, row.id, work)
    _follow_up(session, row, work)
    voids.void_papers(session, row.id, work.decision, dissolved, work.seq)
    following.follow(session, Happened(work.command_id, work.decision, work.changes, work.decided_at))
    _write_class_term(session, row, work)
    session.flush()
    return True


def _make_ready(session: Session, row: ClassTermRow, work: Projection) -> None:
    """What has to hold, or to be there, before the records change."""
    decision = work.decision
    following.hold(session, work.changes)
    if decision.action in {Action.RETURN, Action.UNLOCK, Action.RENEW}:
        voids.refuse_sealed(session, decision)
    if decision.action is Action.RECALL:
        freezes.refuse_frozen_since(session, decision.matter_id, [UUID(each) for each in decision.record_ids])
    if decision.action is Action.SUBMIT:
        _freeze(session, row, decision)
    if decision.action is Action.ATTACH:
        moving.attach(session, row, decision, work.decided_at)


def _require_same(session: Session, work: Projection) -> None:
    """Raises Conflict where another decision has this number: a run with stale state must not think it is done."""
    same = select(Command.id).where(Command.class_term_id == UUID(work.class_term_id), Command.wf_seq == work.seq)
    if session.scalar(same) != work.command_id:
        raise Conflict("Sổ lớp đã có bước khác mang số này.")


def _follow_up(session: Session, row: ClassTermRow, work: Projection) -> None:
    if work.decision.action in VOIDING_ACTIONS:
        _unsign(session, work)
    if work.decision.action in REOPENING_ACTIONS:
        _reopen(session, work)
        telling.tell_returned(session, row, work.decision, work.seq, work.decided_at)
    if work.decision.action is Action.RECALL:
        recalling.recall_papers(session, row, work.decision, work.decided_at)
    if work.decision.action is Action.REVIEW and row.term == Term.YEAR_END:
        cohorts.mark(session, row.id, day_of(work.decided_at))
    if work.decision.action is Action.ISSUE:
        record_ids = [UUID(each) for each in work.decision.record_ids]
        recalling.supersede(session, record_ids)
        history.add_issued(session, record_ids, work.decided_at)
        outbox.add_issued(session, record_ids)


def _freeze(session: Session, row: ClassTermRow, decision: Decision) -> None:
    group = session.get_one(ClassGroup, row.class_id)
    record_ids = [UUID(record_id) for record_id in decision.record_ids]
    locked = select(RecordSlot).where(among(RecordSlot.record_id, record_ids), RecordSlot.slot == decision.slot)
    slots = session.scalars(locked.order_by(RecordSlot.record_id).with_for_update()).all()
    missing = entries.missing(session, group, Term(row.term), decision.slot, record_ids)
    if missing:
        raise Incomplete(_missing_message(missing), tuple(str(record_id) for record_id in missing))
    hashes = content_hashes(session, decision.slot, record_ids)
    for slot in slots:
        slot.state, slot.content_sha256 = "submitted", hashes[slot.record_id]
    session.flush()


def content_hashes(session: Session, slot: str, record_ids: Iterable[UUID]) -> dict[UUID, str]:
    """SHA-256 of the canonical JSON of what `slot` entered for each record."""
    cells = entries.hashed_cells(session, slot, record_ids)
    return {record_id: hashlib.sha256(rfc8785.dumps(lines)).hexdigest() for record_id, lines in cells.items()}


def _missing_message(missing: Mapping[UUID, list[str]]) -> str:
    first = next(iter(missing.values()))
    return f"Còn thiếu dữ liệu của {len(missing)} học sinh, ví dụ: {first[0]}."


def _dissolved_parts(session: Session, changes: Mapping[str, RecordState]) -> set[int]:
    leaving = [UUID(record_id) for record_id, record in changes.items() if record.part == 0]
    if not leaving:
        return set()
    parts = select(TermRecord.part).where(among(TermRecord.id, leaving), TermRecord.part > 0)
    return set(session.scalars(parts))


def _write_records(session: Session, class_term_id: UUID, work: Projection) -> None:
    """A record that is moving is kept back like one that is held, and is named apart."""
    issued_at = work.decided_at if work.decision.action is Action.ISSUE else None
    leaves = work.decision.action is Action.DETACH_COMMIT
    # In the order in which whoever locks several of them does it.
    mine = select(TermRecord.id).where(among(TermRecord.id, [UUID(record_id) for record_id in work.changes]))
    session.execute(mine.order_by(TermRecord.id).with_for_update())
    rows = [
        {
            "id": UUID(record_id),
            "stage": record.stage.value,
            "revision": record.revision,
            "part": record.part,
            "held": record.held or record.moving,
            "moving": record.moving,
            "class_term_id": None if leaves else class_term_id,
            "detached_from": class_term_id if leaves else None,
            "issued_at": issued_at,
        }
        for record_id, record in work.changes.items()
    ]
    update_all(session, TermRecord, ["id"], rows)
    if work.decision.action is Action.SIGN:
        record_ids = [UUID(record_id) for record_id in work.decision.record_ids]
        signed = update(RecordSlot).where(
            among(RecordSlot.record_id, record_ids), RecordSlot.slot.in_(work.decision.slots)
        )
        session.execute(signed.values(is_signed=True))


def _reopen(session: Session, work: Projection) -> None:
    decision = work.decision
    record_ids = [UUID(record_id) for record_id in decision.record_ids]
    returned = update(RecordSlot).where(among(RecordSlot.record_id, record_ids), RecordSlot.slot.in_(decision.reopens))
    session.execute(
        returned.values(state="open", content_sha256=None, revision=RecordSlot.revision + 1, open_until=decision.until)
    )


def _unsign(session: Session, work: Projection) -> None:
    for record_id in work.decision.record_ids:
        unsigned = work.changes[record_id].unsigned_slots
        void = update(RecordSlot).where(RecordSlot.record_id == UUID(record_id), RecordSlot.slot.in_(unsigned))
        session.execute(void.where(RecordSlot.is_signed).values(is_signed=False))


def _write_class_term(session: Session, row: ClassTermRow, work: Projection) -> None:
    row.wf_seq, row.stage, row.parts, row.changed_at = work.seq, work.class_stage.value, work.parts, work.decided_at
    decision = work.decision
    session.add(
        Command(
            id=work.command_id,
            class_term_id=row.id,
            wf_seq=work.seq,
            action=decision.action.value,
            slot=decision.slot,
            actor_id=_uuid(decision.actor_id),
            order_id=_uuid(decision.order_id),
            reason_id=_uuid(decision.reason_id),
            is_late=work.is_late,
        )
    )
    journal.add_audit_entry(session, row.id, work.seq, audit_detail(work))


def audit_detail(work: Projection) -> dict[str, object]:
    """What the audit row says: ids, codes, stages and the time of the decision."""
    decision = work.decision
    return {
        "command": work.command_id,
        "action": decision.action.value,
        "slot": decision.slot,
        **({"more_slots": list(decision.more_slots)} if decision.more_slots else {}),
        **({"to_slots": list(decision.to_slots)} if decision.to_slots else {}),
        **({"matter": decision.matter_id} if decision.matter_id else {}),
        "actor": decision.actor_id,
        "order": decision.order_id,
        "to_slot": decision.to_slot,
        "reason": decision.reason_id,
        "late": work.is_late,
        "at": work.decided_at.isoformat(),
        "records": {
            rid: [state.stage.value, state.revision, state.held or state.moving] for rid, state in work.changes.items()
        },
    }


def _uuid(text: str) -> UUID | None:
    return UUID(text) if text else None
