"""Whether a national record keeps to the published field list: every field that does not is named, with the reason."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from interchange.national.fields import Field, Kind, Need, Table
from interchange.national.records import NationalRecord, Row

WAIVED: Final = "cokhuyettatkhongdanhgia"  # the pupil is not assessed
_SHOWN: Final = 20  # characters of a wrong value or name that a message repeats
_INT: Final = (-(2**31), 2**31 - 1)  # INT has 32 bits
_TYPES: Final[Mapping[Kind, tuple[tuple[type, ...], str]]] = {
    Kind.TEXT: ((str,), "phải là văn bản"),
    Kind.BOOLEAN: ((bool,), "phải là có (true) hoặc không (false)"),
    Kind.INTEGER: ((int,), "phải là số nguyên"),
    Kind.NUMBER: ((int, float), "phải là số"),
}
# What XML 1.0 cannot carry (section 2.2), whatever form is written: the same record fits both.
_UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Refusal:
    """What is wrong with one field: of which pupil (`row`) and child row (`child`), both counted from 1."""

    table: str
    field: str
    reason: str
    label: str = ""
    part: str = ""  # what people call the child table
    row: int | None = None
    child: int | None = None

    @property
    def message(self) -> str:
        """The whole sentence, such as "Dòng 12, trường hovaten (Họ và tên): bắt buộc nhưng đang trống."."""
        places = [f"dòng {self.row}"] if self.row is not None else []
        places += [f"mục {self.child} của {self.part}"] if self.child is not None else []
        label = f" ({self.label})" if self.label else ""
        sentence = ", ".join([*places, f"trường {self.field}{label}: {self.reason}."])
        return sentence[0].upper() + sentence[1:]


def check(record: NationalRecord, row: int | None = None) -> tuple[Refusal, ...]:
    """Everything that is wrong with the record, field by field; `row` is the pupil's number, if there is one."""
    return tuple(refusals(record, row))


def refusals(record: NationalRecord, row: int | None = None) -> Iterator[Refusal]:
    """What `check` returns, one by one: a hostile packet may have millions."""
    waived = record.fields.get(WAIVED) is True
    for place, fields in places(record, row):
        yield from _of_row(place, fields, waived=waived)
    layout = record.layout
    for part in sorted(record.children.keys() - layout.parts.keys()):
        yield Place(layout.table, row).refusal(part, f"không phải là bảng con của {layout.table.name}")


@dataclass(frozen=True)
class Place:
    """Where a row stands: its table, the pupil's number, and the number of the child row."""

    table: Table
    row: int | None = None
    child: int | None = None

    def refusal(self, name: str, reason: str) -> Refusal:
        field = self.table.fields.get(name)
        return Refusal(
            self.table.name,
            name[: 3 * _SHOWN],
            reason,
            label=field.label if field else "",
            part=self.table.label,
            row=self.row,
            child=self.child,
        )


def places(record: NationalRecord, row: int | None = None) -> Iterator[tuple[Place, Row]]:
    """The record's own row, then those of its child tables; rows of tables it does not have are left out."""
    layout = record.layout
    yield Place(layout.table, row), record.fields
    for part, table in layout.parts.items():
        for child, fields in enumerate(record.children.get(part, ()), start=1):
            yield Place(table, row, child), fields


def _of_row(place: Place, fields: Row, *, waived: bool) -> Iterator[Refusal]:
    for name, field in place.table.fields.items():
        value = fields.get(name)
        if reason := _missing(field, waived=waived) if value is None else _wrong(field, value):
            yield place.refusal(name, reason)
    for name in fields:
        if name not in place.table.fields:
            yield place.refusal(name, f"không có trong bảng {place.table.name}")
    for group in place.table.exactly_one:
        if sum(name in fields for name in group.fields) != 1:
            yield place.refusal(group.fields[0], group.says)


def _missing(field: Field, *, waived: bool) -> str:
    if field.need is Need.ALWAYS:
        return "bắt buộc nhưng đang trống"
    if field.need is Need.UNLESS_WAIVED and not waived:
        return "chỉ được để trống nếu là học sinh khuyết tật không đánh giá"
    return ""


def _wrong(field: Field, value: str | float) -> str:
    """Why the value does not fit the field; "" if it does. True is no number."""
    types, said = _TYPES[field.kind]
    if not isinstance(value, types) or isinstance(value, bool) != (field.kind is Kind.BOOLEAN):
        return said
    if isinstance(value, str):
        return _wrong_form(value, field.length) or _wrong_text(field, value)
    return _wrong_number(field, value)


def _wrong_form(text: str, length: int | None) -> str:
    if not text.strip():
        return "chỉ có khoảng trắng"
    if _UNWRITABLE.search(text) or not unicodedata.is_normalized("NFC", text):
        return "có ký tự điều khiển hoặc chữ không ở dạng Unicode dựng sẵn (NFC)"
    if length is not None and len(text) > length:
        return f"dài {len(text)} ký tự, nhiều nhất {length} ký tự"
    return ""


def _wrong_text(field: Field, text: str) -> str:
    codes = field.rule.codes
    if codes is not None and text not in codes:
        listed = ", ".join(f"{code} ({name})" for code, name in codes.items())
        return f"“{text[:_SHOWN]}” không có trong danh mục: {listed}"
    return "" if field.shape is None or field.shape.matches(text) else f"phải {field.shape.says}"


def _wrong_number(field: Field, number: float) -> str:
    rule = field.rule
    if rule.not_zero and number == 0:
        return "phải khác 0"
    low, high = rule.between or _INT
    return "" if low <= number <= high else f"phải từ {low} đến {high}"
