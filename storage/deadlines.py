"""Deadlines of class-terms as the workflow reports them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.deadlines import Hook
from storage.tables import ClassTermRow, DeadlineEvent


def note(session: Session, class_term_id: UUID, policy_version: int, due_at: datetime, hook: Hook | None) -> None:
    """Store a deadline and, if a hook fired, the event; older policy versions change nothing."""
    row = update(ClassTermRow).where(ClassTermRow.id == class_term_id, ClassTermRow.policy_version <= policy_version)
    values: dict[str, object] = {"due_at": due_at, "policy_version": policy_version, "changed_at": func.now()}
    if hook is None or hook is Hook.OVERDUE:
        values["overdue"] = hook is Hook.OVERDUE
    session.execute(row.values(values))
    if hook is not None:
        event = insert(DeadlineEvent).values(
            class_term_id=class_term_id, policy_version=policy_version, kind=hook.value, due_at=due_at
        )
        session.execute(event.on_conflict_do_nothing())
