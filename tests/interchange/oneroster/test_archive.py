"""Zips that are not honest: each is refused with a sentence, and none is unpacked."""

import io
import struct
import zipfile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.errors import Invalid
from interchange.oneroster import archive
from interchange.oneroster.archive import read_archive, write_archive
from interchange.oneroster.incoming import read_roster
from tests.interchange.oneroster.drafts import Draft
from tests.interchange.workbooks import packed

WHOLE = Draft.of().zip()
SIGNATURES = (b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06")
HEADERS = [at + more for at in range(len(WHOLE) - 50) if WHOLE[at : at + 4] in SIGNATURES for more in range(50)]


def test_files_come_back_as_they_were() -> None:
    files = {"orgs.csv": b"a", "users.csv": b"b" * 100_000}
    assert read_archive(write_archive(files)) == files
    assert write_archive(files) == write_archive(dict(files))


@pytest.mark.parametrize(
    "name",
    [
        "oneroster/orgs.csv",
        "../orgs.csv",
        "/orgs.csv",
        "C:\\orgs.csv",
        "..\\orgs.csv",
        "c:orgs.csv",
        "folder/",
        "\x1b[2Jorgs.csv",
    ],
)
def test_a_file_that_is_not_at_the_root_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="ngay ở gốc của gói"):
        read_archive(packed({name: b""}))


def test_two_files_of_one_name_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("orgs.csv", b"1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            made.writestr("orgs.csv", b"2")
    with pytest.raises(Invalid, match=r"cùng tên: orgs\.csv"):
        read_archive(out.getvalue())


def test_an_encrypted_file_is_refused() -> None:
    data = bytearray(packed({"orgs.csv": b"x"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Invalid, match="đặt mật khẩu"):
        read_archive(bytes(data))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_compression_is_refused(method: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        made.writestr("orgs.csv", b"x")
    with pytest.raises(Invalid, match="chỉ nhận deflate"):
        read_archive(out.getvalue())


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_UNPACKED", 10_000)
    with pytest.raises(Invalid, match="khi giải nén lớn hơn"):
        read_archive(packed({"orgs.csv": b"0" * 6_000, "users.csv": b"0" * 6_000}))


@pytest.mark.parametrize("size", [10, 5_000])
def test_a_size_that_is_not_the_declared_one_is_refused(size: int) -> None:
    data = bytearray(packed({"orgs.csv": b"0" * 1_000}))
    struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 24, size)
    with pytest.raises(Invalid, match=r"đã hỏng|không đúng kích thước"):
        read_archive(bytes(data))


def test_too_large_a_package_and_too_many_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Invalid, match="quá 100 tệp"):
        read_archive(packed({f"{number}.csv": b"" for number in range(101)}))
    monkeypatch.setattr(archive, "MOST_PACKED", 10)
    with pytest.raises(Invalid, match="hãy chia theo trường"):
        read_archive(packed({"orgs.csv": b"x"}))


# Named, as the last one holds the time it was packed at: a test has the same name in every process that collects it.
@pytest.mark.parametrize(
    "data",
    [b"", b"not a zip", b"PK\x03\x04", packed({"orgs.csv": b"x" * 99})[:-30]],
    ids=["nothing", "words", "a head alone", "without its end"],
)
def test_what_is_no_zip_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid, match="không phải tệp zip"):
        read_archive(data)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(HEADERS), st.integers(0, 255)), min_size=1, max_size=4))
@example([(WHOLE.index(SIGNATURES[2]) + 19, 0xFF)])
def test_a_damaged_package_is_refused_or_read_and_never_raises_anything_else(changes: list[tuple[int, int]]) -> None:
    data = bytearray(WHOLE)
    for position, value in changes:
        data[position] = value
    try:
        read_roster(bytes(data))
    except Invalid as refused:
        assert refused.message  # noqa: PT017 - either answer is right
