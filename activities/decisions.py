"""Writes decisions of class-term workflows into the database."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from temporalio import activity

from activities.refusals import refusals_are_final
from domain.deadlines import Hook, is_outrun
from storage import deadlines, projection, reopening, telling
from storage.database import Sessions
from storage.projection import Projection
from storage.reopening import BookStanding


@dataclass(frozen=True)
class DeadlineNote:
    """A deadline hook that fired, or a deadline that moved (no hook)."""

    class_term_id: str
    policy_version: int
    due_at: datetime
    hook: Hook | None = None


class DecisionActivities:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    @activity.defn
    def record_decision(self, work: Projection) -> None:
        """Freeze, move and audit in one transaction; the same number again changes nothing."""
        with refusals_are_final(), self._sessions.begin() as session:
            projection.project(session, work)

    @activity.defn
    def load_book(self, class_term_id: str) -> BookStanding:
        """Where a class-term stands by what was projected."""
        with refusals_are_final(), self._sessions() as session:
            return reopening.standing(session, UUID(class_term_id), datetime.now(UTC))

    @activity.defn
    def note_deadline(self, note: DeadlineNote) -> None:
        """Keep a deadline's new date or that one of its hooks fired, once per policy version, and tell people.

        A deadline that is moved into the past fires all of its hooks at once; then nobody is told that it is near.
        """
        at = datetime.now(UTC)
        if is_outrun(note.hook, note.due_at, at):
            return
        with refusals_are_final(), self._sessions.begin() as session:
            class_term_id = UUID(note.class_term_id)
            deadlines.note(session, class_term_id, note.policy_version, note.due_at, note.hook)
            if note.hook is not None:
                telling.tell_deadline(session, class_term_id, note.policy_version, note.hook, at)
