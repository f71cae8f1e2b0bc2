"""A transfer package of genuine records, what its transfer result says, and a desk that is told how that was judged."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Unpack

from cryptography import x509

from domain.documents import DocumentKind
from domain.transfers.contents import (
    PackedPaper,
    PackedYear,
    PaperKind,
    TransferData,
    TransferPackage,
    ValidationFiles,
)
from domain.year_records import PrimaryRecordContent
from interchange.transfer.package import pack, unpack
from signing.verification.transfer_reports import MemberReport, PackageCheck, PackageReport
from signing.verification.transfers import examine_package
from signing.verification.verdicts import Check, Verdict, Verification, judged
from signing.verification.verify import Beside, examine
from tests.documents import samples
from tests.interchange.transfer.samples import CELLS, CREATED, RUNNING
from tests.signing.verification import papers
from tests.signing.verification.papers import exchanged, sealed, signable
from tests.signing.verification.world import LATER, World, evidence_over

VALID, INVALID, UNSURE = Verdict.VALID, Verdict.INVALID, Verdict.INDETERMINATE
RESULT = b"%PDF- the sealed result"
YEARS = {"2024-2025": "AAAA-2222", "2025-2026": "BBBB-3333"}
DATA, BOUND = "du-lieu.json", "hoc-ba-2025-2026.pdf"


@dataclass(frozen=True)
class Desk:
    """Verifies papers in this process; of a transfer result it is told what it says and how it was judged."""

    result: Mapping[str, Any]
    verdict: Verdict = VALID
    given: list[tuple[bytes, ...]] = field(default_factory=list)

    def verify_and_read(
        self, pdf: bytes, trust_roots: Sequence[x509.Certificate], **beside: Unpack[Beside]
    ) -> tuple[Verification, bytes]:
        if pdf == RESULT:
            return judged_so(self.verdict), json.dumps({"kind": "transfer_result", "content": self.result}).encode()
        self.given.append(tuple(beside.get("evidence", ())))
        found = examine(pdf, trust_roots, **beside)
        return found.verification, found.record


def judged_so(verdict: Verdict) -> Verification:
    found = judged(Check.STRUCTURE, holds=verdict is VALID, otherwise=verdict)
    blank = Verification("", CREATED, DocumentKind.YEAR_RECORD, "", "", "", None, (found,), ())
    # Without signatures a document is invalid, whatever else holds.
    return type("Judged", (Verification,), {"verdict": verdict})(**vars(blank))  # type: ignore[no-any-return]


def content(year: str, number: int = 1) -> PrimaryRecordContent:
    return replace(samples.year_record(number), school_year=year, lookup_code=YEARS[year])


def sealed_records(world: World) -> dict[str, bytes]:
    """The sealed PDF of each past year."""
    made = {year: signable(content(year), world) for year in YEARS}
    return {year: seal(world, each) for year, each in made.items()}


def seal(world: World, made: PrimaryRecordContent) -> bytes:
    return sealed(world, papers.renderer().render(made, exchanged(made)).pdf)


def package_of(world: World, records: dict[str, bytes]) -> TransferPackage:
    evidence = [evidence_over([pdf, b"another"], LATER, world.stamps)[0] for pdf in records.values()]
    past = [
        PackedPaper(PaperKind.YEAR_RECORD, YEARS[year], pdf, proof, year)
        for (year, pdf), proof in zip(records.items(), evidence, strict=True)
    ]
    years = tuple(PackedYear(year, code, exchanged(signable(content(year), world))) for year, code in YEARS.items())
    result = PackedPaper(PaperKind.TRANSFER_RESULT, "CCCC-4444", RESULT, school_year="2026-2027")
    files = ValidationFiles(**vars(world.material(LATER)))
    return TransferPackage(
        CREATED, TransferData(samples.pupil(), samples.SCHOOL, years, RUNNING), (result, *past), files
    )


def result_over(records: dict[str, bytes]) -> dict[str, Any]:
    """What the sealed transfer result says, as it is attached."""
    return {
        "lookup_code": "CCCC-4444",
        "school_year": "2026-2027",
        "grade": 4,
        "class_name": "4A",
        "rule_version": "tt27-2020/1",
        "school": asdict(samples.SCHOOL),
        "pupil": asdict(samples.pupil()),
        "absent_excused": 2,
        "absent_unexcused": 1,
        "absent_unit": "buổi",
        "tables": [
            {
                "name": "Môn học",
                "columns": [{"code": f"hk1/{name}"} for name in ("mid_hk1/level", "mid_hk1/score", "average")],
                "lines": [
                    {"code": "toan", "name": "Toán", "values": ["T", "9", "9,5"], "comment": CELLS[2].value},
                    {"code": "dao_duc", "name": "Đạo đức", "values": ["", "", ""], "comment": ""},
                ],
            }
        ],
        "past_years": [
            {"school_year": year, "school": "", "lookup_code": YEARS[year], "sha256": hashlib.sha256(pdf).hexdigest()}
            for year, pdf in records.items()
        ],
    }


def examined(
    package: TransferPackage, world: World, said: Mapping[str, Any], verdict: Verdict = VALID
) -> PackageReport:
    return examine_package(unpack(pack(package)), Desk(said, verdict), world.roots)


def member(report: PackageReport, name: str) -> MemberReport:
    return next(each for each in report.members if each.name == name)


def failures(report: PackageReport, name: str) -> list[tuple[PackageCheck, Verdict, str]]:
    found = member(report, name).findings
    return [(each.check, each.outcome, each.field) for each in found if each.outcome is not VALID]


def with_data(package: TransferPackage, **changes: object) -> TransferPackage:
    return replace(package, data=replace(package.data, **changes))  # type: ignore[arg-type]
