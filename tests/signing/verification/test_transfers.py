"""A transfer package is genuine as a whole only if its papers are, belong together, and its data say what they say."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Unpack

import pytest
from cryptography import x509

from domain.documents import DocumentKind
from domain.transfers.contents import (
    PackedCell,
    PackedPaper,
    PackedYear,
    PaperKind,
    TransferData,
    TransferPackage,
    ValidationFiles,
)
from domain.year_records import PrimaryRecordContent
from interchange.transfer.package import pack, unpack
from signing.errors import Unreadable
from signing.verification.transfer_reports import MemberReport, PackageCheck, PackageReport
from signing.verification.transfer_sentences import package_headline, package_note, package_sentence
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


@pytest.fixture(scope="module")
def records(world: World) -> dict[str, bytes]:
    """The sealed PDF of each past year."""
    made = {year: signable(content(year), world) for year in YEARS}
    return {year: seal(world, each) for year, each in made.items()}


def seal(world: World, made: PrimaryRecordContent) -> bytes:
    return sealed(world, papers.renderer().render(made, exchanged(made)).pdf)


@pytest.fixture(scope="module")
def package(world: World, records: dict[str, bytes]) -> TransferPackage:
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


@pytest.fixture
def said(records: dict[str, bytes]) -> dict[str, Any]:
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


def test_a_genuine_package_holds_in_all_its_parts(package: TransferPackage, world: World, said: dict[str, Any]) -> None:
    report = examined(package, world, said)
    assert [(each.name, each.verdict) for each in report.members] == [
        ("hoc-ba-2024-2025.pdf", VALID),
        ("hoc-ba-2025-2026.pdf", VALID),
        ("ket-qua-chuyen-truong.pdf", VALID),
        (DATA, VALID),
    ]
    assert (report.verdict, report.holds, report.school_code) == (VALID, True, samples.SCHOOL.code)
    checks = {finding.check for each in report.members for finding in each.findings}
    assert checks == set(PackageCheck)


def test_each_paper_is_judged_with_its_own_evidence(
    package: TransferPackage, world: World, said: dict[str, Any]
) -> None:
    desk = Desk(said)
    report = examine_package(package, desk, world.roots)
    assert desk.given == [(each.evidence,) for each in package.papers[1:]]
    found = member(report, BOUND).verification
    assert found is not None
    assert found.signatures[-1].level == "B-LT+ERS"


def test_without_a_transfer_result_each_paper_stands_for_itself(package: TransferPackage, world: World) -> None:
    summer = with_data(replace(package, papers=package.papers[1:]), running=None)
    report = examined(summer, world, {})
    assert report.holds
    assert PackageCheck.BOUND not in {each.check for each in member(report, BOUND).findings}


def test_a_running_year_that_no_paper_confirms_is_not_proven(package: TransferPackage, world: World) -> None:
    report = examined(replace(package, papers=package.papers[1:]), world, {})
    assert failures(report, DATA) == [(PackageCheck.RUNNING, UNSURE, "")]
    assert report.verdict is UNSURE


def swapped(package: TransferPackage, year: str, pdf: bytes) -> TransferPackage:
    return replace(
        package, papers=tuple(replace(each, pdf=pdf) if each.school_year == year else each for each in package.papers)
    )


def test_a_record_that_was_tampered_with_is_found_though_the_list_was_put_right(
    package: TransferPackage, world: World, said: dict[str, Any], records: dict[str, bytes]
) -> None:
    report = examined(swapped(package, "2025-2026", records["2025-2026"] + b"\n"), world, said)
    assert (PackageCheck.SIGNED, INVALID, "") in failures(report, BOUND)
    assert (PackageCheck.BOUND, INVALID, "") in failures(report, BOUND)
    assert failures(report, "hoc-ba-2024-2025.pdf") == []
    # Nothing can be held against a paper that is not genuine.
    assert failures(report, DATA) == [(PackageCheck.PUPIL, UNSURE, ""), (PackageCheck.RECORD, UNSURE, "")]


def test_another_pupils_genuine_record_does_not_belong_to_it(
    package: TransferPackage, world: World, said: dict[str, Any]
) -> None:
    report = examined(swapped(package, "2025-2026", seal(world, signable(content("2025-2026", 2), world))), world, said)
    assert (PackageCheck.BOUND, INVALID, "") in failures(report, BOUND)
    assert failures(report, DATA)[0] == (PackageCheck.PUPIL, INVALID, "full_name")
    assert failures(report, "ket-qua-chuyen-truong.pdf") == [(PackageCheck.COMPLETE, INVALID, "")]


def test_a_record_of_another_year_is_not_what_it_is_listed_as(
    package: TransferPackage, world: World, said: dict[str, Any], records: dict[str, bytes]
) -> None:
    report = examined(swapped(package, "2025-2026", records["2024-2025"]), world, said)
    assert (PackageCheck.LISTED, INVALID, "lookup_code") in failures(report, BOUND)


def test_an_older_record_that_was_left_out_is_missed(
    package: TransferPackage, world: World, said: dict[str, Any]
) -> None:
    less = replace(package, papers=(package.papers[0], package.papers[2]))
    report = examined(with_data(less, years=package.data.years[1:]), world, said)
    [missed] = [each for each in member(report, "ket-qua-chuyen-truong.pdf").findings if each.outcome is INVALID]
    assert (missed.check, missed.about) == (PackageCheck.COMPLETE, "2024-2025")
    assert "(2024-2025)" in package_sentence(missed)


def test_evidence_of_another_file_is_no_evidence(package: TransferPackage, world: World, said: dict[str, Any]) -> None:
    first, second, third = package.papers
    crossed = (first, replace(second, evidence=third.evidence), replace(third, evidence=b"\x30\x00"))
    report = examined(replace(package, papers=crossed), world, said)
    assert not member(report, BOUND).verification.holds  # type: ignore[union-attr]
    assert member(report, BOUND).verdict is not VALID
    assert member(report, "hoc-ba-2024-2025.pdf").verdict is not VALID


def test_a_school_cannot_send_what_another_school_sealed(
    package: TransferPackage, world: World, said: dict[str, Any]
) -> None:
    report = examined(package, world, {**said, "school": {**said["school"], "code": "79000999"}})
    assert failures(report, "ket-qua-chuyen-truong.pdf") == [(PackageCheck.SENDER, INVALID, "")]


@pytest.mark.parametrize(("verdict", "bound"), [(INVALID, UNSURE), (UNSURE, UNSURE)])
def test_a_result_that_does_not_hold_binds_nothing(
    package: TransferPackage, world: World, said: dict[str, Any], verdict: Verdict, bound: Verdict
) -> None:
    report = examined(package, world, said, verdict)
    assert failures(report, BOUND) == [(PackageCheck.BOUND, bound, "")]
    assert report.verdict is verdict


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


@pytest.mark.parametrize(
    "wrong",
    [
        {"tables": 5}, {"tables": [{"columns": 1, "lines": [{"values": 7}]}]}, {"pupil": 3}, {"past_years": "x"},
        {"tables": [{"columns": [{}], "lines": [{"code": [], "values": [[]]}]}]}, {"past_years": [1, {}]},
    ],
)  # fmt: skip
def test_a_result_of_another_make_is_no_accident(
    package: TransferPackage, world: World, said: dict[str, Any], wrong: dict[str, Any]
) -> None:
    assert not examined(package, world, {**said, **wrong}).holds


class Dead(Desk):
    """Cannot read anything."""

    def verify_and_read(self, *_: object, **__: object) -> tuple[Verification, bytes]:
        raise Unreadable("Tệp không phải là PDF.")


def test_papers_that_cannot_be_read_make_it_invalid(package: TransferPackage, world: World) -> None:
    report = examine_package(package, Dead({}), world.roots)
    assert report.verdict is INVALID
    assert {each.problem for each in report.members} == {"Tệp không phải là PDF.", ""}


def test_what_was_found_is_said_in_words(package: TransferPackage, world: World, said: dict[str, Any]) -> None:
    report = examined(package, world, said)
    assert package_headline(report) == "GÓI CHUYỂN TRƯỜNG HỢP LỆ"
    assert package_headline(report, "en") == "TRANSFER PACKAGE VALID"
    assert package_note(report).endswith("Nơi gửi (theo gói): Trường Tiểu học Hoa Phượng Vĩ (79766401).")
    [running] = [each for each in member(report, DATA).findings if each.check is PackageCheck.RUNNING]
    words = package_sentence(replace(running, outcome=INVALID, field="class_name"))
    assert words == (
        "Dữ liệu của năm đang học khác với văn bản kết quả chuyển trường (ket-qua-chuyen-truong.pdf, lớp)."
    )
    for check in PackageCheck:
        for outcome in Verdict:
            spoken = {
                package_sentence(replace(running, check=check, outcome=outcome), tongue) for tongue in ("vi", "en")
            }
            assert len(spoken) == 2
