"""The data of a transfer package are worth what its papers confirm: particulars, records, and the running year."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest

from domain.transfers.contents import (
    PackedCell,
    PackedPaper,
    PackedYear,
    PaperKind,
    TransferData,
    TransferPackage,
)
from signing.verification.transfer_reports import PackageCheck
from signing.verification.verdicts import Verdict
from tests.documents import samples
from tests.interchange.transfer.samples import CELLS, CREATED, RUNNING
from tests.signing.verification import papers
from tests.signing.verification.papers import sealed, signable
from tests.signing.verification.transfer_desk import DATA, INVALID, UNSURE, content, examined, failures, with_data
from tests.signing.verification.world import World


@pytest.mark.parametrize(
    ("changes", "outcome", "field"),
    [
        ({"full_name": "Trần Thị Khác"}, INVALID, "full_name"),
        ({"personal_id": "079319000002"}, INVALID, "personal_id"),
        ({"birth_date": "2019-01-01"}, INVALID, "birth_date"),
        ({"ethnicity": "Hoa"}, UNSURE, "pupil.ethnicity"),
    ],
)
def test_particulars_are_held_against_the_papers(
    package: TransferPackage, world: World, said: dict[str, Any], changes: dict[str, str], outcome: Verdict, field: str
) -> None:
    told = with_data(package, pupil=replace(package.data.pupil, **changes))  # type: ignore[arg-type]
    assert (PackageCheck.PUPIL, outcome, field) in failures(examined(told, world, said), DATA)


def test_a_name_that_was_put_right_since_is_for_people_to_look_at(
    package: TransferPackage, world: World, said: dict[str, Any]
) -> None:
    now = replace(package.data.pupil, full_name="Nguyễn Minh Anh")
    report = examined(with_data(package, pupil=now), world, {**said, "pupil": asdict(now)})
    assert failures(report, DATA) == [(PackageCheck.PUPIL, UNSURE, "full_name")] * 2


def altered(year: PackedYear, **fields: object) -> PackedYear:
    ((table, record),) = year.record.items()
    return replace(year, record={table: {**record, **fields}})


def test_a_mark_that_was_bettered_in_the_data_is_found(
    package: TransferPackage, world: World, said: dict[str, Any]
) -> None:
    first, second = package.data.years
    rows = [{**row, "mucdatduoc": "T"} for row in second.record["thongtinsohocbasotieuhoc"]["dsbangdiem"]]
    for better, named in (
        (altered(second, dsbangdiem=rows), "dsbangdiem"),
        (altered(second, xeploai="HTXS"), "xeploai"),
    ):
        report = examined(with_data(package, years=(first, better)), world, said)
        assert failures(report, DATA) == [(PackageCheck.RECORD, INVALID, named)]


def test_a_record_without_a_national_one_is_compared_by_its_content(package: TransferPackage, world: World) -> None:
    plain = signable(content("2025-2026"), world)
    pdf = sealed(world, papers.renderer().render(plain).pdf)
    _, second = package.data.years
    paper = PackedPaper(PaperKind.YEAR_RECORD, second.lookup_code, pdf, school_year=second.school_year)
    data = TransferData(samples.pupil(), samples.SCHOOL, (second,), None)
    alone = TransferPackage(CREATED, data, (paper,), package.validation)
    assert examined(alone, world, {}).holds
    assert examined(with_data(alone, years=(replace(second, record={}),)), world, {}).holds
    report = examined(with_data(alone, years=(altered(second, hovaten="Trần Thị Khác"),)), world, {})
    assert failures(report, DATA) == [(PackageCheck.RECORD, INVALID, "pupil.full_name")]


def with_cells(package: TransferPackage, *cells: PackedCell, **changes: int) -> TransferPackage:
    term = replace(RUNNING.terms[0], cells=cells or CELLS, **changes)  # type: ignore[arg-type]
    return with_data(package, running=replace(RUNNING, terms=(term,)))


@pytest.mark.parametrize(
    ("change", "outcome", "field"),
    [
        (lambda each: with_cells(each, CELLS[0], replace(CELLS[1], value="10"), CELLS[2]), INVALID, "toan"),
        (lambda each: with_cells(each, *CELLS[:2]), INVALID, "toan"),
        (lambda each: with_cells(each, CELLS[0], replace(CELLS[1], point="end_hk1"), CELLS[2]), INVALID, "toan"),
        (lambda each: with_cells(each, *CELLS[:2], replace(CELLS[2], value="Rất giỏi.")), INVALID, "toan"),
        (lambda each: with_cells(each, *CELLS, replace(CELLS[1], item="dao_duc", value="8")), UNSURE, "dao_duc"),
        (lambda each: with_cells(each, absent_excused=0), INVALID, "absent_excused"),
        (lambda each: with_data(each, running=replace(RUNNING, grade=5)), INVALID, "grade"),
        (lambda each: with_data(each, running=replace(RUNNING, class_name="4B")), INVALID, "class_name"),
        (lambda each: with_data(each, running=replace(RUNNING, terms=())), INVALID, "toan"),
    ],
)
def test_the_running_year_is_held_against_the_transfer_result(
    package: TransferPackage, world: World, said: dict[str, Any],
    change: Callable[[TransferPackage], TransferPackage], outcome: Verdict, field: str,
) -> None:  # fmt: skip
    report = examined(change(package), world, said)
    assert failures(report, DATA) == [(PackageCheck.RUNNING, outcome, field)]


def test_a_comment_on_a_whole_table_must_be_in_the_data(
    package: TransferPackage, world: World, said: dict[str, Any]
) -> None:
    [table] = said["tables"]
    report = examined(package, world, {**said, "tables": [{**table, "comment": "Em lễ phép."}]})
    assert failures(report, DATA) == [(PackageCheck.RUNNING, INVALID, "comment")]
    words = replace(CELLS[2], slot="homeroom", item="qualities", value="Em lễ phép.")
    told = with_cells(package, *CELLS, words)
    assert examined(told, world, {**said, "tables": [{**table, "comment": "Em lễ phép."}]}).holds
