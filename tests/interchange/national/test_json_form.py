"""Packets as JSON: what is written is read back the same, and nothing else is read at all."""

import json
from typing import Final

import pytest
from hypothesis import given, settings

from domain.errors import Invalid
from interchange.national import packet as packets_module
from interchange.national.json_form import read_json, write_json
from interchange.national.packet import Packet
from tests.interchange.national.samples import packet, primary, with_value
from tests.interchange.national.values import damaged, packets

WRITTEN: Final = write_json(packet())


@settings(max_examples=80, deadline=None)
@given(packets())
def test_any_packet_that_is_written_is_read_back_the_same(sent: Packet) -> None:
    written = write_json(sent)
    assert read_json(written) == sent
    assert write_json(read_json(written)) == written


def test_the_form_is_as_documented() -> None:
    document = json.loads(WRITTEN)
    assert list(document) == ["phienBanCauTruc", "maTruong", "hocBa"]
    (record,) = document["hocBa"][0].values()
    assert record["hovaten"] in WRITTEN.decode()
    assert (record["trichluc"], record["phienban"], len(record["dsbangdiem"])) == (False, 1, 3)


def test_white_space_and_order_are_free() -> None:
    document = json.loads(WRITTEN)
    document["hocBa"] = [
        {name: dict(reversed(fields.items())) for name, fields in record.items()} for record in document["hocBa"]
    ]
    assert read_json(json.dumps(document, indent=2).encode()) == packet()


def test_what_is_refused_is_not_written() -> None:
    with pytest.raises(Invalid, match="trường hovaten"):
        write_json(packet(with_value(primary(), "", "hovaten", None)))


def test_a_field_that_is_wrong_is_named_when_read() -> None:
    with pytest.raises(Invalid, match="Dòng 1, trường gioitinh"):
        read_json(WRITTEN.replace(b'"gioitinh":"2"', b'"gioitinh":"3"'))


def change(old: str, new: str) -> bytes:
    assert old in WRITTEN.decode()
    return WRITTEN.decode().replace(old, new, 1).encode()


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"", "cấu trúc"),
        (b"[]", "cấu trúc"),
        (b"{}", "cấu trúc"),
        (b"[" * 100_000, "cấu trúc"),
        (b'{"a":' * 100_000, "cấu trúc"),
        (WRITTEN + b"x", "cấu trúc"),
        (b"\xef\xbb\xbf" + WRITTEN, "cấu trúc"),
        (WRITTEN.decode().encode("utf-16"), "cấu trúc"),
        (change('"phienBanCauTruc":"1"', '"phienBanCauTruc":"2"'), "cấu trúc"),
        (change('"phienBanCauTruc":"1"', '"phienBanCauTruc":1'), "cấu trúc"),
        (change('"maTruong":', '"them":1,"maTruong":'), "cấu trúc"),
        (change('"phienban":1', '"phienban":NaN'), "cấu trúc"),
        (change('"phienban":1', '"phienban":' + "9" * 5000), "cấu trúc"),
        (change('"phienban":1', '"phienban":{"a":1}'), "cấu trúc"),
        (change('"phienban":1', '"phienban":1e999'), "phienban"),
        (change('"phienban":1', '"phienban":true'), "phienban"),
        (change('"phienban":1', '"phienban":[{"a":1}]'), "phienban"),
        (change('"phienban":1', '"phienban":1,"phienban":1'), "hai lần"),
        (change('"phienban":1', '"phienban":1,"la":"x"'), "trường la: không có"),
        (change('"phienban":1', '"phienban":1,"la":null'), "trường trống"),
        (change('"phienban":1', '"phienban":1,"la":""'), "trường trống"),
        (change('"phienban":1', '"phienban":1,"la":[]'), "trường trống"),
        (change('"dsbangdiem":[', '"dsbangdiem":["x",'), "cấu trúc"),
        (change('"hocBa":[{"', '"hocBa":["x",{"'), "cấu trúc"),
        (change('{"thongtinsohocbasotieuhoc":{', '{"thongtinkhac":{'), "cấu trúc"),
        (change('{"thongtinsohocbasotieuhoc":{', '{"khac":"x","thongtinsohocbasotieuhoc":{'), "cấu trúc"),
        (b'{"phienBanCauTruc":"1","maTruong":"79766999","hocBa":[{"thongtinsohocbasotieuhoc":"x"}]}', "cấu trúc"),
        (change('"hotencha":"', '"hotencha":"\\ud800'), "hotencha"),
        (change('"hotencha":"', '"hotencha":"\\u0000'), "hotencha"),
    ],
)
def test_what_would_not_be_written_is_not_read(data: bytes, match: str) -> None:
    with pytest.raises(Invalid, match=match):
        read_json(data)


@settings(max_examples=200, deadline=None)
@given(damaged(WRITTEN))
def test_a_damaged_file_is_refused_or_says_what_would_be_written(data: bytes) -> None:
    try:
        found = read_json(data)
    except Invalid:
        return
    assert read_json(write_json(found)) == found


def test_a_file_that_is_too_large_is_not_even_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packets_module, "MAX_BYTES", len(WRITTEN) - 1)
    for attempt in (lambda: read_json(WRITTEN), lambda: write_json(packet())):
        with pytest.raises(Invalid, match="quá lớn"):
            attempt()
