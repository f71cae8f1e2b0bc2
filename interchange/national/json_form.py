"""A packet of national records as JSON.

One object: `phienBanCauTruc` (the version of this layout, which is ours), `maTruong`, and `hocBa`, a list of objects
with one member each: the record's table by its published name, holding its fields, and its child tables as lists.
An empty field is left out, never written as null or "".
"""

import json
from typing import Final

from domain.errors import Invalid
from interchange.national.fields import LEVELS, Table
from interchange.national.packet import Packet, sound, within_limit
from interchange.national.records import NationalRecord, Row, Value

LAYOUT_VERSION: Final = "1"


def write_json(packet: Packet) -> bytes:
    """UTF-8; the same packet gives the same bytes. Raises Invalid if anything in it is refused."""
    document = {
        "phienBanCauTruc": LAYOUT_VERSION,
        "maTruong": packet.school_code,
        "hocBa": [written(record) for record in sound(packet).records],
    }
    return within_limit(json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode())


def read_json(data: bytes) -> Packet:
    """What `write_json` was given, in any order and with any white space. Raises Invalid for anything else."""
    try:
        packet = _packet(json.loads(within_limit(data).decode(), object_pairs_hook=_members, parse_constant=_no_number))
    except (ValueError, RecursionError) as error:
        raise Invalid("Tệp JSON không đúng cấu trúc gói tin học bạ.") from error
    return sound(packet)


def written(record: NationalRecord) -> dict[str, object]:
    """One record as an object of JSON, whatever is missing in it."""
    table, parts = record.layout.table, record.layout.parts
    rows = {
        part: [_ordered(parts[part], row) for row in record.children[part]] for part in parts if part in record.children
    }
    return {table.name: {**_ordered(table, record.fields), **rows}}


def read_record(item: object) -> NationalRecord:
    """What `written` was given. Raises Invalid for anything else."""
    try:
        return _record(item)
    except ValueError as error:
        raise Invalid("Dữ liệu học bạ không đúng cấu trúc.") from error


def _ordered(table: Table, row: Row) -> Row:
    return {name: row[name] for name in table.fields if name in row}


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Invalid("Tệp JSON có trường được ghi hai lần.")
    if any(value is None or value in ("", []) for value in members.values()):
        raise Invalid("Tệp JSON có trường trống: trường không có giá trị phải bỏ hẳn.")
    return members


def _no_number(name: str) -> None:
    raise ValueError(name)


def _packet(document: object) -> Packet:
    match document:
        case {"phienBanCauTruc": version, "maTruong": str(code), "hocBa": list(items), **rest}:
            if version == LAYOUT_VERSION and not rest:
                return Packet(code, tuple(map(_record, items)))
    raise ValueError(type(document))


def _record(item: object) -> NationalRecord:
    if not isinstance(item, dict) or len(item) != 1:
        raise ValueError(type(item))
    ((name, body),) = item.items()
    if name not in LEVELS or not isinstance(body, dict):
        raise ValueError(name)
    lists = {part: tuple(map(_row, rows)) for part, rows in body.items() if isinstance(rows, list)}
    fields = {field: value for field, value in body.items() if field not in lists}
    return NationalRecord(LEVELS[name], _row(fields), lists)


def _row(item: object) -> Row:
    if not isinstance(item, dict):
        raise ValueError(type(item))  # noqa: TRY004 - whatever is wrong in a file is one kind of error
    return {name: _scalar(value) for name, value in item.items()}


def _scalar(value: object) -> Value:
    if not isinstance(value, str | int | float):
        raise ValueError(type(value))  # noqa: TRY004 - as above
    return value
