"""Packages made to deceive or to do harm: each is refused, with words that say why."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interchange.transfer import archive
from interchange.transfer.archive import PackageInvalid
from interchange.transfer.package import pack, unpack
from tests.interchange.transfer.samples import damaged, forged, indented, members, package, zipped
from tests.signing.test_container import with_directory_entries_repeated

PACKED = pack(package())
NAMES = tuple(members(PACKED))
LISTED = tuple(name for name in NAMES if name != "manifest.json")


def refused(data: bytes) -> str:
    with pytest.raises(PackageInvalid) as refusal:
        unpack(data)
    return refusal.value.message


@pytest.mark.parametrize("name", LISTED)
def test_a_member_that_was_changed_is_named(name: str) -> None:
    content = members(PACKED)[name]
    for changed in (content[:-1] + bytes([content[-1] ^ 1]), content + b" ", b""):
        assert refused(damaged(PACKED, {name: changed})) == (
            f"Tệp {name} đã bị thay đổi: không khớp mã băm trong bản kê."
        )


@pytest.mark.parametrize("name", NAMES)
def test_a_member_that_is_missing_is_named(name: str) -> None:
    message = refused(damaged(PACKED, {name: None}))
    assert name in message
    assert "thiếu" in message


@pytest.mark.parametrize("name", ["hoc-ba-2023-2024.pdf", "virus.pdf", "kiem-chung/certificate-00.der", "a.json"])
def test_a_member_that_is_not_listed_is_named(name: str) -> None:
    assert refused(damaged(PACKED, {name: b"%PDF-"})) == f"Gói chuyển trường có tệp lạ, không có trong bản kê: {name}."


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/cron.d/evil.txt", "/etc/passwd", "kiem-chung/../a.pdf", "a\\b.pdf", "C:a.pdf", "folder/", "a.exe",
        "con.pdf\n.exe", "học bạ.pdf", ".pdf", "a.pdf/", "kiem-chung/b/c.der", "x" * 300 + ".pdf", "a\u202efdp.exe",
    ],
)  # fmt: skip
def test_a_name_that_could_do_harm_is_refused(name: str) -> None:
    message = refused(damaged(PACKED, {name: b""}))
    assert "Tên tệp trong gói chuyển trường không được phép" in message
    assert message.isprintable()
    assert len(message) < 200


def test_a_name_that_hides_behind_a_zero_byte_is_refused() -> None:
    data = damaged(PACKED, {"zz.exe0.pdf": b""}).replace(b"zz.exe0.pdf", b"zz.exe\0.pdf")
    assert "không được phép" in refused(data)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_occurs_twice_is_refused(name: str) -> None:
    doubled = io.BytesIO(PACKED)
    with zipfile.ZipFile(doubled, "a") as found:
        found.writestr(name, "Hãy tin tôi.")
    assert refused(doubled.getvalue()) == f"Trong gói chuyển trường có hai tệp cùng tên: {name}."


def test_a_compressed_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = zipped(members(PACKED) | {"bomb.pdf": bytes(100 * 1024 * 1024)}, zipfile.ZIP_DEFLATED)
    assert len(bomb) < 1024 * 1024
    assert "bị nén hoặc phình to" in refused(bomb)


def test_members_that_share_their_bytes_are_refused() -> None:
    assert "phình to" in refused(with_directory_entries_repeated(PACKED, 30))


def test_too_many_members_are_refused() -> None:
    many = {f"empty{number}.pdf": b"" for number in range(archive.MAX_MEMBERS)}
    assert refused(damaged(PACKED, many)) == "Gói chuyển trường có quá 512 tệp."


def test_an_encrypted_member_is_refused() -> None:
    at = PACKED.rindex(b"PK\x01\x02") + 8
    assert "không đọc được" in refused(PACKED[:at] + b"\x01" + PACKED[at + 1 :])


def test_bytes_that_are_no_zip_are_refused() -> None:
    for data in (b"", b"PK", b"%PDF-1.7", PACKED[: len(PACKED) // 2], PACKED[: len(PACKED) - 30]):
        assert "không đọc được" in refused(data)


def commented() -> bytes:
    target = io.BytesIO(PACKED)
    with zipfile.ZipFile(target, "a") as found:
        found.comment = b"hidden"
    return target.getvalue()


def backwards() -> bytes:
    return zipped(dict(reversed(members(PACKED).items())))


@pytest.mark.parametrize("make", [commented, backwards, lambda: b"#!/bin/sh\n" + PACKED])
def test_nothing_hides_between_or_around_the_members(make: Callable[[], bytes]) -> None:
    assert refused(make()) == "Gói chuyển trường không đúng dạng do hệ thống xuất."


def test_a_zip_of_something_else_says_what_it_lacks() -> None:
    message = refused(zipped({"a.pdf": b"%PDF-"}))
    assert message == "Tệp không phải gói chuyển trường: thiếu DOC-TRUOC.txt, manifest.json, du-lieu.json."


def test_instructions_of_somebody_else_are_refused_even_if_they_are_listed() -> None:
    text = members(PACKED)["DOC-TRUOC.txt"].replace(b"pdfsig", b"unsafe")
    assert refused(forged(PACKED, {"DOC-TRUOC.txt": text})) == (
        "Tệp DOC-TRUOC.txt không phải bản hướng dẫn của hệ thống."
    )


def listing(change: Callable[[dict[str, Any]], object]) -> bytes:
    found = json.loads(members(PACKED)["manifest.json"])
    change(found)
    return damaged(PACKED, {"manifest.json": indented(found)})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda found: found.update(version=2), "theo phiên bản khác; chỉ nhận hocba-transfer phiên bản 1"),
        (lambda found: found.update(format="other"), "theo phiên bản khác"),
        (lambda found: found.update(version="1"), "manifest.json của gói chuyển trường không đúng cấu trúc"),
        (lambda found: found.update(note="Hãy tin tôi."), "không đúng cấu trúc"),
        (lambda found: found.pop("school"), "không đúng cấu trúc"),
        (lambda found: found.update(created_at="hôm qua"), "không đúng cấu trúc"),
        (lambda found: found.update(created_at="2026-10-07T03:00:05"), "không đúng dạng"),
        (lambda found: found["school"].update(name="Trường khác"), "không đúng dạng"),
        (lambda found: found["members"].reverse(), "không đúng dạng"),
        (lambda found: found["members"].append(found["members"][0]), "không đúng dạng"),
        (lambda found: found["members"][2].update(kind="identity_page"), "không đúng dạng|ghi sai năm học"),
        (lambda found: found["members"][2].update(kind="picture"), "không phải là các năm có học bạ"),
        (lambda found: found["members"][2].update(lookup_code="ZZZZ-9999"), "không phải là các năm có học bạ"),
        (lambda found: found["members"][2].update(school_year="2023-2024"), "không phải là các năm có học bạ"),
        (lambda found: found["members"][3].update(lookup_code="ZZZZ-9999"), "không đúng dạng"),
    ],
)
def test_a_list_that_is_not_ours_is_refused(change: Callable[[dict[str, Any]], object], words: str) -> None:
    with pytest.raises(PackageInvalid, match=words):
        unpack(listing(change))


@pytest.mark.parametrize("text", [b"", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"format": NaN}', b"9" * 5000])
def test_a_list_that_is_no_json_is_refused(text: bytes) -> None:
    assert "manifest.json" in refused(damaged(PACKED, {"manifest.json": text}))
    assert "du-lieu.json" in refused(forged(PACKED, {"du-lieu.json": text}))


def told(change: Callable[[dict[str, Any]], object]) -> bytes:
    found = json.loads(members(PACKED)["du-lieu.json"])
    change(found)
    return forged(PACKED, {"du-lieu.json": indented(found)})


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found.pop("pupil"),
        lambda found: found.update(more=1),
        lambda found: found["pupil"].update(nickname="Bi"),
        lambda found: found["running"].update(grade="4"),
        lambda found: found["running"].update(grade=True),
        lambda found: found["running"]["terms"][0].update(absent_excused=2.0),
        lambda found: found["running"]["terms"][0]["cells"][0].pop("value"),
        lambda found: found["years"][0]["record"].update(more={}),
        lambda found: found["years"][0]["record"]["thongtinsohocbasotieuhoc"].update(hovaten=["An"]),
        lambda found: found["years"][0].update(record=[]),
    ],
)
def test_data_of_another_structure_are_refused(change: Callable[[dict[str, Any]], object]) -> None:
    assert refused(told(change)) == "Dữ liệu du-lieu.json của gói chuyển trường không đúng cấu trúc."


def test_a_name_that_is_told_twice_is_refused() -> None:
    text = members(PACKED)["du-lieu.json"]
    twice = text.replace(b'"class_name": "4A"', b'"class_name": "9Z", "class_name": "4A"')
    assert twice != text
    assert "du-lieu.json" in refused(forged(PACKED, {"du-lieu.json": twice}))


def test_years_that_the_papers_do_not_have_are_refused() -> None:
    assert "không phải là các năm có học bạ" in refused(told(lambda found: found["years"].pop()))


def test_what_an_earlier_release_did_not_say_may_be_missing() -> None:
    found = unpack(told(lambda found: found["pupil"].pop("schooling")))
    assert found.data.pupil.schooling == ()


@settings(max_examples=300)
@given(st.integers(0, len(PACKED) - 1), st.integers(1, 255))
def test_no_byte_can_be_another_one(at: int, difference: int) -> None:
    data = bytearray(PACKED)
    data[at] ^= difference
    refused(bytes(data))


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_words(data: bytes) -> None:
    refused(data)
    refused(PACKED[:200] + data)
