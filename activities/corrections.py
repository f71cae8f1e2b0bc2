"""Decisions about unlocks and recalls, what follows from them, and their reminders; each may run twice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from temporalio import activity

from activities.refusals import refusals_are_final
from domain.matters.corrections import Alarm, CorrectionCommand, CorrectionPlan
from storage.corrections import deeds
from storage.database import Sessions


@dataclass(frozen=True)
class MatterAlarm:
    matter_id: str
    alarm: Alarm


@dataclass(frozen=True)
class StuckBook:
    """A class-term that did not take what a matter told it, and the code of its refusal."""

    matter_id: str
    command_id: str
    code: str


class CorrectionActivities:
    def __init__(self, sessions: Sessions, workdays: int = deeds.WORKDAYS) -> None:
        self._sessions = sessions
        self._workdays = workdays

    @activity.defn
    def take_correction(self, command: CorrectionCommand) -> None:
        """Note a decision with everything that belongs to it; the same command again changes nothing."""
        with refusals_are_final(), self._sessions.begin() as session:
            deeds.take(session, command, command.at or datetime.now(UTC), self._workdays)

    @activity.defn
    def plan_correction(self, matter_id: str) -> CorrectionPlan:
        with refusals_are_final(), self._sessions() as session:
            return deeds.plan(session, UUID(matter_id))

    @activity.defn
    def note_alarm(self, due: MatterAlarm) -> None:
        """Remind people, once for each alarm; one that is outrun by what people did says nothing."""
        with refusals_are_final(), self._sessions.begin() as session:
            deeds.alarm(session, UUID(due.matter_id), due.alarm, datetime.now(UTC))

    @activity.defn
    def note_signature(self, matter_id: str) -> None:
        """After a signature in a matter's paper: whom it waits for now, or that it is done."""
        with refusals_are_final(), self._sessions.begin() as session:
            deeds.signed(session, UUID(matter_id), datetime.now(UTC))

    @activity.defn
    def note_stuck(self, stuck: StuckBook) -> None:
        with refusals_are_final(), self._sessions.begin() as session:
            deeds.stuck(session, UUID(stuck.matter_id), stuck.command_id, stuck.code, datetime.now(UTC))

    def activities(self) -> Sequence[Callable[..., None] | Callable[..., CorrectionPlan]]:
        return [self.take_correction, self.plan_correction, self.note_alarm, self.note_stuck, self.note_signature]
