"""Corrections follow their records, in the transaction of the decision itself: nobody has to be asked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.decisions import Action, Decision
from domain.matters import MatterKind
from domain.matters.corrections import Deed, RecallState, UnlockState
from domain.record_states import RecordState
from domain.stages import Stage
from storage.among import among
from storage.corrections import freezes, records
from storage.matters import steps, waits
from storage.matters.steps import Step
from storage.tables import CorrectedRecord, Enrolment, Matter, Recall, TermRecord, Unlock

_DONE = {
    MatterKind.UNLOCK: frozenset({Stage.APPROVED, Stage.SEALED, Stage.ISSUED}),
    MatterKind.RECALL: frozenset({Stage.ISSUED}),
}


@dataclass(frozen=True)
class Happened:
    """A decision about records that took effect, and the states that came of it."""

    command_id: str
    decision: Decision
    changes: dict[str, RecordState]
    at: datetime

    def step(self, deed: Deed, staff_id: UUID | None = None) -> Step:
        return Step(f"{self.command_id}/{deed}", deed, self.at, staff_id)


def hold(session: Session, record_ids: Collection[str]) -> None:
    """Lock the corrections of these records before anything of the records, as whoever decides about them does."""
    mine = select(CorrectedRecord.matter_id).where(
        among(CorrectedRecord.record_id, [UUID(each) for each in record_ids]), CorrectedRecord.settled_at.is_(None)
    )
    for matter_id in sorted(set(session.scalars(mine))):
        steps.lock(session, matter_id)


def follow(session: Session, happened: Happened) -> None:
    """Note what a decision about records means for the corrections under way."""
    touched = select(CorrectedRecord).where(
        among(CorrectedRecord.record_id, [UUID(each) for each in happened.changes]),
        CorrectedRecord.settled_at.is_(None),
    )
    by_matter: dict[UUID, list[CorrectedRecord]] = {}
    for row in session.scalars(touched.order_by(CorrectedRecord.matter_id, CorrectedRecord.record_id)):
        by_matter.setdefault(row.matter_id, []).append(row)
    for matter_id, rows in by_matter.items():
        _follow(session, steps.lock(session, matter_id), rows, happened)
        session.flush()


def _follow(session: Session, matter: Matter, rows: Collection[CorrectedRecord], happened: Happened) -> None:
    decision = happened.decision
    if decision.matter_id == str(matter.id) and decision.action in {Action.UNLOCK, Action.RECALL}:
        _opened(session, matter, rows, happened)
    if decision.action is Action.SUBMIT and matter.kind == MatterKind.UNLOCK:
        _sent(session, matter, happened)
    for row in rows:
        is_done = happened.changes[str(row.record_id)].stage in _DONE[MatterKind(matter.kind)]
        # What is unlocked goes on elsewhere; what is recalled is done only with a paper that replaces it.
        is_gone = decision.action is Action.DETACH_COMMIT and matter.kind == MatterKind.UNLOCK
        if row.opened_at is not None and (is_done or is_gone):
            row.settled_at = happened.at
    session.flush()
    every = records.of_matter(session, matter.id)
    if matter.settled_at is None and every and all(row.settled_at is not None for row in every):
        _settled(session, matter, happened)


def _opened(session: Session, matter: Matter, rows: Collection[CorrectedRecord], happened: Happened) -> None:
    """The parts are open; what the year's end has to do again with a first term is not waited for."""
    decision, newest, main = happened.decision, records.newest_change(session), _main(session, matter)
    for row in rows:
        if row.opened_at is None and set(row.slots) == set(decision.to_slots):
            row.opened_at, row.changes_after = happened.at, newest
            row.settled_at = None if row.record_id in main else happened.at
    session.flush()
    if any(row.opened_at is None for row in records.of_matter(session, matter.id)):
        return
    is_recall = matter.kind == MatterKind.RECALL
    actor = UUID(decision.actor_id)
    deed = Deed.RECALLED if is_recall else Deed.OPENED
    steps.note(session, matter.id, happened.step(deed, actor))
    state = RecallState.CORRECTING if is_recall else UnlockState.OPEN
    _row(session, matter).state = matter.state = state.value
    waits.wait_for(session, matter.id, [], happened.at)
    waits.tell(session, matter.id, deed, {matter.opened_by} - {actor}, happened.at)


def _main(session: Session, matter: Matter) -> set[UUID]:
    """The records that the matter is about, without those that only have to follow."""
    if matter.kind == MatterKind.RECALL:
        recall = session.get_one(Recall, matter.id)
        return {each for each in (recall.record_id, recall.first_record_id) if each is not None}
    unlock = session.get_one(Unlock, matter.id)
    mine = [row.record_id for row in records.of_matter(session, matter.id)]
    query = select(TermRecord.id).where(TermRecord.class_term_id == unlock.class_term_id, TermRecord.id.in_(mine))
    return set(session.scalars(query))


def _sent(session: Session, matter: Matter, happened: Happened) -> None:
    unlock = session.get_one(Unlock, matter.id)
    if unlock.state != UnlockState.OPEN or unlock.sent_at is not None:
        return
    if not records.unsent(session, records.of_matter(session, matter.id)):
        unlock.sent_at = happened.at
        steps.note(session, matter.id, happened.step(Deed.SENT))


def _settled(session: Session, matter: Matter, happened: Happened) -> None:
    row = _row(session, matter)
    row.state = matter.state = UnlockState.SETTLED.value
    matter.settled_at = happened.at
    if isinstance(row, Recall):
        row.new_document = _new_paper(session, row)
    steps.note(session, matter.id, happened.step(Deed.SETTLED))
    waits.wait_for(session, matter.id, [], happened.at)
    told = {each for each in (matter.opened_by, row.decided_by) if each is not None}
    waits.tell(session, matter.id, Deed.SETTLED, told, happened.at)


def _new_paper(session: Session, recall: Recall) -> UUID | None:
    uid = session.get_one(Enrolment, recall.enrolment_id).record_uid
    first = session.get(TermRecord, recall.first_record_id) if recall.first_record_id else None
    year = session.get(TermRecord, recall.record_id) if recall.record_id else None
    return freezes.paper_in_force(session, uid, first, year)


def _row(session: Session, matter: Matter) -> Unlock | Recall:
    if matter.kind == MatterKind.RECALL:
        return session.get_one(Recall, matter.id)
    return session.get_one(Unlock, matter.id)
