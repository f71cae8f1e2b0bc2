"""Which rules judge a grade of a school year on a day, and how an installation changes or adds them."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from domain.calendar import SchoolYear
from domain.errors import Invalid, NotFound
from domain.rules.book import RuleBook, rule_book
from domain.secondary.averages import term_average
from tests.domain.rules.samples import changed

C27, C22 = "tt27-2020/1", "tt22-2021/1"


@pytest.mark.parametrize(
    ("grade", "start", "on", "version"),
    [
        (1, 2020, date(2020, 10, 20), C27),
        (1, 2023, date(2024, 5, 31), C27),
        (5, 2024, date(2025, 5, 31), C27),
        (6, 2021, date(2021, 9, 5), C22),
        (9, 2024, date(2025, 5, 31), C22),
        (12, 2026, date(2027, 5, 31), C22),
    ],
)
def test_the_rules_of_a_grade_are_chosen(grade: int, start: int, on: date, version: str) -> None:
    assert rule_book().choose(grade, SchoolYear(start), on).version == version


@pytest.mark.parametrize(
    ("grade", "start", "on"),
    [
        (1, 2020, date(2020, 10, 19)),  # the day before the circular came into force
        (6, 2021, date(2021, 9, 4)),
        (1, 2019, date(2024, 5, 31)),  # a year before the grade's first
        (5, 2023, date(2024, 5, 31)),
        (7, 2021, date(2022, 5, 31)),
        (12, 2023, date(2024, 5, 31)),
        (13, 2024, date(2025, 5, 31)),
    ],
)
def test_a_grade_without_rules_is_refused(grade: int, start: int, on: date) -> None:
    with pytest.raises(Invalid, match=f"Chưa có quy tắc đánh giá cho lớp {grade}, năm học {start}-{start + 1}, vào"):
        rule_book().choose(grade, SchoolYear(start), on)


def test_a_version_is_found_for_as_long_as_records_name_it() -> None:
    assert rule_book().by_version(C22).circular == "22/2021/TT-BGDĐT"
    with pytest.raises(NotFound, match="Không có bộ quy tắc “tt58-2011/1”"):
        rule_book().by_version("tt58-2011/1")


def test_a_file_of_the_installation_replaces_the_shipped_version(tmp_path: Path) -> None:
    changed(tmp_path, ("ROUND_HALF_UP", "ROUND_HALF_EVEN"))
    book = RuleBook.load(tmp_path)
    assert [rules.version for rules in book.rule_sets] == [C27, C22]
    secondary = book.by_version(C22).secondary
    assert secondary is not None
    assert secondary.average.rounding == "ROUND_HALF_EVEN"


def test_the_last_folder_wins(tmp_path: Path) -> None:
    city, school = tmp_path / "so", tmp_path / "truong"
    for folder, limit in ((city, "40"), (school, "30")):
        folder.mkdir()
        changed(folder, ("most_absences = 45", f"most_absences = {limit}"))
    secondary = RuleBook.load(city, school).by_version(C22).secondary
    assert secondary is not None
    assert secondary.promotion.most_absences == 30


def test_two_versions_live_side_by_side(tmp_path: Path) -> None:
    second = ("tt22-2021/1", "tt22-2021/2"), ("2021-09-05", "2025-01-01"), ("ROUND_HALF_UP", "ROUND_HALF_EVEN")
    changed(tmp_path, *second)
    book, year = RuleBook.load(tmp_path), SchoolYear(2024)
    before, after = (book.choose(6, year, day) for day in (date(2024, 12, 31), date(2025, 1, 1)))
    assert (before.version, after.version) == (C22, "tt22-2021/2")
    scores = [Decimal(8)] * 3, Decimal(9), Decimal(8)  # 8.25
    stored = {}
    for rules in (before, after):
        assert rules.secondary is not None
        stored[rules.version] = term_average(rules.secondary, *scores)
    assert stored == {C22: Decimal("8.3"), "tt22-2021/2": Decimal("8.2")}
    for version, average in stored.items():  # a record computes again as it did, whatever came later
        again = book.by_version(version).secondary
        assert again is not None
        assert term_average(again, *scores) == average


def test_of_two_versions_of_the_same_day_the_later_number_is_chosen(tmp_path: Path) -> None:
    for number in ("10", "9"):
        changed(tmp_path, ("tt22-2021/1", f"tt22-2021/{number}"))
    assert RuleBook.load(tmp_path).choose(6, SchoolYear(2024), date(2025, 5, 31)).version == "tt22-2021/10"


def test_a_newer_circular_waits_for_the_grades_it_does_not_bind_yet(tmp_path: Path) -> None:
    changed(tmp_path, ("tt22-2021/1", "tt99-2026/1"), ("2021-09-05", "2026-09-01"), ('6 = "2021', '6 = "2026-2027" #'))
    book, on = RuleBook.load(tmp_path), date(2027, 5, 31)
    assert book.choose(6, SchoolYear(2026), on).version == "tt99-2026/1"
    assert book.choose(6, SchoolYear(2025), on).version == C22


def test_a_version_that_stands_twice_in_a_folder_is_refused(tmp_path: Path) -> None:
    changed(tmp_path)
    changed(tmp_path)
    with pytest.raises(Invalid, match=r"changed-1\.toml: khoá “version” trùng"):
        RuleBook.load(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"Không có thư mục quy tắc .*/quy-tac"):
        RuleBook.load(tmp_path / "quy-tac")
