"""National records on their way: what each row says about itself to the receiver, and the packet of one school.

The National Data Centre keeps rows by IdBanGhi and takes only a larger PhienBan than the largest it has seen, so
sending a packet twice changes nothing.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Final

from domain.calendar import TIMEZONE
from domain.errors import Invalid
from interchange.national.checking import Place, Refusal, places, refusals
from interchange.national.fields import Table
from interchange.national.records import NationalRecord, Row, Value

MAX_RECORDS: Final = 2000
MAX_BYTES: Final = 64 << 20  # of a written packet; 2000 records with long comments have half of it
STATE: Final = "trangthaithongtinhocba"
RECALLED: Final = "2"
_NAMED: Final = 10  # refusals that one error message repeats


class Event(StrEnum):
    """SuKien: what happened to the row at the sender."""

    NEW = "NEW"
    UPDATE = "UPDATE"
    CANCEL = "CANCEL"


@dataclass(frozen=True)
class Delivery:
    """How one record is sent: its IdBanGhi, the event and version, and two aware times, cut to the second."""

    record_id: str
    event: Event
    version: int
    changed_at: datetime  # ThoiGianCapNhat: when the record changed in our system
    written_at: datetime  # ngaycapnhat: when it was written there


@dataclass(frozen=True)
class Packet:
    """Records of one school, each with the fields that `stamped` adds. Raises Invalid if there is none or too many."""

    school_code: str
    records: tuple[NationalRecord, ...]

    def __post_init__(self) -> None:
        if not 0 < len(self.records) <= MAX_RECORDS:
            raise Invalid(f"Gói tin phải có từ 1 đến {MAX_RECORDS} học bạ, nhận được {len(self.records)}.")


def stamped(record: NationalRecord, delivery: Delivery) -> NationalRecord:
    """The record with the technical fields of every row; a cancelled one is in the state "recalled".

    Keys and the IdBanGhi of child rows follow from the record's IdBanGhi and what tells the rows apart, so every
    version of a row has the same. Raises KeyError for a child table that the level does not have.
    """
    table, parts = record.layout.table, record.layout.parts
    key = _key(table.name, delivery.record_id)
    state = {STATE: RECALLED} if delivery.event is Event.CANCEL else {}
    fields = {**record.fields, **state, table.key: key, **_exchange(delivery, delivery.record_id)}
    children = {
        part: tuple(_child(parts[part], row, key, delivery) for row in rows) for part, rows in record.children.items()
    }
    return replace(record, fields=fields, children=children)


def _child(table: Table, row: Row, record_key: str, delivery: Delivery) -> Row:
    key = _key(table.name, delivery.record_id, *(str(row.get(name, "")) for name in table.identity))
    keys = {table.key: key, table.record_key: record_key}
    return {**row, **keys, **_exchange(delivery, f"{delivery.record_id}/{key}")}


def _key(*parts: str) -> str:
    """32 hex digits that follow from the parts."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def _exchange(delivery: Delivery, row_id: str) -> dict[str, Value]:
    return {
        "idbanghi": row_id,
        "sukien": delivery.event.value,
        "phienban": delivery.version,
        "thoigiancapnhat": _local(delivery.changed_at),
        "ngaycapnhat": _local(delivery.written_at),
    }


def _local(moment: datetime) -> str:
    """The time in Vietnam, without a zone."""
    return moment.astimezone(TIMEZONE).replace(tzinfo=None).isoformat(timespec="seconds")


def within_limit(data: bytes) -> bytes:
    """The written packet itself; raises Invalid if it is too large."""
    if len(data) > MAX_BYTES:
        raise Invalid(f"Tệp gói tin quá lớn: nhiều nhất {MAX_BYTES >> 20} MB.")
    return data


def check_packet(packet: Packet, sent: Mapping[str, int] | None = None) -> tuple[Refusal, ...]:
    """Everything that is wrong with the packet; `sent` is the largest version sent so far by IdBanGhi."""
    return tuple(_refusals(packet, sent or {}))


def sound(packet: Packet) -> Packet:
    """The packet itself; raises Invalid with the first refusals if there is any."""
    found = list(islice(_refusals(packet, {}), _NAMED + 1))
    if found:
        more = " …" if len(found) > _NAMED else ""
        raise Invalid(" ".join(each.message for each in found[:_NAMED]) + more)
    return packet


def _refusals(packet: Packet, sent: Mapping[str, int]) -> Iterator[Refusal]:
    seen: dict[Value, int] = {}  # the pupil's number by IdBanGhi
    for number, record in enumerate(packet.records, start=1):
        yield from refusals(record, number)
        yield from _of_record(packet, record, number)
        for place, row in places(record, number):
            row_id = row.get("idbanghi")
            if row_id in seen:
                yield place.refusal("idbanghi", f"trùng với một bản ghi khác ở dòng {seen[row_id]}")
            seen[row_id] = number
            yield from _of_version(place, row, sent)


def _of_record(packet: Packet, record: NationalRecord, number: int) -> Iterator[Refusal]:
    """What ties the record to its packet, its event to its state, and its child rows to itself."""
    own = Place(record.layout.table, number)
    if record.fields.get("matruong") != packet.school_code:
        yield own.refusal("matruong", f"không phải là trường gửi gói tin ({packet.school_code})")
    if record.fields.get("sukien") == Event.CANCEL and record.fields.get(STATE) != RECALLED:
        yield own.refusal(STATE, f"phải là {RECALLED} (thu hồi) khi sự kiện là {Event.CANCEL}")
    key = record.fields.get(own.table.key)
    for place, row in places(record, number):
        if row.get(place.table.record_key) != key:
            yield place.refusal(place.table.record_key, "không phải là khoá của học bạ chứa mục này")


def _of_version(place: Place, row: Row, sent: Mapping[str, int]) -> Iterator[Refusal]:
    row_id, version = row.get("idbanghi"), row.get("phienban")
    last = sent.get(row_id) if isinstance(row_id, str) else None
    if last is not None and isinstance(version, int) and version <= last:
        yield place.refusal("phienban", f"phải lớn hơn phiên bản đã gửi ({last})")
