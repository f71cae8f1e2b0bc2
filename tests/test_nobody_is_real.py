"""Nobody in the samples and the demo is a real person: made by a generator, of names from lists.

That the committed workbooks are what the generator writes is held by `tests/interchange/test_sample_school.py`.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from cli import demo_office
from config.settings import PROJECT
from interchange.roster import RosterRow, read_roster
from interchange.sample_school import class_names, find_examples, names
from interchange.sample_school.people import SCHOOL_NAME
from interchange.staff import read_staff

# Files that could hold rows about people, whoever put them there.
ROWS = frozenset(
    {".xlsx", ".xls", ".ods", ".csv", ".tsv", ".pdf", ".zip", ".sql", ".dump", ".parquet", ".jpg", ".jpeg"}
)
FOLDERS = [each for each in PROJECT.iterdir() if each.is_dir() and not each.name.startswith(".") and each.name != "var"]
EXAMPLES = sorted((PROJECT / "examples").glob("*.xlsx"))
NO_PEOPLE = frozenset({"interchange/national/fields.csv"})
# RFC 2606 and 6761: nobody's domain. The last two are patterns in sentences of the product, and gettext's own.
NOBODY_S = re.compile(r"(.+\.)?(example|invalid|test|localhost)(\.(com|org|net))?|truong\.edu\.vn|li\.org")
MAIL = re.compile(r"[\w.+-]+@((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})\b")
PHONE = re.compile(r"(?<!\d)(?:\+84|0)[35789]\d{8}(?!\d)")
WORDS = {
    word
    for listed in (
        *names.SURNAMES, *(each for group in names.GROUP_SURNAMES.values() for each in group),
        *names.BOY_NAMES, *names.GIRL_NAMES, *names.MEN_NAMES, *names.WOMEN_NAMES,
    )
    for word in listed.split()
}  # fmt: skip


def files(folders: list[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file() and "node_modules" not in path.parts)


@pytest.fixture(scope="module")
def pupils() -> list[RosterRow]:
    rosters = find_examples(PROJECT / "examples", class_names(2)).rosters.values()
    return [pupil for path in rosters for pupil in read_roster(path).pupils]


def test_no_file_of_rows_is_there_but_the_generated_ones() -> None:
    found = {path for path in files(FOLDERS) if path.suffix.lower() in ROWS}
    assert {str(path.relative_to(PROJECT)) for path in found - set(EXAMPLES)} == NO_PEOPLE
    assert len(EXAMPLES) > 0


def test_every_name_is_put_together_from_the_lists(pupils: list[RosterRow]) -> None:
    staff = read_staff(find_examples(PROJECT / "examples", class_names(2)).staff).people
    said = [each.full_name for each in pupils] + [each.full_name for each in staff]
    said += [name for each in pupils for name in (each.father_name, each.mother_name, each.guardian_name)]
    assert {word for name in said for word in name.split()} <= WORDS
    assert len({each.full_name for each in pupils}) == len(pupils) > 0


def test_nobody_lives_where_they_live(pupils: list[RosterRow]) -> None:
    assert all("đường Mẫu số" in each.current_address for each in pupils)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_nobody_can_be_called_or_written_to(path: Path) -> None:
    book = CalamineWorkbook.from_path(path)
    cells = [str(cell) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]
    assert [cell for cell in cells if PHONE.search(cell) or "@" in cell] == []


def test_schools_of_the_demo_say_that_they_are_samples() -> None:
    assert "Mẫu" in SCHOOL_NAME
    numbers = range(len(demo_office.WARDS) * demo_office.SCHOOLS_OF_WARD)
    assert all("Mẫu" in demo_office._name(number) for number in numbers)


def test_no_address_in_the_code_belongs_to_anybody() -> None:
    texts = (path for path in files(FOLDERS) if path.suffix in {".py", ".md", ".html", ".toml", ".typ", ".po", ".yml"})
    found = {
        (str(path.relative_to(PROJECT)), match[0])
        for path in texts
        for match in MAIL.finditer(path.read_text(encoding="utf-8"))
        if not NOBODY_S.fullmatch(match[1])
    }
    assert found == set()
