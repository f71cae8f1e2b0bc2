"""What was found of a transfer package, as plain facts; `transfer_sentences` says them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.transfers.contents import PaperKind
from signing.verification.verdicts import Verdict, Verification, worst


class PackageCheck(StrEnum):
    """What is looked at; the names are stable and part of the JSON output."""

    SIGNED = "signed"  # the paper itself: its signatures, seal, content and pages
    LISTED = "listed"  # it is what the package says it is
    BOUND = "bound"  # the transfer result names this year's record by its SHA-256
    COMPLETE = "complete"  # every year that the transfer result names is there
    SENDER = "sender"  # the transfer result is of the school that sends
    PUPIL = "pupil"  # the data and a paper are of one pupil
    RECORD = "record"  # the data say of a year what its record says
    RUNNING = "running"  # the data say of the running year what the transfer result says


@dataclass(frozen=True)
class PackageFinding:
    """`about` is the paper's file that the data were held against, or a school year; `field` is where they differ."""

    check: PackageCheck
    outcome: Verdict
    about: str = ""
    field: str = ""


@dataclass(frozen=True)
class MemberReport:
    """A paper, or the data (`kind` is None, nothing of them is signed); `problem` says why a paper has no verdict."""

    name: str
    kind: PaperKind | None
    findings: tuple[PackageFinding, ...]
    verification: Verification | None = None
    problem: str = ""

    @property
    def verdict(self) -> Verdict:
        return worst(finding.outcome for finding in self.findings)


@dataclass(frozen=True)
class PackageReport:
    """Every file of the package was as it is listed, or there would be no report.

    `school` is what the package says of its sender.
    """

    created_at: datetime
    school_code: str
    school: str
    members: tuple[MemberReport, ...]

    @property
    def verdict(self) -> Verdict:
        return worst(member.verdict for member in self.members)

    @property
    def holds(self) -> bool:
        return self.verdict is Verdict.VALID
