"""How levels and marks of secondary assessment are read and written."""

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.assessment import EXEMPT as MARK_EXEMPT
from domain.errors import Invalid
from domain.secondary.levels import (
    MeritLevel,
    PassLevel,
    average_label,
    mark_label,
    mark_text,
    parse_mark,
    parse_merit_level,
    parse_pass_level,
)
from tests.domain.secondary.samples import EXEMPT, FAILED, FAIR, GOOD, NOT_PASS, OK, PASS, comment, scored


@pytest.mark.parametrize(
    ("text", "level"),
    [
        *[("T", GOOD), ("t", GOOD), (" T ", GOOD), ("Tốt", GOOD), ("TỐT", GOOD)],
        *[("K", FAIR), ("k", FAIR), ("Khá", FAIR), ("khá", FAIR)],
        *[("Đ", PASS), ("đ", PASS), ("D", PASS), ("d", PASS), ("Ð", PASS), ("ð", PASS), ("Đạt", PASS), ("ĐẠT", PASS)],
        *[("CĐ", NOT_PASS), ("cđ", NOT_PASS), ("CD", NOT_PASS), ("cd", NOT_PASS), ("CÐ", NOT_PASS)],
        *[("Chưa đạt", NOT_PASS), ("chưa  ĐẠT", NOT_PASS), ("Chưa Ðạt", NOT_PASS)],
    ],
)
def test_merit_levels_are_read_from_every_way_to_type_them(text: str, level: MeritLevel) -> None:
    assert parse_merit_level(text) is level
    assert parse_merit_level(unicodedata.normalize("NFD", text)) is level


@pytest.mark.parametrize(
    ("text", "level"),
    [
        *[("Đ", OK), ("D", OK), ("Ð", OK), ("đạt", OK), ("CĐ", FAILED), ("CD", FAILED), ("chưa đạt", FAILED)],
        *[("M", EXEMPT), ("m", EXEMPT), ("Miễn", EXEMPT)],
    ],
)
def test_pass_levels_are_read_from_every_way_to_type_them(text: str, level: PassLevel) -> None:
    assert parse_pass_level(text) is level
    assert parse_pass_level(unicodedata.normalize("NFD", text)) is level


def test_the_codes_are_those_of_the_national_record() -> None:
    assert [str(level) for level in MeritLevel] == ["T", "K", "\u0110", "C\u0110"]
    assert [str(level) for level in PassLevel] == ["\u0110", "C\u0110", "M"]
    assert [level.label for level in MeritLevel] == ["Tốt", "Khá", "Đạt", "Chưa đạt"]


@pytest.mark.parametrize("text", ["", "M", "H", "TT", "Giỏi", "8"])
def test_an_unknown_merit_level_is_refused_with_the_choices(text: str) -> None:
    with pytest.raises(Invalid, match=rf"“{text}” không .* T \(Tốt\), K \(Khá\), Đ \(Đạt\), CĐ \(Chưa đạt\)\."):
        parse_merit_level(text)


@pytest.mark.parametrize("text", ["", "T", "K", "0", "Hoàn thành"])
def test_an_unknown_pass_level_is_refused_with_the_choices(text: str) -> None:
    with pytest.raises(Invalid, match=r"chỉ nhận Đ \(Đạt\), CĐ \(Chưa đạt\), M \(Miễn\)\."):
        parse_pass_level(text)


@pytest.mark.parametrize(
    ("value", "mark"),
    [
        *[("0", "0"), ("10", "10"), ("7.5", "7.5"), ("7,5", "7.5"), (" 8,0 ", "8"), ("10,0", "10"), ("9.50", "9.5")],
        *[(7.5, "7.5"), (9.0, "9"), (9, "9"), (10.0, "10"), (0.1, "0.1"), (8.3, "8.3"), ("0,1", "0.1")],
    ],
)
def test_marks_are_read_with_a_comma_a_point_or_from_a_spreadsheet(value: str | float, mark: str) -> None:
    assert parse_mark(value) == Decimal(mark)


@pytest.mark.parametrize("value", ["M", "m", " M "])
def test_an_exempt_mark_is_read(value: str) -> None:
    assert parse_mark(value) is MARK_EXEMPT


@pytest.mark.parametrize(
    "value",
    [
        *["", "7.25", "7,25", 7.25, "-1", -1.0, "1e1", "1E1", "NaN", "nan", float("nan"), "inf", float("inf"), "+5"],
        *["5.", ".5", "1.2.3", "1,2,3", "7 5", "07", "chín", "٩", "９", "Đ", "5/10", 7.699999999999999, True],
    ],
)
def test_anything_else_is_no_mark(value: str | float) -> None:
    with pytest.raises(Invalid, match="không phải là điểm hợp lệ; điểm từ 0 đến 10, nhiều nhất một chữ số thập phân"):
        parse_mark(value)


@pytest.mark.parametrize(("value", "said"), [("11", "11"), ("10.1", "10,1"), ("85", "85"), (10.5, "10,5")])
def test_a_mark_above_ten_is_refused(value: str | float, said: str) -> None:
    with pytest.raises(Invalid, match=f"Điểm {said} vượt quá thang điểm 10"):
        parse_mark(value)


@pytest.mark.parametrize(
    ("value", "text", "label"),
    [("8,5", "8.5", "8,5"), ("9.0", "9", "9"), ("10", "10", "10"), ("0", "0", "0"), ("M", "M", "M")],
)
def test_a_mark_is_stored_with_a_point_and_shown_with_a_comma(value: str, text: str, label: str) -> None:
    assert mark_text(parse_mark(value)) == text
    assert mark_label(parse_mark(value)) == label


def test_a_missing_mark_is_empty() -> None:
    assert mark_text(None) == mark_label(None) == ""


@pytest.mark.parametrize(("average", "label"), [("8.0", "8,0"), ("6.5", "6,5"), ("10.0", "10,0")])
def test_an_average_is_shown_with_its_decimal(average: str, label: str) -> None:
    assert average_label(Decimal(average)) == label


@given(st.integers(0, 100))
def test_every_mark_survives_storage_and_every_way_to_write_it(tenths: int) -> None:
    mark = Decimal(tenths).scaleb(-1)
    assert parse_mark(mark_text(mark)) == parse_mark(mark_label(mark)) == parse_mark(tenths / 10) == mark
    assert len(mark_text(mark)) <= 4


def test_a_subject_counts_and_fails_by_its_own_kind_of_result() -> None:
    assert not comment(0, EXEMPT).counts
    assert comment(0, FAILED).failed
    assert not comment(0, OK).failed
    assert not scored(0, None).is_known
    assert scored(0, Decimal(0)).is_known
