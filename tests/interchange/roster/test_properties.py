"""Whatever the order of columns, the words of headings or the composition of letters: the same pupils are read."""

import unicodedata
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from interchange.roster import Roster, RosterRow, read_roster, write_roster
from interchange.roster.columns import COLUMNS, SYNONYMS
from interchange.sample_school.people import People, draw_class, header_of
from interchange.sheets import open_workbook
from interchange.spreadsheet.workbook import CellValue

HEADER = header_of("1A1")
HEADINGS = [column.heading for column in COLUMNS]
EXTRA = ("Số điện thoại", "Ghi chú", "Email")


def bare(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


WAYS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "without accents": bare,
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "capitals": str.upper,
    "wide": lambda text: f"  {text.replace(' ', '  ')}\n",
    "starred": lambda text: f"{text} (*)",
}


def drawn(size: int, seed: int) -> tuple[RosterRow, ...]:
    return draw_class(People(Random(seed)), 1, size, 0)  # noqa: S311


def written(pupils: tuple[RosterRow, ...]) -> list[list[CellValue]]:
    """What the writer puts into cells, from the heading on."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "danh_sach.xlsx"
        write_roster(path, HEADER, pupils)
        rows = open_workbook(path).grid("Danh sách").rows
    return rows[rows.index(next(row for row in rows if row[0] == "STT")) :]


def rearranged(rows: list[list[CellValue]], order: list[int], heading: Callable[[str], str]) -> bytes:
    """The same list with its columns, and some that nobody knows, in another order, under other headings."""
    data = BytesIO()
    with Workbook(data, {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("Trang1")
        sheet.write_column(0, 0, [f"Lớp: {HEADER.class_name}", f"Năm học: {HEADER.school_year}"])
        wider = [[*rows[0], *EXTRA], *([*row, *("?",) * len(EXTRA)] for row in rows[1:])]
        for number, row in enumerate(wider, start=3):
            for column, old in enumerate(order):
                value = row[old]
                text = value if isinstance(value, str) else None
                sheet.write(number, column, heading(text) if number == 3 and text else value)
    return data.getvalue()


ORDERS = st.permutations(range(len(HEADINGS) + len(EXTRA)))


@given(st.integers(1, 12), st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_a_written_list_is_read_back(size: int, seed: int) -> None:
    pupils = drawn(size, seed)
    with TemporaryDirectory() as folder:
        write_roster(Path(folder) / "a.xlsx", HEADER, pupils)
        book = read_roster(Path(folder) / "a.xlsx")
    assert (book.rosters, book.problems, book.aside) == ((Roster(HEADER, pupils),), (), ())


@given(st.integers(1, 6), st.integers(0, 10_000), ORDERS, st.sampled_from(sorted(WAYS)))
@settings(max_examples=40, deadline=None)
def test_columns_may_be_shuffled_and_headings_written_otherwise(
    size: int, seed: int, order: list[int], way: str
) -> None:
    pupils = drawn(size, seed)
    book = read_roster(rearranged(written(pupils), order, WAYS[way]))
    assert (book.pupils, book.problems) == (pupils, ())
    assert len(book.aside) == len(EXTRA)


@given(st.integers(1, 6), st.integers(0, 10_000), st.data())
@settings(max_examples=40, deadline=None)
def test_any_synonym_will_do(size: int, seed: int, data: st.DataObject) -> None:
    pupils = drawn(size, seed)
    words = {heading: data.draw(st.sampled_from((heading, *SYNONYMS[heading]))) for heading in HEADINGS}
    book = read_roster(rearranged(written(pupils), list(range(len(HEADINGS))), lambda text: words.get(text, text)))
    assert (book.pupils, book.problems) == (pupils, ())


@given(st.integers(1, 6), st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_decomposed_letters_are_composed(size: int, seed: int) -> None:
    pupils = drawn(size, seed)
    rows = [
        [unicodedata.normalize("NFD", value) if isinstance(value, str) else value for value in row]
        for row in written(pupils)
    ]
    assert read_roster(rearranged(rows, list(range(len(HEADINGS))), str)).pupils == pupils
