"""The record stores that the settings name: a TOML file with one table for each, in the order in which they are shown.

    [city]
    name = "Kho học bạ số của Sở Giáo dục và Đào tạo"
    url = "https://hocba.example/store/v1"
    kind = "city"

Where no file is named there is one store, `city`, and it is this installation's own.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, TypeAdapter

from domain.errors import Invalid
from domain.submission.states import StoreKind

OWN: Final = "city"
PATH: Final = "/store/v1"  # of our own store, under the address of the installation
_CODE: Final = re.compile(r"[a-z][a-z0-9-]{0,30}")


def _address(url: str) -> str:
    """Personal data goes there: over TLS, or to this machine."""
    if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise ValueError("not https")
    return url.rstrip("/")


@dataclass(frozen=True)
class StoreAddress:
    """A store: what people call it, where its interface begins, and whose it is."""

    name: str
    url: Annotated[str, AfterValidator(_address)]
    kind: StoreKind = StoreKind.CITY


_FILE: Final = TypeAdapter(dict[str, StoreAddress])


def configured_stores(file: Path | None, own_url: str) -> Mapping[str, StoreAddress]:
    """By code. Raises Invalid, without any value of the file, when the file cannot be used."""
    if file is None:
        return {OWN: StoreAddress(StoreKind.CITY.label, own_url.rstrip("/") + PATH)}
    try:
        stores = _FILE.validate_python(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise Invalid(f"Không đọc được tệp cấu hình các kho học bạ số: {file}") from error
    if not stores or not all(_CODE.fullmatch(code) for code in stores):
        raise Invalid(f"Tệp cấu hình các kho học bạ số thiếu kho hoặc có mã kho không dùng được: {file}")
    return stores
