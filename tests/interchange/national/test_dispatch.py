"""Records on their way out: stamped alike every time, shared out into packets that are not too large."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from interchange.national.checking import check
from interchange.national.dispatch import dispatched, share_out
from interchange.national.packet import MAX_RECORDS, Event, check_packet
from interchange.national.records import NationalRecord
from tests.interchange.national.samples import CHANGED_AT, primary, primary_content, secondary, with_value

Size = Callable[[NationalRecord], int]


def ten(_: NationalRecord) -> int:
    return 10


def of_class(number: int, name: str, school: str = "79766999", year: str = "2025-2026") -> NationalRecord:
    record = with_value(primary(number), "", "tenlop", name)
    return with_value(with_value(record, "", "matruong", school), "", "namhoc", year)


def test_a_record_is_stamped_by_its_document_alone() -> None:
    record = dispatched(primary_content(), 1, Event.NEW, CHANGED_AT)
    assert record == dispatched(primary_content(), 1, Event.NEW, CHANGED_AT)
    assert check(record) == ()
    assert record.fields["idbanghi"] == record.fields["madinhdanhhocba"]
    assert record.fields["thoigiancapnhat"] == record.fields["ngaycapnhat"] == "2026-05-31T08:30:00"
    later = dispatched(primary_content(), 2, Event.UPDATE, CHANGED_AT + timedelta(days=1))
    assert later.fields["idbanghi"] == record.fields["idbanghi"]


def test_what_is_sent_later_always_has_the_larger_number() -> None:
    story = [(1, Event.NEW), (1, Event.CANCEL), (2, Event.UPDATE), (3, Event.UPDATE), (3, Event.CANCEL)]
    numbers = [dispatched(primary_content(), version, event, CHANGED_AT).fields["phienban"] for version, event in story]
    assert numbers == [1, 2, 3, 5, 6]


def test_a_record_without_an_identifier_is_named_by_the_check() -> None:
    nameless = with_value(primary_content(), "", "madinhdanhhocba", None)
    refused = {refusal.field for refusal in check(dispatched(nameless, 1, Event.NEW, CHANGED_AT))}
    assert {"idbanghi", "madinhdanhhocba"} <= refused


def test_what_fits_is_one_packet_for_each_school_and_year() -> None:
    records = [primary(1), of_class(2, "5/2", school="79766998"), of_class(3, "5/1", year="2024-2025"), secondary(4)]
    shares = share_out(records, ten, 1000)
    assert [(share.name, len(share.packet.records)) for share in shares] == [
        ("79766999-2025-2026", 2),
        ("79766998-2025-2026", 1),
        ("79766999-2024-2025", 1),
    ]
    assert [share.packet.school_code for share in shares] == ["79766999", "79766998", "79766999"]
    assert all(check_packet(share.packet) == () for share in shares)


def test_what_is_too_large_is_one_packet_for_each_class_and_large_classes_come_in_parts() -> None:
    records = [of_class(number, "5/1" if number % 2 else "4 Anh 2") for number in range(1, 8)]
    shares = share_out(records, ten, 35)
    names = [(share.name, len(share.packet.records)) for share in shares]
    assert names == [
        ("79766999-2025-2026-5-1-1", 3),
        ("79766999-2025-2026-5-1-2", 1),
        ("79766999-2025-2026-4-Anh-2", 3),
    ]
    sent = [record for share in shares for record in share.packet.records]
    assert sorted(map(str, sent)) == sorted(map(str, records))


def test_classes_whose_names_look_alike_share_their_packets() -> None:
    shares = share_out([of_class(1, "5/1"), of_class(2, "5-1"), of_class(3, "5/2")], ten, 20)
    assert [(share.name, len(share.packet.records)) for share in shares] == [
        ("79766999-2025-2026-5-1", 2),
        ("79766999-2025-2026-5-2", 1),
    ]


@pytest.mark.parametrize(("count", "packets"), [(MAX_RECORDS, 1), (MAX_RECORDS + 1, 2)])
def test_no_packet_has_more_records_than_are_taken(count: int, packets: int) -> None:
    shares = share_out([primary(1)] * count, ten, 1 << 30)
    assert [len(share.packet.records) for share in shares] == [MAX_RECORDS, 1][:packets]


def test_a_record_that_is_too_large_by_itself_is_alone() -> None:
    shares = share_out([primary(1), primary(2)], ten, 5)
    assert [share.name for share in shares] == ["79766999-2025-2026-5-1-1", "79766999-2025-2026-5-1-2"]
