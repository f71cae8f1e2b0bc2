"""Records on their way: technical fields that follow from the record, and what a packet as a whole refuses."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import Invalid
from interchange.national.checking import check
from interchange.national.fields import Level
from interchange.national.packet import MAX_RECORDS, STATE, Event, Packet, check_packet, sound, stamped
from interchange.national.records import NationalRecord, Value
from tests.interchange.national import samples
from tests.interchange.national.samples import SAMPLES, SCHOOL_CODE, delivery, packet, primary, secondary, with_value

CONTENTS = {Level.PRIMARY: samples.primary_content, Level.SECONDARY: samples.secondary_content}


def rows_of(record: NationalRecord) -> list[dict[str, Value]]:
    return [dict(record.fields), *(dict(row) for rows in record.children.values() for row in rows)]


def messages(sent: Packet) -> list[str]:
    return [each.message for each in check_packet(sent)]


@pytest.mark.parametrize("level", Level)
def test_content_that_is_stamped_lacks_nothing(level: Level) -> None:
    content = CONTENTS[level]()
    assert check(content) != ()
    assert check(stamped(content, delivery(content))) == ()


@pytest.mark.parametrize("level", Level)
def test_the_same_record_is_stamped_alike(level: Level) -> None:
    first, second = (stamped(CONTENTS[level](), delivery(CONTENTS[level]())) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("level", Level)
def test_every_row_says_what_happened_to_it_and_when(level: Level) -> None:
    content = CONTENTS[level]()
    sent = replace(delivery(content, Event.UPDATE, 7), changed_at=samples.CHANGED_AT - timedelta(days=1))
    for row in rows_of(stamped(content, sent)):
        assert (row["sukien"], row["phienban"]) == ("UPDATE", 7)
        assert (row["thoigiancapnhat"], row["ngaycapnhat"]) == ("2026-05-30T08:30:00", "2026-05-31T08:30:00")


def test_keys_are_32_hex_digits_and_tie_child_rows_to_their_record() -> None:
    record = SAMPLES[Level.SECONDARY]
    own = record.fields["keythongtinsohocbasothcsthpt"]
    keys = [own]
    for part, rows in record.children.items():
        assert all(row["keythongtinsohocbasothcsthpt"] == own for row in rows)
        keys += [row[f"keythongtinsohocbasothcsthpt_{part}"] for row in rows]
    assert len(set(keys)) == len(keys) == 6
    assert all(isinstance(key, str) and len(key) == 32 and int(key, 16) for key in keys)


def test_a_row_keeps_its_id_in_the_next_version_wherever_it_stands() -> None:
    content = samples.primary_content()
    turned = replace(content, children={part: rows[::-1] for part, rows in content.children.items()})
    first, second = stamped(content, delivery(content)), stamped(turned, delivery(turned, Event.UPDATE, 2))
    ids = [{str(row["mamonhoc"]): row["idbanghi"] for row in each.children["dsbangdiem"]} for each in (first, second)]
    assert ids[0] == ids[1]


def test_a_cancelled_record_keeps_its_identity_and_is_recalled() -> None:
    content = samples.primary_content()
    cancelled = stamped(content, delivery(content, Event.CANCEL, 2))
    assert cancelled.fields[STATE] == "2"
    assert cancelled.fields["idbanghi"] == primary().fields["idbanghi"]
    assert {row["sukien"] for row in rows_of(cancelled)} == {"CANCEL"}
    assert check_packet(packet(cancelled)) == ()


def test_a_cancelled_record_in_force_is_refused() -> None:
    record = with_value(primary(), "", "sukien", "CANCEL")
    assert messages(packet(record)) == [
        "Dòng 1, trường trangthaithongtinhocba (Trạng thái học bạ): phải là 2 (thu hồi) khi sự kiện là CANCEL."
    ]


def test_a_sound_packet_is_given_back() -> None:
    assert check_packet(packet()) == ()
    assert sound(packet()) == packet()


def test_a_record_that_comes_twice_is_refused() -> None:
    found = check_packet(packet(primary(1), secondary(2), primary(1)))
    assert {(each.field, each.row) for each in found} == {("idbanghi", 3)}
    assert found[0].message == "Dòng 3, trường idbanghi (ID bản ghi): trùng với một bản ghi khác ở dòng 1."
    assert len(found) == 6


def test_a_subject_that_comes_twice_is_refused() -> None:
    content = samples.primary_content()
    rows = content.children["dsbangdiem"]
    twice = replace(content, children={**content.children, "dsbangdiem": (*rows, rows[0])})
    assert messages(packet(stamped(twice, delivery(twice)))) == [
        "Dòng 1, mục 4 của bảng điểm, trường idbanghi (ID bản ghi): trùng với một bản ghi khác ở dòng 1."
    ]


def test_a_record_of_another_school_is_refused() -> None:
    assert messages(packet(primary(1), with_value(primary(2), "", "matruong", "79766998"))) == [
        "Dòng 2, trường matruong (Mã trường): không phải là trường gửi gói tin (79766999)."
    ]


def test_a_child_row_of_another_record_is_refused() -> None:
    found = check_packet(packet(with_value(primary(), "dsbangdiem", "keythongtinsohocbasotieuhoc", "0" * 32)))
    assert [(each.field, each.child) for each in found] == [("keythongtinsohocbasotieuhoc", 1)]


@pytest.mark.parametrize(("version", "is_taken"), [(3, False), (4, False), (5, True)])
def test_a_version_must_be_larger_than_the_one_sent(version: int, is_taken: bool) -> None:  # noqa: FBT001
    content = samples.primary_content()
    record = stamped(content, delivery(content, Event.UPDATE, version))
    sent = {str(record.fields["idbanghi"]): 4}
    found = check_packet(packet(record), sent)
    assert [each.reason for each in found] == ([] if is_taken else ["phải lớn hơn phiên bản đã gửi (4)"])


def test_every_pupil_with_something_wrong_is_named_by_number() -> None:
    wrong = with_value(primary(2), "", "hovaten", None), with_value(secondary(3), "", "gioitinh", "x")
    assert [each.row for each in check_packet(packet(primary(1), *wrong))] == [2, 3]


def test_an_error_repeats_the_first_ten_refusals() -> None:
    unnamed = [with_value(primary(number), "", "hovaten", None) for number in range(1, 13)]
    with pytest.raises(Invalid) as error:
        sound(packet(*unnamed))
    assert error.value.message.count("Họ và tên") == 10
    assert error.value.message.endswith("…")


@pytest.mark.parametrize("number", [0, MAX_RECORDS + 1])
def test_a_packet_has_records_but_not_too_many(number: int) -> None:
    with pytest.raises(Invalid, match="từ 1 đến 2000 học bạ"):
        Packet(SCHOOL_CODE, (primary(),) * number)
