"""What of pupils' data somebody has looked at, in words for their school (cf. Law 91/2025/QH15 on personal data)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Sight(StrEnum):
    RECORD = "record"
    PAPER = "paper"
    CLASS = "class"
    EXPORT = "export"
    STORE = "store"
    TRANSFER = "transfer"


SIGHT_NAMES: Final[Mapping[Sight, str]] = {
    Sight.RECORD: "Học bạ của học sinh",
    Sight.PAPER: "Tệp văn bản đã ký",
    Sight.CLASS: "Các trang của lớp",
    Sight.EXPORT: "Tải về toàn bộ dữ liệu của học sinh",
    Sight.STORE: "Tra cứu ở kho học bạ số",
    Sight.TRANSFER: "Trang và hồ sơ chuyển trường",
}
