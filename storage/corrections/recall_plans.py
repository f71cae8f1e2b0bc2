"""What comes of a recall by itself: what its class-terms are told, and when people are reminded."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import day_of, end_of_day
from domain.decisions import Action, BookDecision, Decision
from domain.matters.corrections import Alarm, CorrectionPlan, Deed, RecallState
from domain.record_states import MATTER
from domain.stages import Stage
from storage.campaigns import policies
from storage.corrections import people, recalls, records
from storage.matters import steps, waits
from storage.matters.steps import Step
from storage.tables import ClassTermRow, CorrectedRecord, Enrolment, Matter, MatterWait, Recall, TermRecord
from storage.waiting import waiting

_WAITING: Final = frozenset({RecallState.ASKED, RecallState.CONFIRMED, RecallState.AUTHORITY, RecallState.RECALLING})
REMIND_EVERY: Final = 2  # workdays
REMINDERS: Final = 3
ESCALATE_AFTER: Final = timedelta(days=2)


def plan(session: Session, matter: Matter) -> CorrectionPlan:
    recall = session.get_one(Recall, matter.id)
    state = RecallState(recall.state)
    books = _orders(session, recall) if state is RecallState.RECALLING else ()
    alarms = _reminders(session, matter) if state in _WAITING else _of_correction(recall, state)
    return CorrectionPlan(books, tuple(each for each in alarms if steps.known(session, matter.id, each.key) is None))


def _orders(session: Session, recall: Recall) -> tuple[BookDecision, ...]:
    """The first term before the year's end, so that nothing of the year is entered on a first term that is closed."""
    unopened = [row for row in records.of_matter(session, recall.matter_id) if row.opened_at is None]
    rows = [row for row in unopened if not records.has_left(session.get_one(TermRecord, row.record_id))]
    attempt = records.times(session, recall.matter_id, Deed.STUCK)
    ordered = sorted(rows, key=lambda row: row.record_id != recall.first_record_id)
    return tuple(_order(session, recall, row, attempt) for row in ordered)


def _order(session: Session, recall: Recall, row: CorrectedRecord, attempt: int) -> BookDecision:
    record = session.get_one(TermRecord, row.record_id)
    action = Action.RECALL if record.stage == Stage.ISSUED else Action.UNLOCK
    decision = Decision(
        action, MATTER, (str(record.id),), actor_id=str(recall.decided_by), reason_id=str(recall.reason_id),
        to_slots=tuple(row.slots), matter_id=str(recall.matter_id),
    )  # fmt: skip
    return BookDecision(str(record.class_term_id), f"recall/{recall.matter_id}/{attempt}/{record.id}", decision)


def _reminders(session: Session, matter: Matter) -> tuple[Alarm, ...]:
    since = session.scalars(select(MatterWait.since).where(MatterWait.matter_id == matter.id)).first()
    if since is None:
        return ()
    calendar = policies.workdays(session)
    return tuple(
        Alarm(f"wait/{matter.state}/{number}", end_of_day(calendar.add(day_of(since), number * REMIND_EVERY)))
        for number in range(1, REMINDERS + 1)
    )


def _of_correction(recall: Recall, state: RecallState) -> tuple[Alarm, ...]:
    if state is not RecallState.CORRECTING or recall.due_at is None:
        return ()
    return (
        Alarm("soon", recall.due_at - timedelta(days=1)),
        Alarm("late", recall.due_at),
        Alarm("escalated", recall.due_at + ESCALATE_AFTER),
    )


def alarm(session: Session, matter: Matter, due: Alarm, at: datetime) -> None:
    """Tell whoever has to act. One that is outrun says nothing."""
    if due not in plan(session, matter).alarms:
        return
    steps.note(session, matter.id, Step(due.key, Deed.REMINDED, at))
    if due.key.startswith("wait/"):
        recalls.rewait(session, matter, at)
        for wait in waits.of_matter(session, matter.id):
            waits.tell(session, matter.id, wait.what, waits.people(session, wait, at), due.at)
        return
    waits.tell(session, matter.id, due.key, _of_alarm(session, matter, due.key, at), due.at)


def _of_alarm(session: Session, matter: Matter, key: str, at: datetime) -> set[UUID]:
    """Before the day whoever has the record in hand; then who asked and who decided; at last the leaders."""
    recall = session.get_one(Recall, matter.id)
    if key == "soon":
        return _at_work(session, recall, at)
    told = people.holders_of(session, matter.school_id, people.PRINCIPAL, at)
    if key == "late":
        return told | {matter.opened_by}
    return told | people.holders_of(session, matter.school_id, "vice_principal", at)


def _at_work(session: Session, recall: Recall, at: datetime) -> set[UUID]:
    class_id = session.get_one(Enrolment, recall.enrolment_id).class_id
    tasks = waiting(session, (ClassTermRow.class_id == class_id) & ClassTermRow.term.in_(list(Term)), at)
    return {task.staff_id for task in tasks}
