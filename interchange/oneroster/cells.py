"""Cells of the tables, by the data types of the OneRoster CSV binding."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from domain.errors import Invalid
from interchange.oneroster.records import Value
from interchange.oneroster.specification import SPECIFICATION, Column

_DATE: Final = re.compile(r"(19|[2-9][0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}")
_ID: Final = re.compile(SPECIFICATION.id_pattern)
_YEAR: Final = re.compile(r"(19|20|21)[0-9]{2}")


def parse_cell(column: Column, text: str) -> Value | None:
    """Return what a cell holds, None if nothing; raise Invalid where it must hold something, or holds another type."""
    if not text:
        if column.required:
            raise Invalid("Thiếu giá trị bắt buộc.")
        return None
    if column.type == "enum":
        return _word(column.enum, text)
    return _PARSERS[column.type](text)


def _word(vocabulary: str, text: str) -> str:
    words = SPECIFICATION.vocabularies[vocabulary]
    if not words.has(text):
        raise Invalid(f"Giá trị “{text}” không thuộc danh mục; chỉ nhận: {', '.join(words.values)}.")
    return text


def _guid(text: str) -> str:
    if len(text) > SPECIFICATION.longest_id:
        raise Invalid(f"Mã dài quá {SPECIFICATION.longest_id} ký tự.")
    if not _ID.fullmatch(text):
        raise Invalid(f"Mã “{text}” có ký tự không được dùng; chỉ nhận chữ cái không dấu, chữ số và các dấu . - _ / @.")
    return text


def _date(text: str) -> date:
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Invalid(f"“{text}” không phải là ngày theo ISO 8601, ví dụ 2026-09-05.")


def _moment(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"“{text}” không phải là thời điểm theo ISO 8601, ví dụ 2026-09-05T07:00:00Z.") from None
    return text


def _year(text: str) -> int:
    if _YEAR.fullmatch(text):
        return int(text)
    raise Invalid(f"“{text}” không phải là năm; cần bốn chữ số, ví dụ 2027.")


def _list(text: str) -> tuple[str, ...]:
    items = tuple(item for part in text.split(",") if (item := part.strip()))
    if not items:
        raise Invalid("Danh sách không có mục nào.")
    return items


_PARSERS: Final[Mapping[str, Callable[[str], Value]]] = {
    "guid": _guid,
    "string": str,
    "secret": lambda _: "",
    "date": _date,
    "datetime": _moment,
    "year": _year,
    "list": _list,
}
