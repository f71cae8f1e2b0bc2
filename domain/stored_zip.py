"""The zip that everything goes out in: of the same members always the same bytes."""

import io
import zipfile
from collections.abc import Mapping
from typing import Final

_OLDEST: Final = (1980, 1, 1, 0, 0, 0)  # the first time a zip can say
_READABLE: Final = 0o100644 << 16
_UNIX: Final = 3


def stored_zip(members: Mapping[str, bytes]) -> bytes:
    """Nothing is compressed: PDF and DER hardly shrink, and a compressor's next release would give other bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, _OLDEST)
            info.external_attr, info.create_system = _READABLE, _UNIX
            archive.writestr(info, content)
    return target.getvalue()
