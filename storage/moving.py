"""A pupil's record comes into another class: the enrolment moves with it, in one transaction (guide/domain.md 7.2)."""

from datetime import datetime

from sqlalchemy.orm import Session

from domain.decisions import Decision
from storage.tables import ClassTermRow


def attach(session: Session, row: ClassTermRow, decision: Decision, at: datetime) -> None:
    """Make the record that a transfer brings, with the enrolment it belongs to and what was entered so far."""
    raise NotImplementedError
