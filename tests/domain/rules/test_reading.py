"""What a rule file may say; a malformed one is refused by file and key."""

from decimal import Decimal
from pathlib import Path

import pytest

from domain.errors import Invalid
from domain.rules.reading import read_rule_set
from tests.domain.rules.samples import changed


def test_numbers_are_read_exactly(tmp_path: Path) -> None:
    path = changed(tmp_path, ("floor = 6.5", "floor = 6.6"), ("below = 5.0", "below = 5"))
    secondary = read_rule_set(path).secondary
    assert secondary is not None
    assert str(secondary.learning["T"].floor) == "6.6"
    assert secondary.retest.below == Decimal(5)


@pytest.mark.parametrize(
    ("old", "new", "key", "why"),
    [
        ("most_absences = 45", "", "secondary.promotion.most_absences", "bị thiếu"),
        ("most_absences = 45", "most_absence = 45", "secondary.promotion.most_absence", "không thuộc bộ quy tắc"),
        ("most_absences = 45", "most_absences = -1", "secondary.promotion.most_absences", "số nguyên từ 0 đến 300"),
        ("most_absences = 45", "most_absences = 301", "secondary.promotion.most_absences", "số nguyên từ 0 đến 300"),
        ("most_absences = 45", "most_absences = 45.5", "secondary.promotion.most_absences", "số nguyên"),
        ("most_absences = 45", "most_absences = true", "secondary.promotion.most_absences", "số nguyên"),
        ("floor = 6.5", "floor = 10.1", "secondary.learning.T.floor", "một số từ 0 đến 10"),
        ("floor = 6.5", "floor = -0.1", "secondary.learning.T.floor", "một số từ 0 đến 10"),
        ("floor = 6.5", "floor = nan", "secondary.learning.T.floor", "một số từ 0 đến 10"),
        ("floor = 6.5", "floor = true", "secondary.learning.T.floor", "một số từ 0 đến 10"),
        ("floor = 6.5", 'floor = "6,5"', "secondary.learning.T.floor", "một số từ 0 đến 10"),
        ("ROUND_HALF_UP", "ROUND_UP", "secondary.average.rounding", "chỉ nhận ROUND_HALF_UP, ROUND_HALF_EVEN"),
        ("second_term = 2", "second_term = 0", "secondary.average.second_term", "số nguyên từ 1 đến 10"),
        ("decimals = 1", "decimals = 3", "secondary.average.decimals", "số nguyên từ 0 đến 2"),
        ('source = "Điều 12"', "source = 12", "secondary.promotion.source", "một chuỗi ký tự"),
        ('source = "Điều 12"', 'source = " "', "secondary.promotion.source", "một chuỗi ký tự"),
        ('"CĐ" = "K" }', '"CĐ" = "Khá" }', "secondary.conduct.year.T.CĐ", "chỉ nhận T, K, Đ, CĐ"),
        (', "CĐ" = "K" }', " }", "secondary.conduct.year.T.CĐ", "bị thiếu"),
        ("{ above_periods = 35, count = 3 }", "35", "secondary.regular.least.2", "một bảng"),
        ("circular = ", "thong_tu = ", "thong_tu", "không thuộc bộ quy tắc"),
        ("effective_from = 2021-09-05", 'effective_from = "5/9/2021"', "effective_from", "một ngày"),
        ("effective_from = 2021-09-05", "effective_from = 2021-09-05T00:00:00", "effective_from", "một ngày"),
        ('version = "tt22-2021/1"', 'version = "tt22-2021"', "version", "dạng tt22-2021/1"),
        ('version = "tt22-2021/1"', 'version = "TT22/0"', "version", "dạng tt22-2021/1"),
        ('6 = "2021-2022"', '6 = "2021"', "first_years.6", "một năm học"),
        ('6 = "2021-2022"', '13 = "2021-2022"', "first_years.13", "một lớp từ 1 đến 12"),
        ('6 = "2021-2022"', '5 = "2021-2022"', "primary", "bị thiếu trong khi bộ quy tắc áp dụng cho lớp 5"),
        ("[secondary.regular]", "[secondaries.regular]", "secondaries", "không thuộc bộ quy tắc"),
    ],
)
def test_a_malformed_file_is_refused_by_file_and_key(tmp_path: Path, old: str, new: str, key: str, why: str) -> None:
    path = changed(tmp_path, (old, new))
    with pytest.raises(Invalid) as refused:
        read_rule_set(path)
    assert refused.value.message.startswith(f"Tệp quy tắc {path.name}: khoá “{key}” ")
    assert why in refused.value.message


def without(path: Path, start: str, end: str, instead: str = "") -> Path:
    """Put something else in the place of the text from `start` to before `end`."""
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index(start)] + instead + text[text.index(end) :], encoding="utf-8")
    return path


def test_a_file_that_doubts_nothing_is_fine(tmp_path: Path) -> None:
    path = without(changed(tmp_path), "unverified", "[first_years]", "unverified = []\n")
    assert read_rule_set(path).unverified == ()


def test_a_list_must_be_one(tmp_path: Path) -> None:
    path = without(changed(tmp_path), "unverified", "[first_years]", 'unverified = "không"\n')
    with pytest.raises(Invalid, match=f"{path.name}: khoá “unverified” phải là một danh sách"):
        read_rule_set(path)


def test_a_file_of_an_editor_that_marks_its_encoding_is_read(tmp_path: Path) -> None:
    path = changed(tmp_path)
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert read_rule_set(path).version == "tt22-2021/1"


def test_grades_need_rules_of_their_level(tmp_path: Path) -> None:
    primary = changed(tmp_path, ('5 = "2024-2025"', '6 = "2024-2025"'), name="tt27-2020.1.toml")
    with pytest.raises(Invalid, match="khoá “secondary” bị thiếu trong khi bộ quy tắc áp dụng cho lớp 6"):
        read_rule_set(primary)


def test_a_file_for_no_grade_is_refused(tmp_path: Path) -> None:
    path = without(changed(tmp_path), "[first_years]", "[secondary.regular]")
    with pytest.raises(Invalid, match=f"{path.name}: khoá “first_years” bị thiếu"):
        read_rule_set(path)


@pytest.mark.parametrize(
    ("content", "where"), [(b"a = 1\nversion = ", ""), (b"\xff\xfe", ""), (b"a = 1\na = 2\n", " ở dòng 2")]
)
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes, where: str) -> None:
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    with pytest.raises(Invalid) as refused:
        read_rule_set(path)
    assert refused.value.message == f"Tệp quy tắc broken.toml không đúng dạng TOML{where}."
