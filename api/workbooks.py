"""Workbooks as answers."""

import re
import unicodedata
from typing import Final

from fastapi import Response

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORKBOOK: Final[dict[int | str, dict[str, object]]] = {200: {"content": {XLSX: {}}, "description": "A workbook"}}
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_-]+")


def workbook(data: bytes, *words: str) -> Response:
    """The file's name says what it is, never whom it is about."""
    plain = unicodedata.normalize("NFD", "_".join(filter(None, words)).replace("Đ", "D").replace("đ", "d"))
    name = _UNSAFE.sub("-", plain.encode("ascii", "ignore").decode())
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(data, media_type=XLSX, headers=headers)
