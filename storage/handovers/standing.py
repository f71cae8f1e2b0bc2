"""Where a handover stands: whom it waits for, what its timer waits for, and who is told when that comes."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.matters.handovers import OVER, Alarm, HandoverStanding, HandoverState, TimedAlarm, Times, alarms_of
from storage import staffing
from storage.among import among
from storage.handovers import ending, signing
from storage.handovers.deciding import Case
from storage.matters import papers, waits
from storage.matters.waits import Wait
from storage.tables import CertificateRow, Position, StaffLeave

ADMIN, HEAD = "system_admin", "principal"


def standing_of(session: Session, case: Case) -> HandoverStanding:
    row = case.row
    times = Times(row.step_since, row.confirm_due, row.moment or row.effective_at, row.until)
    left = signing.unsigned(session, case) if case.state is HandoverState.SIGNING else []
    number = papers.revision(session, case.matter.id)
    return HandoverStanding(case.state.value, alarms_of(case.state, times), tuple(each.field for each in left), number)


def refresh(session: Session, case: Case, now: datetime) -> None:
    """Whoever is waited for from now on is told; whoever no longer is, is not asked any more."""
    session.flush()
    wanted = [] if case.state in OVER else [*_steps(session, case, now), *_report(session, case, now)]
    if case.state is HandoverState.SIGNING:
        wanted += signing.waits_of(session, case)
    waits.wait_for(session, case.matter.id, wanted, now)


def _steps(session: Session, case: Case, now: datetime) -> Iterator[Wait]:
    due = case.row.confirm_due
    if case.state is HandoverState.CONFIRMING:
        yield Wait("confirm", due, staff_id=case.row.staff_id)
        if due is not None and due <= now:
            yield office(session, case, "override", HEAD, now, None)
    due_at = None if case.row.applied_at else case.row.effective_at
    if case.state is not HandoverState.CONFIRMING:
        for staff_id in sorted({each.successor_id for each in case.open_items if each.successor_id}):
            yield Wait("accept", due_at, staff_id=staff_id)
    if any(each.declined_by and each.successor_id is None for each in case.items):
        yield office(session, case, "name", HEAD, now, due_at)


def _report(session: Session, case: Case, now: datetime) -> Iterator[Wait]:
    if report_is_due(session, case):
        yield office(session, case, "report", ADMIN, now, case.row.effective_at)


def office(session: Session, case: Case, what: str, role: str, now: datetime, due: datetime | None) -> Wait:
    """For the holder of an office; the other of the two does it where nobody holds it."""
    held = select(Position.id).where(
        staffing.in_office(case.matter.school_id, role, now), Position.staff_id != case.row.staff_id
    )
    is_held = session.scalars(held).first() is not None
    acting = role if is_held else (HEAD if role == ADMIN else ADMIN)
    return Wait(what, due, role=acting, school_id=case.matter.school_id)


def report_is_due(session: Session, case: Case) -> bool:
    """Whether a certificate ends with the work, and nobody has told its authority yet."""
    if not case.kind.revokes or case.row.reported_at is not None:
        return False
    mine = (CertificateRow.staff_id == case.row.staff_id) & (CertificateRow.state == "revoked")
    at_once = among(CertificateRow.id, ending.ended_at_once(session, case))
    ends = select(CertificateRow.id).where(mine, (CertificateRow.state_since == case.row.effective_at) | at_once)
    return session.scalars(ends).first() is not None


def minutes_are_due(session: Session, case: Case) -> bool:
    return case.kind.has_minutes and bool(case.takers) and bool(signing.unsigned(session, case))


def still_stands(session: Session, case: Case, now: datetime) -> bool:
    """Whether the moment is to come, somebody stands in until a later one, or a certificate is to be reported."""
    ends = case.row.until or case.row.moment or case.row.effective_at
    return ends > now or report_is_due(session, case)


def move_leave(session: Session, matter_id: UUID, at: datetime) -> None:
    for leave in session.scalars(select(StaffLeave).where(StaffLeave.matter_id == matter_id)).all():
        leave.ends_at = at
    session.flush()


def tell_all(session: Session, case: Case, what: str, now: datetime) -> None:
    """Everybody whom the handover is about."""
    named = [each.successor_id for each in case.items if each.successor_id]
    waits.tell(session, case.matter.id, what, {case.giver, *named}, now)


def ring(session: Session, case: Case, alarm: TimedAlarm, now: datetime) -> None:
    """Tell whom an alarm concerns, once for each; what is past is written by data, not by this."""
    for what, people in _told(session, case, alarm.alarm, now):
        waits.tell(session, case.matter.id, what, people, alarm.at)


def _told(session: Session, case: Case, alarm: Alarm, now: datetime) -> Iterator[tuple[str, Sequence[UUID]]]:
    if alarm in _TO_MANAGERS or (alarm is Alarm.EFFECTIVE and case.row.applied_at is None):
        yield ("vacant" if alarm is Alarm.EFFECTIVE else alarm.value), sorted(_managers(session, case, now))
    if alarm is Alarm.ACCEPT_LATE:
        yield "accept", [each.successor_id for each in case.open_items if each.successor_id]
    if alarm is Alarm.CONFIRM_NEAR:
        yield alarm.value, [case.giver]
    if alarm in _TO_BOTH and case.row.applied_at is not None:
        yield alarm.value, [case.giver, *case.takers]


_TO_MANAGERS: Final = frozenset({Alarm.CONFIRM_OVER, Alarm.ACCEPT_LATE, Alarm.MINUTES_LATE})
_TO_BOTH: Final = frozenset({Alarm.EFFECTIVE, Alarm.UNTIL_NEAR, Alarm.UNTIL})


def _managers(session: Session, case: Case, now: datetime) -> set[UUID]:
    query = select(Position.staff_id).where(
        Position.school_id == case.matter.school_id,
        Position.role.in_((HEAD, ADMIN)),
        staffing.in_force(Position, now),
    )
    return set(session.scalars(query))
