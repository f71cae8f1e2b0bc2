"""Sealed records on their way out: stamped by what their documents say alone, and shared out into packets."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from interchange.national.packet import MAX_RECORDS, Delivery, Event, Packet, stamped
from interchange.national.records import NationalRecord

_NO_NAME: Final = re.compile(r"\W+")  # of a class, what does not go into the name of a file
_Sized: TypeAlias = tuple[NationalRecord, int]


@dataclass(frozen=True)
class Share:
    """A packet and what its file is called, without an ending: school, year, class, part; nothing about pupils."""

    name: str
    packet: Packet


def dispatched(record: NationalRecord, version: int, event: Event, sealed_at: datetime) -> NationalRecord:
    """The record as it is sent. The same document and event always give the same.

    A receiver drops what is not larger than the largest PhienBan it has seen. So version n is sent as 2n - 1, and its
    cancellation as 2n: after it, and before the version that replaces it.
    """
    number = 2 * version if event is Event.CANCEL else 2 * version - 1
    record_id = str(record.fields.get("madinhdanhhocba", ""))
    return stamped(record, Delivery(record_id, event, number, sealed_at, sealed_at))


def share_out(records: Sequence[NationalRecord], size: Callable[[NationalRecord], int], limit: int) -> list[Share]:
    """One packet for a school and year; where that is too large one for each class, and parts of a class.

    `size` is that of a packet of one record, in bytes; a record over `limit` gets a packet all the same.
    """
    sized = [(record, size(record)) for record in records]
    shares = []
    for name, ours in _grouped(sized, _school_and_year):
        for more, part in [("", ours)] if _fits(ours, limit) else _by_class(ours, limit):
            packet = Packet(str(part[0][0].fields["matruong"]), tuple(record for record, _ in part))
            shares.append(Share(name + more, packet))
    return shares


def _by_class(records: Sequence[_Sized], limit: int) -> Iterator[tuple[str, list[_Sized]]]:
    for name, ours in _grouped(records, _class_name):
        parts = list(_parts(ours, limit))
        for number, part in enumerate(parts, start=1):
            yield f"-{name}" + (f"-{number}" if len(parts) > 1 else ""), part


def _parts(records: Sequence[_Sized], limit: int) -> Iterator[list[_Sized]]:
    part: list[_Sized] = []
    for each in records:
        if part and not _fits([*part, each], limit):
            yield part
            part = []
        part.append(each)
    yield part


def _fits(records: Sequence[_Sized], limit: int) -> bool:
    return len(records) <= MAX_RECORDS and sum(size for _, size in records) <= limit


def _grouped(records: Sequence[_Sized], key: Callable[[NationalRecord], str]) -> Iterator[tuple[str, list[_Sized]]]:
    groups: dict[str, list[_Sized]] = {}
    for each in records:
        groups.setdefault(key(each[0]), []).append(each)
    yield from groups.items()


def _school_and_year(record: NationalRecord) -> str:
    return f"{record.fields['matruong']}-{record.fields['namhoc']}"


def _class_name(record: NationalRecord) -> str:
    return _NO_NAME.sub("-", str(record.fields["tenlop"])).strip("-")
