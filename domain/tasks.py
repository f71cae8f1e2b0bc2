"""What a person has to do about the records of a class and term."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.assessment import Term
from domain.deadlines import Urgency, urgency
from domain.work import Work, path_of


@dataclass(frozen=True)
class Task:
    """Work in one class and term that waits for one slot: how many records, and until when.

    What `is_returned` was sent back to be corrected.
    """

    work: Work
    is_returned: bool
    class_term_id: UUID
    class_name: str
    term: Term
    school_year: str
    slot: str
    name: str
    count: int
    due_at: datetime
    for_whom: str = ""  # whom one stands in for

    @property
    def path(self) -> str:
        return path_of(self.work, self.class_term_id, (self.slot,))

    def urgency(self, at: datetime) -> Urgency:
        return urgency(self.due_at, at)
