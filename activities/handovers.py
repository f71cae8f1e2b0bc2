"""What a handover does to the database: opened, moved on by people, reminded by time; every one may run twice."""

from datetime import UTC, datetime
from uuid import UUID

from temporalio import activity

from activities.refusals import refusals_are_final
from domain.matters.handover_messages import HandoverRung, HandoverStep, ItemAsked, OpenHandover
from domain.matters.handovers import HandoverKind, HandoverStanding
from storage.database import Sessions
from storage.handovers import opening, standing, steps
from storage.handovers.deciding import case_of
from storage.handovers.opening import NewHandover, Wish
from storage.handovers.steps import Move


class HandoverActivities:
    """Moments are taken within the transaction: hands change at a time at which nobody signs beside it."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    @activity.defn
    def open_handover(self, asked: OpenHandover) -> HandoverStanding:
        with refusals_are_final():
            new = _new(asked)
            with self._sessions.begin() as session:
                if opening.open_handover(session, new, _now):
                    steps.begin(session, new.matter_id, _now)
            return self._standing(new.matter_id)

    @activity.defn
    def take_handover_step(self, step: HandoverStep) -> HandoverStanding:
        """Refused, it leaves nothing behind."""
        matter_id = UUID(step.matter_id)
        with refusals_are_final():
            with self._sessions.begin() as session:
                steps.take(session, matter_id, _move(step), _now)
            return self._standing(matter_id)

    @activity.defn
    def ring_handover(self, rung: HandoverRung) -> HandoverStanding:
        """A moment has come, or somebody has signed the minutes."""
        matter_id = UUID(rung.matter_id)
        with refusals_are_final():
            with self._sessions.begin() as session:
                steps.tick(session, matter_id, rung.alarm, rung.at)
            return self._standing(matter_id)

    def _standing(self, matter_id: UUID) -> HandoverStanding:
        with self._sessions() as session:
            return standing.standing_of(session, case_of(session, matter_id))


def _now() -> datetime:
    return datetime.now(UTC)


def _new(asked: OpenHandover) -> NewHandover:
    return NewHandover(
        UUID(asked.matter_id),
        HandoverKind(asked.kind),
        UUID(asked.school_id),
        UUID(asked.opened_by),
        UUID(asked.staff_id),
        UUID(asked.reason_id),
        asked.effective_at,
        asked.until,
        tuple(_wish(each) for each in asked.items),
    )


def _wish(item: ItemAsked) -> Wish:
    return Wish((_id(item.class_id), item.slot, item.role), _id(item.successor_id))


def _move(step: HandoverStep) -> Move:
    return Move(
        step.deed,
        step.command_id,
        UUID(step.staff_id),
        _id(step.reason_id),
        tuple(UUID(each) for each in step.items),
        _id(step.successor_id),
        step.at,
    )


def _id(text: str) -> UUID | None:
    return UUID(text) if text else None
