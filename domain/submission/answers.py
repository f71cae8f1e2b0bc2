"""What a record store answers about a packet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.submission.states import Result


@dataclass(frozen=True)
class Answer:
    """About one record: IdBanGhi, PhienBan, and why if it was not accepted (Vietnamese, may repeat what was sent)."""

    record_uid: str
    version: int
    result: Result
    reason: str = ""


@dataclass(frozen=True)
class Receipt:
    """About a whole packet, named by the hex SHA-256 of its file; answers in its own order."""

    sha256: str
    school_code: str
    received_at: datetime
    answers: Sequence[Answer]

    def count(self, result: Result) -> int:
        return sum(each.result == result for each in self.answers)


@dataclass(frozen=True)
class Pong:
    """That a store is there: what it is called and its clock."""

    name: str
    at: datetime
