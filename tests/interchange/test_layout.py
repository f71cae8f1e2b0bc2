"""Worksheets as they are written: headings over headings, notes, numbers, and the same bytes again."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

from interchange.layout import Column, SheetContent, workbook_bytes
from tests.interchange.reading_back import rows_of

CONTENT = SheetContent(
    name="Bảng",
    title="TIÊU ĐỀ",
    labels={"Lớp": "1A1"},
    columns=[
        Column("STT"),
        Column("Mức", above=("Môn học", "Toán")),
        Column("Điểm", above=("Môn học", "Toán")),
        Column("Đạo đức", above=("Môn học",)),
        Column("Yêu nước", above=("Phẩm chất",)),
        Column("Nghỉ"),
    ],
    rows=[(1, "T", Decimal("8.0"), "=1+1", date(2027, 1, 10), None)],
    notes=["Ghi chú ở cuối."],
    kept=1,
)


def test_headings_stand_over_headings() -> None:
    assert rows_of(workbook_bytes([CONTENT]), "Bảng") == [
        ["TIÊU ĐỀ", "", "", "", "", ""],
        ["Lớp: 1A1", "", "", "", "", ""],
        ["", "", "", "", "", ""],
        ["STT", "Môn học", "", "", "Phẩm chất", "Nghỉ"],
        ["", "Toán", "", "Đạo đức", "Yêu nước", ""],
        ["", "Mức", "Điểm", "", "", ""],
        ["1", "T", "8", "=1+1", "2027-01-10", ""],
        ["", "", "", "", "", ""],
        ["Ghi chú ở cuối.", "", "", "", "", ""],
    ]


def test_neighbours_share_a_heading_and_lone_ones_reach_down() -> None:
    with ZipFile(BytesIO(workbook_bytes([CONTENT]))) as files:
        sheet = files.read("xl/worksheets/sheet1.xml").decode()
    merged = sorted(part.split('"')[0] for part in sheet.split('<mergeCell ref="')[1:])
    assert merged == ["A4:A6", "B4:D4", "B5:C5", "D5:D6", "E5:E6", "F4:F6"]
    assert "<f>" not in sheet


def test_the_same_content_gives_the_same_bytes() -> None:
    assert workbook_bytes([CONTENT]) == workbook_bytes([CONTENT])
