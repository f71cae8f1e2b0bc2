"""What travels to, from and through a transfer's workflow: ids, codes, counts and hashes only."""

from dataclasses import dataclass
from datetime import datetime

from domain.transfers.phases import OVER, Deed, Direction, Phase


@dataclass(frozen=True)
class TransferDeed:
    """Something that a person does; `class_id` names the class of an acceptance, `ground` that of an objection."""

    matter_id: str
    deed: Deed
    actor_id: str
    command_id: str = ""
    reason_id: str = ""
    class_id: str = ""
    ground: str = ""
    package_sha256: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class TransferRef:
    """A step that follows by itself, at a moment; `attempt` numbers what is asked of books."""

    matter_id: str
    at: datetime | None = None
    attempt: int = 0


@dataclass(frozen=True)
class TransferAlarm:
    """Somebody is to be told at a moment that a step is near its limit, past it, or long past it."""

    key: str  # "answer/remind"
    at: datetime


@dataclass(frozen=True)
class AlarmNote:
    matter_id: str
    key: str
    at: datetime


@dataclass(frozen=True)
class StuckNote:
    """Why a step that follows by itself is refused again and again, in a sentence of the rules.

    `class_term_id` names the book that refuses, if one does.
    """

    matter_id: str
    at: datetime
    why: str
    class_term_id: str = ""


@dataclass(frozen=True)
class SealedPaper:
    """The partial result that bears the seal."""

    matter_id: str
    document_id: str
    at: datetime


@dataclass(frozen=True)
class TransferStanding:
    """Where a transfer stands; `version` grows with every step, so an older answer never overtakes a newer one."""

    matter_id: str
    direction: Direction
    phase: Phase
    version: int
    alarms: tuple[TransferAlarm, ...] = ()

    @property
    def is_over(self) -> bool:
        return self.phase in OVER
