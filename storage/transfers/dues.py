"""By when the step under way must be done, and whom it waits for, by the regulation of the day of the request."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM
from domain.documents import SignatureField
from domain.matters.transfers import Turn
from domain.rules.school_levels import level_of
from domain.transfers.limits import TransferDue, due
from domain.transfers.messages import TransferAlarm, TransferStanding
from domain.transfers.phases import AUTOMATIC, OVER, Deed, Direction, Phase
from domain.transfers.rules import Origin, Step, TransferCase
from domain.transfers.states import TransferState
from domain.workdays import Workdays
from storage import staffing
from storage.campaigns import policies
from storage.matters import papers
from storage.matters.waits import Wait
from storage.tables import Matter, MatterEvent, Transfer
from storage.transfers import matching

_STEPS: Final = {
    Phase.REQUESTED: Step.ANSWER,
    Phase.ACCEPTED: Step.RELEASE,
    Phase.DETACHING: Step.RELEASE,
    Phase.WRITING: Step.RELEASE,
    Phase.PACKING: Step.RELEASE,
    Phase.CHECKING: Step.PLACEMENT,
    Phase.ATTACHING: Step.PLACEMENT,
    Phase.COMMITTING: Step.PLACEMENT,
}
ALARM: Final = "alarm"
_ALARMS: Final = (("remind", "remind_at"), ("late", "due_at"), ("escalate", "escalate_at"))


def origin_of(row: Transfer) -> Origin:
    if row.other_country:
        return Origin.ABROAD
    return Origin.SAME_PROVINCE if row.is_same_province else Origin.OTHER_PROVINCE


def case_of(row: Transfer) -> TransferCase:
    return TransferCase(row.requested_on, level_of(row.grade), origin_of(row))


def due_of(row: Transfer, workdays: Workdays) -> TransferDue | None:
    """What the step under way owes; None where the regulation has no limit for it, or nobody in the system owes it.

    A dossier that is handed over within the system is received at once, so the time for placing counts from then.
    """
    step = _STEPS.get(Phase(row.phase))
    if step is None or (step is Step.PLACEMENT and row.direction == Direction.OUT):
        return None
    found = case_of(row).limit_of(step)
    if found is None:
        return None
    since = row.requested_on if found.counted_from is TransferState.REQUESTED else row.counted_from
    return due(found, since, workdays)


def late_school(row: Transfer) -> UUID | None:
    """Whose delay it is while the step under way is late."""
    return row.from_school_id if _STEPS.get(Phase(row.phase)) is Step.RELEASE else row.to_school_id


def standing(session: Session, row: Transfer) -> TransferStanding:
    version = session.scalar(select(func.max(MatterEvent.seq)).where(MatterEvent.matter_id == row.matter_id)) or 0
    return TransferStanding(
        str(row.matter_id), Direction(row.direction), Phase(row.phase), version, tuple(_alarms(session, row))
    )


def under_way(session: Session) -> list[TransferStanding]:
    """Every transfer that is not over."""
    return [
        standing(session, row) for row in session.scalars(select(Transfer).where(Transfer.phase.not_in(sorted(OVER))))
    ]


def _alarms(session: Session, row: Transfer) -> Iterator[TransferAlarm]:
    """Those that have not been told yet."""
    found = due_of(row, policies.workdays(session))
    if found is None:
        return
    told = set(session.scalars(select(MatterEvent.command_id).where(MatterEvent.matter_id == row.matter_id)))
    for name, moment in _ALARMS:
        key = f"{found.step}/{name}/{row.counted_from}"
        if f"alarm/{key}" not in told:
            yield TransferAlarm(key, getattr(found, moment))


def keep_due(session: Session, row: Transfer) -> datetime | None:
    """Write down by when the step under way must be done."""
    found = due_of(row, policies.workdays(session))
    if found is not None:
        setattr(row, f"{found.step}_due_at", found.due_at)
    return found.due_at if found else None


def waits(session: Session, row: Transfer, due_at: datetime | None, at: datetime) -> list[Wait]:
    """Whose turn it is."""
    phase = Phase(row.phase)
    if phase is Phase.REQUESTED:
        return [Wait(Turn.ANSWER, due_at, role="principal", school_id=row.to_school_id)]
    if phase is Phase.ACCEPTED:
        return [Wait(Turn.RELEASE, due_at, role="principal", school_id=row.from_school_id)]
    if phase is Phase.WRITING:
        return [_signer(session, row, due_at)]
    if phase is Phase.CHECKING:
        return list(_checkers(session, row, due_at, at))
    stuck = newest_step(session, row)
    if phase in AUTOMATIC and stuck is not None and stuck.deed == Deed.STUCK:
        schools = cast("list[str]", stuck.detail["schools"])
        return [Wait(Turn.MEND, due_at, role="principal", school_id=UUID(each)) for each in schools]
    return []


def newest_step(session: Session, row: Transfer) -> MatterEvent | None:
    """What happened last; that people were reminded is nothing of that."""
    query = select(MatterEvent).where(MatterEvent.matter_id == row.matter_id, MatterEvent.deed != ALARM)
    return session.scalars(query.order_by(MatterEvent.seq.desc()).limit(1)).first()


def _signer(session: Session, row: Transfer, due_at: datetime | None) -> Wait:
    """The principal first, then whoever holds the seal."""
    if SignatureField.PRINCIPAL in papers.signed_fields(session, papers.current_id(session, row.matter_id)):
        return Wait(Turn.SEAL, due_at, role="seal_clerk", school_id=row.from_school_id, field=SignatureField.SEAL)
    return Wait(Turn.SIGN, due_at, role="principal", school_id=row.from_school_id, field=SignatureField.PRINCIPAL)


def _checkers(session: Session, row: Transfer, due_at: datetime | None, at: datetime) -> Iterator[Wait]:
    if row.direction == Direction.OUT:
        yield Wait(Turn.HAND_OVER, due_at, role="seal_clerk", school_id=row.from_school_id)
        return
    if row.is_sound is False:
        yield Wait(Turn.OVERRULE, due_at, role="principal", school_id=row.to_school_id)
        return
    if matching.new_gaps(session, row):
        yield Wait(Turn.SETTLE, due_at, role="principal", school_id=row.to_school_id)
        return
    yield Wait(Turn.CHECK, due_at, role="seal_clerk", school_id=row.to_school_id)
    teacher = staffing.in_charge(session, row.to_class_id, at).get(HOMEROOM) if row.to_class_id else None
    if teacher is not None:
        yield Wait(Turn.CHECK, due_at, staff_id=teacher.staff_id)


def show_state(matter: Matter, row: Transfer, at: datetime) -> None:
    """The matter's own row says the same."""
    matter.state = row.phase
    if Phase(row.phase) in OVER and matter.settled_at is None:
        matter.settled_at = at
