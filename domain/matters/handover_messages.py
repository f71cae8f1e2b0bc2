"""What travels to and through the workflow of a handover: ids, codes and dates only."""

from dataclasses import dataclass, field
from datetime import datetime

from domain.matters.handovers import Deed, TimedAlarm


@dataclass(frozen=True)
class ItemAsked:
    """A slot of a class, or an office (`role`), and who is to have it.

    Without a successor it stays vacant.
    """

    class_id: str = ""
    slot: str = ""
    role: str = ""
    successor_id: str = ""


@dataclass(frozen=True)
class OpenHandover:
    """To open a handover; its id is the command's. `reason_id` is of a text that the database keeps."""

    matter_id: str
    kind: str
    school_id: str
    opened_by: str
    staff_id: str
    reason_id: str
    effective_at: datetime
    until: datetime | None = None
    items: tuple[ItemAsked, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class HandoverStep:
    """What somebody does in a handover; `items` are those that it is about, none for all of the person's own."""

    matter_id: str
    deed: Deed
    staff_id: str
    command_id: str
    reason_id: str = ""
    items: tuple[str, ...] = ()
    successor_id: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class HandoverRung:
    """An alarm that fired; none: somebody has signed the minutes."""

    matter_id: str
    at: datetime
    alarm: TimedAlarm | None = None
