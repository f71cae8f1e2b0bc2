"""What an audit finds, and how far it has come."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self
from uuid import UUID


class Fault(StrEnum):
    """What happened to something; the names are stable."""

    CHANGED = "changed"
    REMOVED = "removed"
    SWAPPED = "swapped"
    BACK_DATED = "back_dated"
    HIDDEN = "hidden"
    FORKED = "forked"
    UNPROVEN = "unproven"


@dataclass(frozen=True)
class Finding:
    """`subject` is a kind and an id or a place in the log, never a person; `sentence` is Vietnamese."""

    fault: Fault
    subject: str
    sentence: str


def fault_of(sha256: str, document_id: UUID, owners: Collection[tuple[str, UUID]]) -> Fault:
    """What became of a document whose hash should be another; `owners` say which hash is whose."""
    is_anothers = any(sha256 == owned and document_id != owner for owned, owner in owners)
    return Fault.SWAPPED if is_anothers else Fault.CHANGED


@dataclass(frozen=True)
class Step:
    """What a batch showed; the next one begins after the key `last`, and None ends the stage."""

    findings: Sequence[Finding]
    checked: int
    last: str | None


@dataclass(frozen=True)
class Progress:
    """Where an audit stands: the stage and the key after which it goes on; an empty stage is the first one."""

    begun_at: datetime
    stage: str = ""
    after: str = ""
    checked: dict[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    finished_at: datetime | None = None

    def with_step(self, stage: str, step: Step, following: str) -> Self:
        """After a step of a stage; `following` is the stage of the next one, empty when that was the last."""
        return replace(
            self,
            stage=following,
            after=step.last or "",
            checked=self.checked | {stage: self.checked.get(stage, 0) + step.checked},
            findings=(*self.findings, *step.findings),
            finished_at=None if following else datetime.now(UTC),
        )
