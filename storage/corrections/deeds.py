"""The one way in for decisions about corrections: each command once, under the lock of its matter."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from domain.matters import MatterKind
from domain.matters.corrections import Alarm, CorrectionCommand, CorrectionPlan, Deed
from storage.corrections import identities, recall_plans, recalls, unlocks
from storage.extracts import steps as extracts
from storage.matters import steps
from storage.matters.steps import Step
from storage.tables import Matter

WORKDAYS: Final = 3  # of a corrected version, where nothing else is set (guide/domain.md 5.4; by analogy)
_ASKS: Final[Mapping[str, Callable[[Session, CorrectionCommand, datetime], None]]] = {
    MatterKind.UNLOCK: unlocks.ask,
    MatterKind.RECALL: recalls.ask,
    MatterKind.IDENTITY: identities.ask,
    MatterKind.EXTRACT: extracts.ask,
}
_PLANS: Final[Mapping[str, Callable[[Session, Matter], CorrectionPlan]]] = {
    MatterKind.UNLOCK: unlocks.plan,
    MatterKind.RECALL: recall_plans.plan,
    MatterKind.IDENTITY: identities.plan,
    MatterKind.EXTRACT: extracts.plan,
}

_ALARMS: Final[Mapping[str, Callable[[Session, Matter, Alarm, datetime], None]]] = {
    MatterKind.UNLOCK: unlocks.alarm,
    MatterKind.RECALL: recall_plans.alarm,
}


def take(session: Session, command: CorrectionCommand, at: datetime, workdays: int = WORKDAYS) -> None:
    """Raises what the rules refuse; a command that was taken before changes nothing."""
    matter_id = UUID(command.matter_id)
    if command.deed is Deed.ASK:
        _ASKS[command.kind](session, command, at)
        return
    matter = steps.lock(session, matter_id)
    if steps.known(session, matter_id, command.command_id) is not None:
        return
    match matter.kind:
        case MatterKind.UNLOCK:
            unlocks.take(session, matter, command, at)
        case MatterKind.RECALL:
            recalls.take(session, matter, command, at, workdays)
        case MatterKind.EXTRACT:
            extracts.take(session, matter, command, at)
        case _:
            identities.take(session, matter, command, at)


def plan(session: Session, matter_id: UUID) -> CorrectionPlan:
    """What is to be done next without anybody's decision."""
    matter = session.get(Matter, matter_id)
    if matter is None or matter.settled_at is not None:
        return CorrectionPlan()
    return _PLANS[matter.kind](session, matter)


def alarm(session: Session, matter_id: UUID, due: Alarm, at: datetime) -> None:
    matter = steps.lock(session, matter_id)
    if matter.settled_at is None and matter.kind in _ALARMS:
        _ALARMS[matter.kind](session, matter, due, at)


def signed(session: Session, matter_id: UUID, at: datetime) -> None:
    """A signature was put into the matter's paper."""
    matter = steps.lock(session, matter_id)
    (extracts if matter.kind == MatterKind.EXTRACT else identities).signed(session, matter, at)


def stuck(session: Session, matter_id: UUID, book_command_id: str, code: str, at: datetime) -> None:
    """A class-term refused what it was told: it stands in the diary, and somebody may try again."""
    matter = steps.lock(session, matter_id)
    step_id = str(uuid5(matter_id, f"stuck/{book_command_id}"))
    detail = {"command": book_command_id, "code": code}
    if not steps.note(session, matter_id, Step(step_id, Deed.STUCK, at, detail=detail)):
        return
    if matter.kind == MatterKind.UNLOCK:
        unlocks.stuck(session, matter)
    if matter.kind == MatterKind.RECALL:
        recalls.stuck(session, matter, at)
    if matter.kind == MatterKind.IDENTITY:
        identities.stuck(session, matter, at)
