"""The zip around a transfer package: members as they are, in a fixed form, so that nothing hides between them.

What is stored uncompressed cannot swell. Nothing is ever unpacked to disk.
"""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Final

from domain.errors import Invalid
from domain.stored_zip import stored_zip

MAX_BYTES: Final = 24 * 1024 * 1024  # twelve sealed years have some 2 MB; no more can be handed in (api.bodies)
MAX_MEMBERS: Final = 512
_NAME: Final = re.compile(r"(kiem-chung/)?[A-Za-z0-9][A-Za-z0-9_-]{0,99}\.(pdf|ers|der|json|txt)")
_SHOWN: Final = 60  # characters of a hostile name


class PackageInvalid(Invalid):
    """The bytes are no transfer package as it is written here, or its parts do not fit together."""

    code = "PackageInvalid"


def zipped(members: Mapping[str, bytes]) -> bytes:
    """The same members give the same bytes. Raises PackageInvalid for more than a reader takes."""
    data = stored_zip(members)
    if len(data) > MAX_BYTES or len(members) > MAX_MEMBERS:
        raise PackageInvalid("Gói chuyển trường quá lớn.")
    return data


def unzipped(data: bytes) -> dict[str, bytes]:
    """The members in their order. Raises PackageInvalid for what is no zip, or one that could do harm."""
    if len(data) > MAX_BYTES:
        raise PackageInvalid("Gói chuyển trường quá lớn.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            _refuse_bombs(infos, len(data))
            _refuse_names([info.orig_filename for info in infos])
            return {info.filename: archive.read(info) for info in infos}
    except PackageInvalid:
        raise
    except Exception as error:
        # Bytes made to deceive make parsers raise anything.
        raise PackageInvalid("Gói chuyển trường không đọc được: tệp bị hỏng hoặc không phải tệp zip.") from error


def _refuse_bombs(infos: Sequence[zipfile.ZipInfo], size: int) -> None:
    """What is not compressed can only be more than the zip itself if members share their bytes."""
    if len(infos) > MAX_MEMBERS:
        raise PackageInvalid(f"Gói chuyển trường có quá {MAX_MEMBERS} tệp.")
    is_swollen = sum(info.file_size for info in infos) > size
    if is_swollen or any(info.compress_type != zipfile.ZIP_STORED for info in infos):
        raise PackageInvalid("Gói chuyển trường bị nén hoặc phình to khi giải nén: không phải gói do hệ thống xuất.")


def _refuse_names(names: Sequence[str]) -> None:
    for name in names:
        if not _NAME.fullmatch(name):
            shown = name[:_SHOWN].encode("unicode_escape").decode()
            raise PackageInvalid(f"Tên tệp trong gói chuyển trường không được phép: “{shown}”.")
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise PackageInvalid(f"Trong gói chuyển trường có hai tệp cùng tên: {', '.join(repeated)}.")
