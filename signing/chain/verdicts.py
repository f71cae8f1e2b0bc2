"""What the verification of a chain found, as plain facts; `sentences` says them in Vietnamese and English."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.chains import Link
from signing.verification.verdicts import Verdict, Verification, worst


class ChainCheck(StrEnum):
    """What is looked at; the names are stable and part of the JSON output. The first ones are of the whole file."""

    STATEMENT = "statement"
    WOVEN = "woven"
    ORDER = "order"
    MEMBERS = "members"
    CHECKPOINT = "checkpoint"
    CHECKPOINT_TIME = "checkpoint_time"
    WITNESS = "witness"
    VERSIONS = "versions"
    ONE_IN_FORCE = "one_in_force"
    RECORDED = "recorded"
    NAMED = "named"
    YEARS_NAMED = "years_named"
    YEARS_PRESENT = "years_present"
    BETWEEN = "between"
    OVERLAP = "overlap"
    SETTLED = "settled"
    PAPER = "paper"
    SAME_RECORD = "same_record"
    SAME_PUPIL = "same_pupil"
    SAME_ID = "same_id"
    SAME_SCHOOL = "same_school"
    EVENTS = "events"
    INCLUDED = "included"
    STATE = "state"
    REPLACED = "replaced"
    HAS_RECORD = "has_record"
    IN_ITS_YEAR = "in_its_year"


@dataclass(frozen=True)
class ChainFinding:
    """`detail` says where: a school year, a field, a place in the log, a witness; "" where there is nothing to add."""

    check: ChainCheck
    outcome: Verdict
    detail: str = ""

    @property
    def holds(self) -> bool:
        return self.outcome is Verdict.VALID


@dataclass(frozen=True)
class LinkReport:
    """One link; `paper` is the verification of its PDF, None where it has none or the file lacks it."""

    link: Link
    findings: tuple[ChainFinding, ...]
    paper: Verification | None = None

    @property
    def verdict(self) -> Verdict:
        return worst(finding.outcome for finding in self.findings)


@dataclass(frozen=True)
class ChainVerification:
    """The verdict on a chain at `moment`; it says how things stood at `as_of`, None if no time is proven."""

    moment: datetime
    as_of: datetime | None
    pupil: str
    findings: tuple[ChainFinding, ...]
    links: tuple[LinkReport, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of the whole and of each link; a file without links proves nothing."""
        if not self.links:
            return Verdict.INVALID
        return worst((*(each.outcome for each in self.findings), *(each.verdict for each in self.links)))

    @property
    def holds(self) -> bool:
        return self.verdict is Verdict.VALID

    def failures(self) -> tuple[ChainFinding, ...]:
        """What did not hold, of the whole first."""
        found = (*self.findings, *(each for link in self.links for each in link.findings))
        return tuple(each for each in found if not each.holds)


def looked_at(
    check: ChainCheck, details: Iterable[str | None], otherwise: Verdict = Verdict.INVALID
) -> list[ChainFinding]:
    """One finding for each place where it does not hold, or one that it holds; None is no such place."""
    faults = [ChainFinding(check, otherwise, each) for each in dict.fromkeys(details) if each is not None]
    return faults or [ChainFinding(check, Verdict.VALID)]


def only_if(check: ChainCheck, holds: bool, detail: str = "") -> list[ChainFinding]:  # noqa: FBT001 - what is asked
    return looked_at(check, () if holds else (detail,))
