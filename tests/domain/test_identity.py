"""Personal ids, codes, names and their order."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.ethnicities import ETHNICITIES
from domain.identity import (
    FindingCode,
    Sex,
    check_personal_id,
    make_personal_id,
    name_sort_key,
    normalise_name,
    parse_pupil_code,
    parse_school_code,
    parse_sex,
)
from domain.provinces import PROVINCES

BIRTH = date(2017, 5, 3)


@given(
    st.sampled_from(sorted(PROVINCES)),
    st.sampled_from(Sex),
    st.dates(date(1900, 1, 1), date(2399, 12, 31)),
    st.integers(0, 999_999),
)
def test_a_made_id_has_no_findings(province: str, sex: Sex, birth: date, serial: int) -> None:
    assert check_personal_id(make_personal_id(province, sex, birth, serial), sex, birth) == []


@pytest.mark.parametrize(
    ("sex", "birth", "personal_id"),
    [
        (Sex.MALE, BIRTH, "079217000042"),
        (Sex.FEMALE, BIRTH, "079317000042"),
        (Sex.MALE, date(1975, 1, 1), "079075000042"),
        (Sex.FEMALE, date(1999, 12, 31), "079199000042"),
        (Sex.FEMALE, date(2100, 1, 1), "079500000042"),
    ],
)
def test_the_fourth_digit_tells_sex_and_century(sex: Sex, birth: date, personal_id: str) -> None:
    assert make_personal_id("079", sex, birth, 42) == personal_id


@pytest.mark.parametrize(
    ("personal_id", "codes"),
    [
        ("", [FindingCode.MALFORMED]),
        ("07921700004", [FindingCode.MALFORMED]),
        ("0792170000422", [FindingCode.MALFORMED]),
        ("07921700004X", [FindingCode.MALFORMED]),
        ("٠79217000042", [FindingCode.MALFORMED]),
        ("003217000042", [FindingCode.UNKNOWN_PLACE]),
        ("079317000042", [FindingCode.SEX_MISMATCH]),
        ("079017000042", [FindingCode.CENTURY_MISMATCH]),
        ("079216000042", [FindingCode.BIRTH_YEAR_MISMATCH]),
        ("079118000042", ["sex_mismatch", "century_mismatch", "birth_year_mismatch"]),
    ],
)
def test_what_does_not_fit_is_found_and_never_raised(personal_id: str, codes: list[str]) -> None:
    findings = check_personal_id(personal_id, Sex.MALE, BIRTH)
    assert [finding.code for finding in findings] == codes
    assert all(finding.message.endswith(".") for finding in findings)


@given(st.text())
def test_no_text_makes_the_check_fail(text: str) -> None:
    check_personal_id(text, Sex.MALE, BIRTH)


@pytest.mark.parametrize(
    ("province", "birth", "serial"),
    [("003", BIRTH, 1), ("079", date(1899, 1, 1), 1), ("079", date(2400, 1, 1), 1), ("079", BIRTH, 1_000_000)],
)
def test_an_id_outside_the_structure_is_not_made(province: str, birth: date, serial: int) -> None:
    with pytest.raises(Invalid):
        make_personal_id(province, Sex.MALE, birth, serial)


def test_the_lists_are_complete() -> None:
    assert len(PROVINCES) == 63
    assert len(ETHNICITIES) == 54
    assert (ETHNICITIES["Kinh"], ETHNICITIES["Chăm"], ETHNICITIES["Rơ-măm"]) == ("01", "17", "54")


def test_codes_are_read_and_refused() -> None:
    assert parse_pupil_code(" 7923000001 ") == "7923000001"
    assert parse_school_code("79766999") == "79766999"
    for text in ("792300000", "7923000001234", "79A3000001", ""):
        with pytest.raises(Invalid, match="từ 10 đến 12 chữ số"):
            parse_pupil_code(text)
    with pytest.raises(Invalid, match="từ 8 đến 20 chữ số"):
        parse_school_code("7976699")


def test_sex_is_read_in_any_case_and_form() -> None:
    assert parse_sex("nam") is Sex.MALE
    assert parse_sex("NU\u031b\u0303") is Sex.FEMALE
    with pytest.raises(Invalid, match="“Khác”"):
        parse_sex("Khác")


def test_names_are_kept_in_nfc_with_single_spaces() -> None:
    assert normalise_name("  Nguye\u0302\u0303n   Văn\u00a0An ") == "Nguyễn Văn An"


def test_class_lists_are_in_vietnamese_order_of_the_given_name() -> None:
    ordered = [
        "Nguyễn Thị An",
        "Trần An",
        "Lê Án",
        "Phạm Anh",
        "Bùi Ăn",
        "Nguyễn Văn Ân",
        "Võ Dũng",
        "Hồ Đức",
        "Lê Hoa",
        "Lê Hòa",
        "Lê Hoà Hỏa",
        "Lý Ơn",
        "Đỗ Uyên",
        "Đỗ Ưng",
        "Đỗ Vy",
    ]
    by_code_point = sorted(ordered)
    assert by_code_point != ordered
    assert sorted(by_code_point, key=name_sort_key) == ordered


@given(st.text())
def test_every_text_has_a_place_in_the_order(text: str) -> None:
    assert name_sort_key(text) == name_sort_key(normalise_name(text))
