"""How a value of the content is printed: dates, marks, levels as words, what stands where there is nothing."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

_LEVELS: Final = {"T": "Tốt", "K": "Khá", "Đ": "Đạt", "CĐ": "Chưa đạt"}  # of learning and conduct, grades 6-12
_ORIGINALS: Final = {"paper": "Học bạ giấy", "foreign_pdf": "Tệp PDF không kiểm tra được"}
_ADDRESS: Final = ("name", "commune", "district", "province")


def printed_value(value: object, how: str = "") -> str:
    """The value as a form prints it, `how` being one of `_FORMS`. Raises ValueError or TypeError for no such value."""
    return _FORMS[how](value)


def _said(value: object) -> str:
    return str(value) if str(value).split() else "–"


def _date(value: object) -> str:
    return "/".join(reversed(str(value).split("-"))) if value else "–"


def _long_date(value: object) -> str:
    """Decree 30/2020, annex I: days under ten and the months 1 and 2 take a zero."""
    year, month, day = map(int, str(value).split("-"))
    return f"ngày {day:02} tháng {month:0{2 if month < 3 else 1}} năm {year}"  # noqa: PLR2004 - March


def _moment(value: object) -> str:
    """A date, or a time of the day to the minute before it."""
    text = str(value)
    hour = f"{text[11:13]} giờ {text[14:16]} phút " if len(text) > len("2026-03-01") else ""
    return f"{hour}ngày {_date(text[:10])}" if text else "–"


def _address(value: object) -> str:
    parts = value if isinstance(value, Mapping) else {}
    return ", ".join(str(parts[name]) for name in _ADDRESS if parts.get(name))


def _joined(value: object) -> str:
    return _or_none("; ".join(map(str, value)) if isinstance(value, Sequence) else "")


def _or_none(value: object) -> str:
    return str(value) if str(value).split() else "Không."


def _with(unit: str) -> Callable[[object], str]:
    return lambda value: f"{value} {unit}" if value else "–"


_FORMS: Final[Mapping[str, Callable[[object], str]]] = {
    "": _said,
    "address": _address,
    "bare": str,
    "circular": lambda value: str(value) if str(value).startswith("Thông tư") else f"Thông tư số {value}",
    "cm": _with("cm"),
    "date": _date,
    "kg": _with("kg"),
    "level": lambda value: _LEVELS.get(str(value), _said(value)),
    "list": _joined,
    "long": _long_date,
    "mark": lambda value: _said(value).replace(".", ","),
    "moment": _moment,
    "none": _or_none,
    "original": lambda value: _ORIGINALS.get(str(value), _said(value)),
    "short": lambda value: str(value)[:12],
    "upper": lambda value: str(value).upper(),
    "yes": lambda value: "Có" if value else "Không",
    "years": lambda value: str(value).replace("-", "–"),
}
