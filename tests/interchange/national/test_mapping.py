"""A year record in the Ministry's words: every field where it belongs, nothing made up."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.documents import ProfileContent
from domain.year_records import PrimaryRecordContent, SecondaryRecordContent, YearRecordContent
from interchange.national.codes import load_codes
from interchange.national.completeness import profile_problems, record_problems
from interchange.national.json_form import read_record, written
from interchange.national.mapping import national_record
from tests.documents.samples import year_record
from tests.documents.secondary_samples import secondary_record

CODES = load_codes()
AT = datetime(2026, 6, 20, 3, tzinfo=UTC)
PROFILE = ProfileContent(native_place="Thành phố Hồ Chí Minh", current_address="12 Cộng Hòa, Phường Tân Sơn Nhất")


def complete(record: YearRecordContent) -> YearRecordContent:
    """The sample with everything the national record asks for."""
    school = replace(record.school, department_code="79", department="Sở Giáo dục và Đào tạo Thành phố Hồ Chí Minh")
    return replace(record, school=school, pupil=replace(record.pupil, profile=PROFILE), class_name="1A")


@pytest.fixture
def primary() -> PrimaryRecordContent:
    found = complete(year_record())
    assert isinstance(found, PrimaryRecordContent)
    return found


@pytest.fixture
def secondary() -> SecondaryRecordContent:
    found = complete(secondary_record())
    assert isinstance(found, SecondaryRecordContent)
    return found


def test_a_complete_primary_record_is_taken(primary: PrimaryRecordContent) -> None:
    record = national_record(primary, CODES)
    assert record_problems(record, AT) == ()
    assert record.fields["hovaten"] == primary.pupil.full_name
    assert record.fields["xeploai"] == primary.result_name
    assert [row["mucdatduoc"] for row in record.children["dsbangdiem"]] == [line.level for line in primary.subjects]
    levels = {line.code: line.level for line in (*primary.qualities, *primary.general_competencies)}
    assert (record.fields["phamchatyeunuoc"], record.fields["nangluctuhoc"]) == (
        levels["yeu_nuoc"],
        levels["tu_chu_tu_hoc"],
    )


def test_a_complete_secondary_record_is_taken(secondary: SecondaryRecordContent) -> None:
    record = national_record(secondary, CODES)
    assert record_problems(record, AT) == ()
    assert (record.fields["canam"], record.fields["renluyencanam"]) == (secondary.learning.year, secondary.conduct.year)
    first, line = record.children["bangdiem"][0], secondary.subjects[0]
    assert (first["diemhocky1"], first["diemcanam"]) == (line.hk1.replace(",", "."), line.year.replace(",", "."))
    assert (first["gvbm"], first["soddcngvbm"]) == (line.teacher, line.teacher_id)


def test_what_is_written_reads_back(primary: PrimaryRecordContent, secondary: SecondaryRecordContent) -> None:
    for content in (primary, secondary):
        record = national_record(content, CODES)
        assert read_record(written(record)) == record


def test_a_year_without_absences_has_no_number_of_them(secondary: SecondaryRecordContent) -> None:
    assert "sobuoinghi" not in national_record(replace(secondary, absent=0), CODES).fields


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"personal_id": ""}, "sodinhdanh"),
        ({"nationality": "Nước không có trong danh mục"}, "quoctich"),
        ({"register_no": "1" * 300}, "sosodangbo"),
        ({"profile": replace(PROFILE, native_place="")}, "quequan_diachichitiet"),
        ({"profile": replace(PROFILE, current_address="")}, "noiohiennay_diachichitiet"),
    ],
)
def test_what_a_profile_lacks_is_named_early_and_again_before_signing(
    primary: PrimaryRecordContent, change: dict[str, Any], named: str
) -> None:
    pupil = replace(primary.pupil, **change)
    early = list(profile_problems(1, primary.school, pupil, CODES))
    late = record_problems(national_record(replace(primary, pupil=pupil), CODES), AT)
    assert [named in sentence for sentence in early] == [True]
    assert [named in sentence for sentence in late] == [True]


def test_a_pupil_who_is_not_assessed_needs_no_result(primary: PrimaryRecordContent) -> None:
    waived = replace(primary, assessment_waived=True, result="", result_name="")
    assert record_problems(national_record(waived, CODES), AT) == ()
    not_waived = replace(primary, result="", result_name="")
    assert len(record_problems(national_record(not_waived, CODES), AT)) == 1
