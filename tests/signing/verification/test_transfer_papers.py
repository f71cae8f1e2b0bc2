"""A package of papers as schools really seal them: a record of a year, the transfer result that names it, a page."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from domain import matter_papers
from domain.transfers.contents import PackedPaper, PackedYear, PaperKind, TransferData, TransferPackage, ValidationFiles
from interchange.transfer.package import pack, unpack
from signing.verification.apart import ApartVerifier
from signing.verification.transfer_reports import PackageCheck, PackageReport
from signing.verification.transfers import examine_package
from signing.verification.verdicts import Verdict
from tests.documents import matter_samples, samples
from tests.documents.extract_samples import paper_extract
from tests.interchange.transfer.samples import CELLS, CREATED, RUNNING
from tests.signing.verification import papers
from tests.signing.verification.papers import exchanged, sealed, signable
from tests.signing.verification.world import LATER, PRINCIPAL, World

YEAR, CODE = "2025-2026", "BBBB-3333"
Examine = Callable[[TransferPackage], PackageReport]
COLUMNS = ("hk1/mid_hk1/level", "hk1/mid_hk1/score")


@pytest.fixture(scope="module")
def package(world: World) -> TransferPackage:
    content = signable(replace(samples.year_record(), school_year=YEAR, lookup_code=CODE), world)
    record = sealed(world, papers.renderer().render(content, exchanged(content)).pdf)
    past = matter_papers.RecordReference(YEAR, samples.SCHOOL.name, CODE, hashlib.sha256(record).hexdigest())
    columns = tuple(replace(matter_samples.transfer_result().tables[0].columns[0], code=code) for code in COLUMNS)
    line = matter_papers.ResultLine("toan", "Toán", ("T", "9"), CELLS[2].value)
    result = replace(
        matter_samples.transfer_result(),
        school_year=RUNNING.school_year,
        grade=RUNNING.grade,
        class_name=RUNNING.class_name,
        rule_version=RUNNING.rule_version,
        pupil=samples.pupil(),
        tables=(matter_papers.ResultTable("Môn học", columns, (line,), "", "T"),),
        past_years=(past,),
    )
    page = replace(matter_samples.identity_page(), pupil=samples.pupil())
    extract = replace(paper_extract(), pupil=samples.pupil())
    packed = (
        PackedPaper(PaperKind.YEAR_RECORD, CODE, record, school_year=YEAR),
        PackedPaper(
            PaperKind.TRANSFER_RESULT, result.lookup_code, _sealed(world, result), school_year=RUNNING.school_year
        ),
        PackedPaper(PaperKind.IDENTITY_PAGE, page.lookup_code, _sealed(world, page)),
        PackedPaper(PaperKind.PAPER_EXTRACT, extract.lookup_code, _sealed(world, extract)),
    )
    data = TransferData(samples.pupil(), samples.SCHOOL, (PackedYear(YEAR, CODE, exchanged(content)),), RUNNING)
    return TransferPackage(CREATED, data, packed, ValidationFiles(**vars(world.material(LATER))))


def _sealed(world: World, content: Any) -> bytes:  # noqa: ANN401 - of a kind that may not be here
    paper = papers.renderer().render(signable(content, world)).pdf
    return world.sealed(world.signed(paper, PRINCIPAL))


@pytest.fixture
def examined(kept_verifier: ApartVerifier, world: World) -> Examine:
    return lambda package: examine_package(unpack(pack(package)), kept_verifier, world.roots)


def test_papers_and_data_hold_together(package: TransferPackage, examined: Examine) -> None:
    report = examined(package)
    assert [
        finding for each in report.members for finding in each.findings if finding.outcome is not Verdict.VALID
    ] == []
    assert len(report.members) == 5


def test_an_extract_of_another_pupil_is_found_and_a_name_put_right_since_is_for_people(
    package: TransferPackage, world: World, examined: Examine
) -> None:
    *others, extract = package.papers
    for pupil, outcome in (
        (samples.pupil(2), Verdict.INVALID),
        (replace(samples.pupil(), full_name="Nguyễn Minh Anh"), Verdict.INDETERMINATE),
    ):
        content = replace(paper_extract(), pupil=pupil)
        changed = replace(package, papers=(*others, replace(extract, pdf=_sealed(world, content))))
        data = next(each for each in examined(changed).members if each.kind is None)
        found = {each.about: each.outcome for each in data.findings if each.check is PackageCheck.PUPIL}
        assert found[extract.name] is outcome


def test_each_paper_that_is_tampered_with_is_found(package: TransferPackage, examined: Examine) -> None:
    for at, paper in enumerate(package.papers):
        changed = [*package.papers]
        changed[at] = replace(paper, pdf=paper.pdf + b"\n")
        report = examined(replace(package, papers=tuple(changed)))
        assert [each.name for each in report.members if each.kind and each.findings[0].outcome is Verdict.INVALID] == [
            paper.name
        ]
