"""A transfer package is genuine as a whole only if its papers are, belong together, and its data say what they say."""

from dataclasses import replace
from typing import Any

import pytest

from domain.transfers.contents import (
    TransferPackage,
)
from signing.errors import Unreadable
from signing.verification.transfer_reports import PackageCheck
from signing.verification.transfer_sentences import package_headline, package_note, package_sentence
from signing.verification.transfers import examine_package
from signing.verification.verdicts import Verdict, Verification
from tests.documents import samples
from tests.signing.verification.papers import signable
from tests.signing.verification.transfer_desk import (
    BOUND,
    DATA,
    INVALID,
    UNSURE,
    VALID,
    Desk,
    content,
    examined,
    failures,
    member,
    seal,
    with_data,
)
from tests.signing.verification.world import World


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
