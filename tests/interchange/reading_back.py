"""What the sheets of a written workbook say, read by another library."""

from io import BytesIO
from itertools import takewhile

from python_calamine import CalamineWorkbook


def rows_of(data: bytes, sheet: str) -> list[list[str]]:
    """Return the texts of a sheet; whole numbers come without decimals, dates as ISO texts."""
    rows = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return [[_text(value) for value in row] for row in rows]


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def table_of(data: bytes, sheet: str, key: str = "STT") -> list[dict[str, str]]:
    """Return the rows under the one heading row that begins with `key`, by heading, to the first empty row."""
    rows = rows_of(data, sheet)
    start = next(place for place, row in enumerate(rows) if row[0] == key)
    body = takewhile(any, rows[start + 1 :])
    return [dict(zip(rows[start], row, strict=True)) for row in body]
