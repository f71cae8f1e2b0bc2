"""Says offline whether the papers of a transfer package are genuine and belong together, and what its data are worth.

What was sealed at different times by different schools is tied together by the sending school's transfer result, which
names the past years' records by their SHA-256. The data bear no signature: they are held against the papers.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, Protocol, Unpack

from cryptography import x509

from domain.errors import DomainError
from domain.transfers.contents import OF_NO_YEAR, PackedPaper, PaperKind, TransferPackage
from signing.dss import ValidationMaterial
from signing.verification.content import Content, value_at
from signing.verification.transfer_data import ReadPaper, report_on_data
from signing.verification.transfer_reports import MemberReport, PackageCheck, PackageFinding, PackageReport
from signing.verification.verdicts import Verdict, Verification
from signing.verification.verify import Beside

_NOTHING: Final = Verdict.INDETERMINATE


class PaperVerifier(Protocol):
    """`signing.verification.apart.ApartVerifier` is one."""

    def verify_and_read(
        self, pdf: bytes, trust_roots: Sequence[x509.Certificate], **beside: Unpack[Beside]
    ) -> tuple[Verification, bytes]:
        """The verdict, and the attached record.json; b"" if there is none of ours."""


def examine_package(
    package: TransferPackage,
    verifier: PaperVerifier,
    trust_roots: Sequence[x509.Certificate],
    moment: datetime | None = None,
) -> PackageReport:
    """The verdict on every paper and on the data; `moment` (aware) is now unless told otherwise.

    A paper that cannot be read makes the package invalid; nothing is raised for it.
    """
    archive = ValidationMaterial(package.validation.certificates, package.validation.ocsps, package.validation.crls)
    papers = [_read(paper, verifier, trust_roots, archive, moment) for paper in package.papers]
    result = next((each for each in papers if each.paper.kind is PaperKind.TRANSFER_RESULT), None)
    school = package.data.school
    members = [_member(each, result, papers, school.code) for each in papers]
    return PackageReport(
        package.created_at, school.code, school.name, (*members, report_on_data(package.data, papers, result))
    )


def _read(
    paper: PackedPaper,
    verifier: PaperVerifier,
    roots: Sequence[x509.Certificate],
    archive: ValidationMaterial,
    moment: datetime | None,
) -> ReadPaper:
    evidence = [paper.evidence] if paper.evidence else []
    try:
        found, record = verifier.verify_and_read(paper.pdf, roots, evidence=evidence, archive=archive, moment=moment)
    except DomainError as error:
        return ReadPaper(paper, None, {}, error.message)
    return ReadPaper(paper, found, _whole(record))


def _whole(record: bytes) -> dict[str, Any]:
    try:
        found = json.loads(record or b"{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _member(read: ReadPaper, result: ReadPaper | None, papers: Sequence[ReadPaper], school_code: str) -> MemberReport:
    findings = [PackageFinding(PackageCheck.SIGNED, read.verdict), _listed(read)]
    if read.paper.kind is PaperKind.TRANSFER_RESULT:
        is_senders = value_at(read.content, "school.code") == school_code
        findings.append(_judged(PackageCheck.SENDER, holds=is_senders))
        findings.extend(_missing(read, papers))
    if read.paper.kind is PaperKind.YEAR_RECORD and result is not None:
        findings.append(_bound(read.paper, result))
    return MemberReport(read.paper.name, read.paper.kind, tuple(findings), read.verification, read.problem)


def _listed(read: ReadPaper) -> PackageFinding:
    """Whether the attached record is of the kind, code and year under which the package has it."""
    paper = read.paper
    said = {"lookup_code": paper.lookup_code, "school_year": paper.school_year}
    if paper.kind in OF_NO_YEAR:
        del said["school_year"]
    wrong = [name for name, text in said.items() if value_at(read.content, name) != text]
    if read.whole.get("kind") != paper.kind.value:
        wrong.insert(0, "kind")
    return _judged(PackageCheck.LISTED, holds=not wrong, field=wrong[0] if wrong else "")


def _missing(result: ReadPaper, papers: Sequence[ReadPaper]) -> Iterator[PackageFinding]:
    there = {hashlib.sha256(each.paper.pdf).hexdigest() for each in papers}
    lost = [year for year, sha256 in _past_years(result.content) if sha256 not in there]
    if not lost:
        yield _judged(PackageCheck.COMPLETE, holds=True)
    yield from (_judged(PackageCheck.COMPLETE, holds=False, about=year) for year in lost)


def _bound(paper: PackedPaper, result: ReadPaper) -> PackageFinding:
    """A result that does not hold itself binds nothing."""
    own = paper.school_year, hashlib.sha256(paper.pdf).hexdigest()
    holds = own in _past_years(result.content)
    outcome = result.verdict if holds and result.verdict is not Verdict.INVALID else _NOTHING
    return PackageFinding(PackageCheck.BOUND, outcome if holds else Verdict.INVALID)


def _past_years(content: Content) -> list[tuple[str, str]]:
    """School year and SHA-256 of each record that a transfer result names; others are none."""
    rows = content.get("past_years")
    return [
        (str(row.get("school_year")), str(row.get("sha256")))
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, dict)
    ]


def _judged(check: PackageCheck, *, holds: bool, about: str = "", field: str = "") -> PackageFinding:
    return PackageFinding(check, Verdict.VALID if holds else Verdict.INVALID, about, field)
