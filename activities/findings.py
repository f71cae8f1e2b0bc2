"""What an audit finds, and how far it has come."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self


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


@dataclass(frozen=True)
class Step:
    """What a batch showed; the next one begins after the key `last`, and None ends the stage."""

    findings: Sequence[Finding]
    checked: int
    last: str | None


@dataclass(frozen=True)
class Progress:
    """Where an audit stands; `stage` is empty before the first and after the last."""

    begun_at: datetime
    stage: str = ""
    after: str = ""
    checked: dict[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    finished_at: datetime | None = None

    def with_step(self, stage: str, step: Step) -> Self:
        checked = self.checked | {stage: self.checked.get(stage, 0) + step.checked}
        findings = (*self.findings, *step.findings)
        return replace(self, stage=stage, after=step.last or "", checked=checked, findings=findings)
