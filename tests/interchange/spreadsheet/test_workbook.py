"""Cells of a sheet: values, those that have none, merged ones; and sheets that are hidden."""

from datetime import date
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from domain.errors import Invalid
from interchange.sheets import open_workbook
from interchange.spreadsheet.scan import Merge
from tests.interchange.editing import with_date
from tests.interchange.workbooks import Cell, packed, parts_of, with_sheet, workbook

CALCULATED = '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>""</f><v></v></c></row>'
GOOD = workbook({"Lớp 1A1": [["Mã học sinh", "Họ và tên"], ["7923000001", "Nguyễn Gia Bảo"]]})


def book(write: str) -> bytes:
    data = BytesIO()
    with Workbook(data, {"default_date_format": "dd/mm/yyyy"}) as made:
        for name in ("Lớp 1A1", "Cũ", "Rất kín"):
            made.add_worksheet(name).write(0, 0, write)
        chart = made.add_chart({"type": "bar"})
        chart.add_series({"values": "='Lớp 1A1'!$A$1:$A$1"})
        made.add_chartsheet("Biểu đồ").set_chart(chart)
        made.worksheets()[1].hide()
        made.worksheets()[2].very_hidden()
    return data.getvalue()


def test_hidden_sheets_are_named_and_left_alone() -> None:
    read = open_workbook(book("x"))
    assert (read.sheet_names, read.hidden_names) == (("Lớp 1A1",), ("Cũ", "Rất kín"))
    broken = packed(parts_of(book("x")) | {"xl/worksheets/sheet2.xml": b"?"})
    assert open_workbook(broken).grid("Lớp 1A1").rows == [["x"]]


def test_a_workbook_of_hidden_sheets_only_is_refused() -> None:
    parts = parts_of(workbook({"A": []}))
    hidden = parts["xl/workbook.xml"].replace(b'sheetId="1"', b'sheetId="1" state="hidden"')
    with pytest.raises(Invalid, match="không có trang bảng tính nào"):
        open_workbook(packed(parts | {"xl/workbook.xml": hidden}))


@pytest.mark.parametrize("name", ["A & B <1>", "Lớp “1A1”", "Đỗ"])
def test_a_sheet_may_have_any_name(name: str) -> None:
    read = open_workbook(workbook({name: [["x"]]}))
    assert (read.sheet_names, read.grid(name).rows) == ((name,), [["x"]])


def test_values_come_as_they_were_kept() -> None:
    row: list[Cell] = ["Đỗ Thị Ý", 7.0, 1.5, date(2017, 5, 3)]
    assert open_workbook(workbook({"A": [row]})).grid("A").rows == [row]


def test_a_calculated_formula_is_its_value_and_an_empty_text_is_one() -> None:
    grid = open_workbook(with_sheet(CALCULATED)).grid("Trang1")
    assert (grid.rows, grid.faults) == ([[2.0, ""]], {})


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("<f>A2+1</f>", "công thức chưa được tính"),
        ("<f>A2+1</f><v/>", "công thức chưa được tính"),
        ("<f>A2+1</f><v></v>", "công thức chưa được tính"),
    ],
)
def test_a_formula_that_nobody_calculated_is_a_fault(cell: str, words: str) -> None:
    grid = open_workbook(with_sheet(f'<row r="3"><c r="C3">{cell}</c></row>')).grid("Trang1")
    assert list(grid.faults) == [(2, 2)]
    assert words in grid.faults[2, 2]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!"])
def test_a_cell_in_error_is_a_fault_that_names_it(error: str) -> None:
    grid = open_workbook(with_sheet(f'<row><c t="e"><f>NA()</f><v>{error}</v></c></row>')).grid("Trang1")
    assert error in grid.faults[0, 0]


def test_merged_cells_are_known() -> None:
    merge = '<mergeCells><mergeCell ref="B3:C7"/></mergeCells>'
    grid = open_workbook(with_sheet('<row r="3"><c r="B3"><v>1</v></c></row>', merge)).grid("Trang1")
    assert grid.merges == (Merge((2, 1), (6, 2), "B3:C7"),)


@pytest.mark.parametrize(
    "row",
    [
        '<row><c t="s"><v>99</v></c></row>',
        '<row><c t="s"><v>٠</v></c></row>',
        '<row><c r="?"><v>1</v></c></row>',
        '<row><c r="A0"><v>1</v></c></row>',
        '<row r="0"><c><v>1</v></c></row>',
        "<row><c><v>1</v><v>2</v></c></row>",
        "<row><c><v>1<t/>2</v></c></row>",
    ],
)
def test_a_sheet_that_contradicts_itself_is_refused(row: str) -> None:
    with pytest.raises(Invalid, match="hỏng"):
        open_workbook(with_sheet(row))


@pytest.mark.parametrize("days", ["-1e17", "-1e999"])
def test_a_date_beyond_all_calendars_is_refused(days: str) -> None:
    book = parts_of(with_date(workbook({"A": [[1.0]]}), "A1", 1.0))
    book["xl/worksheets/sheet1.xml"] = book["xl/worksheets/sheet1.xml"].replace(b">1.0<", f">{days}<".encode())
    with pytest.raises(Invalid, match="hỏng"):
        open_workbook(packed(book)).grid("A")


def test_an_interruption_is_no_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    read = open_workbook(GOOD)

    class Interrupted:
        def get_sheet_by_name(self, _: str) -> None:
            raise KeyboardInterrupt

    monkeypatch.setattr(read, "_values", Interrupted())
    with pytest.raises(KeyboardInterrupt):
        read.grid("Lớp 1A1")


def test_dates_counted_from_1904_stay_so() -> None:
    data = BytesIO()
    with Workbook(data, {"date_1904": True, "default_date_format": "dd/mm/yyyy"}) as made:
        made.add_worksheet("A").write_datetime(0, 0, date(2017, 5, 3))
    assert open_workbook(data.getvalue()).grid("A").rows == [[date(2017, 5, 3)]]


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_file_with_bytes_changed_is_read_or_refused(data: st.DataObject) -> None:
    changed = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(GOOD) - 1))] = data.draw(st.integers(0, 255))
    assert _refusal(bytes(changed)).endswith(".")


@given(st.sampled_from(sorted(parts_of(GOOD))), st.data())
@settings(max_examples=150, deadline=None)
def test_a_part_with_bytes_changed_is_read_or_refused(name: str, data: st.DataObject) -> None:
    parts = parts_of(GOOD)
    changed = bytearray(parts[name])
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    assert _refusal(packed(parts | {name: bytes(changed)})).endswith(".")


def _refusal(data: bytes) -> str:
    """What is said against a file; a full stop if nothing is."""
    try:
        read = open_workbook(data)
        for name in read.sheet_names:
            read.grid(name)
    except Invalid as refused:
        return refused.message
    return "."
