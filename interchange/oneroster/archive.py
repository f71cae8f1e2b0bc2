"""The zip around a package: nothing is unpacked to disk, and nothing larger than a school system needs is read."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from typing import Final

from domain.errors import Invalid

MEGABYTE: Final = 1024 * 1024
# A city's whole roster (2.5 million pupils) is larger and comes in one package per district or commune.
MOST_ENTRIES: Final = 100
MOST_PACKED: Final = 64 * MEGABYTE
MOST_UNPACKED: Final = 256 * MEGABYTE
_ENCRYPTED: Final = 0x1
# What Python's reader says of broken zips: wrong offsets and names are ValueErrors there.
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_FIXED_TIME: Final = (1980, 1, 1, 0, 0, 0)  # the first a zip can tell
_UNIX: Final = 3


def read_archive(data: bytes) -> dict[str, bytes]:
    """Return the files of a zip by name; raise Invalid for what is no zip, or is no honest one."""
    if len(data) > MOST_PACKED:
        raise Invalid(f"Gói lớn hơn {MOST_PACKED // MEGABYTE} MB; hãy chia theo trường rồi nhập từng gói.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check(archive.infolist())
            return {entry.filename: _content(archive, entry) for entry in archive.infolist()}
    except _BROKEN as error:
        raise Invalid("Không đọc được gói: không phải tệp zip hoặc tệp zip đã hỏng.") from error


def _check(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise Invalid(f"Gói có quá {MOST_ENTRIES} tệp.")
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise Invalid(f"Gói khi giải nén lớn hơn {MOST_UNPACKED // MEGABYTE} MB.")
    for entry in entries:
        if not entry.orig_filename.isprintable() or any(sign in entry.orig_filename for sign in "/\\:"):
            raise Invalid(f"Các tệp phải nằm ngay ở gốc của gói, không nằm trong thư mục: {entry.orig_filename!r}.")
        if entry.flag_bits & _ENCRYPTED:
            raise Invalid(f"Tệp {entry.filename} trong gói đặt mật khẩu; gói không được mã hoá.")
        if entry.compress_type not in _METHODS:
            raise Invalid(f"Tệp {entry.filename} nén theo cách không được hỗ trợ; chỉ nhận deflate hoặc không nén.")
    names = [entry.filename for entry in entries]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise Invalid(f"Trong gói có hai tệp cùng tên: {', '.join(repeated)}.")


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """What is inside, as long as it is not longer than declared."""
    with archive.open(entry) as file:
        content = file.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise Invalid(f"Tệp {entry.filename} trong gói không đúng kích thước đã ghi.")
    return content


def write_archive(files: Mapping[str, bytes]) -> bytes:
    """Return a deflated zip; the same files always give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _FIXED_TIME)
            entry.create_system = _UNIX
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()
