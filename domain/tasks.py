"""What a person has to do about the records of a class and term, and in which order it is urgent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.assessment import Term
from domain.calendar import day_of
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.stages import Stage


class Work(StrEnum):
    """A step that waits for a slot, in the order in which a day does them: what was sent back comes first."""

    CORRECT = "correct"
    ENTER = "enter"
    REVIEW = "review"
    SIGN = "sign"
    APPROVE = "approve"
    SEAL = "seal"


class Urgency(StrEnum):
    LATE = "late"
    TODAY = "today"
    SOON = "soon"
    LATER = "later"


SOON: Final = timedelta(days=7)
_BY_STAGE: Final[Mapping[Stage, tuple[Work, str]]] = {
    Stage.SUBMITTED: (Work.REVIEW, HOMEROOM),
    Stage.SUBJECT_SIGNED: (Work.SIGN, HOMEROOM),
    Stage.HOMEROOM_SIGNED: (Work.APPROVE, PRINCIPAL),
    Stage.APPROVED: (Work.SEAL, SEAL),
}


@dataclass(frozen=True)
class Task:
    """One step of one class and term that waits for one slot: how many records, and until when."""

    work: Work
    class_term_id: UUID
    class_name: str
    term: Term
    school_year: str
    slot: str
    name: str
    count: int
    due_at: datetime

    def urgency(self, at: datetime) -> Urgency:
        last = day_of(self.due_at - timedelta(seconds=1))
        if self.due_at <= at:
            return Urgency.LATE
        if last == day_of(at):
            return Urgency.TODAY
        return Urgency.SOON if last <= day_of(at + SOON) else Urgency.LATER


def work_at(stage: Stage) -> tuple[Work, str] | None:
    """What a record at this stage waits for, and which slot does it; None while subjects or nobody have to act."""
    return _BY_STAGE.get(stage)
