"""Reads a table of a rule file into its dataclass; whatever does not fit is refused by file and key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final, TypeVar, get_args, get_origin, get_type_hints

from domain.errors import Invalid

_Table = TypeVar("_Table")
_BEST: Final = 10


@dataclass(frozen=True)
class Place:
    """Where a value stands, for messages: the file's name and the dotted key."""

    file: str
    key: str = ""

    def at(self, key: str) -> "Place":
        return Place(self.file, f"{self.key}.{key}" if self.key else key)

    def refusal(self, why: str) -> Invalid:
        return Invalid(f"Tệp quy tắc {self.file}: khoá “{self.key}” {why}.")


def mapping(found: object, place: Place) -> dict[str, object]:
    """Return a TOML table as it is; raise Invalid for anything else."""
    if not isinstance(found, dict):
        raise place.refusal("phải là một bảng")
    return found


def table(kind: Callable[..., _Table], found: object, place: Place, **given: object) -> _Table:
    """Make a dataclass of a TOML table; `given` are the fields that do not come from it. Raises Invalid."""
    fields = {name: hint for name, hint in get_type_hints(kind, include_extras=True).items() if name not in given}
    return kind(**given, **_values(fields, found, place))


def _values(kinds: Mapping[str, object], found: object, place: Place) -> dict[str, object]:
    """Read exactly these keys: one that is missing or unknown is refused."""
    values = mapping(found, place)
    for key in values:
        if key not in kinds:
            raise place.at(key).refusal("không thuộc bộ quy tắc")
    for key in kinds:
        if key not in values:
            raise place.at(key).refusal("bị thiếu")
    return {key: _value(kind, values[key], place.at(key)) for key, kind in kinds.items()}


def _value(kind: object, found: object, place: Place) -> object:
    if isinstance(kind, type) and is_dataclass(kind):
        return table(kind, found, place)
    return _READERS[get_origin(kind) or kind](kind, found, place)


def _text(_kind: object, found: object, place: Place) -> str:
    if not isinstance(found, str) or not found.strip():
        raise place.refusal("phải là một chuỗi ký tự")
    return found


def _day(_kind: object, found: object, place: Place) -> date:
    if not isinstance(found, date) or isinstance(found, datetime):
        raise place.refusal("phải là một ngày, dạng 2021-09-05")
    return found


def _score(_kind: object, found: object, place: Place) -> Decimal:
    score = Decimal(found) if isinstance(found, int | Decimal) else Decimal("NaN")
    if isinstance(found, bool) or not (score.is_finite() and 0 <= score <= _BEST):
        raise place.refusal("phải là một số từ 0 đến 10")
    return score


def _allowed(kind: object, found: object, place: Place) -> object:
    """Read one of the values that stand beside the type: codes, or a range of whole numbers."""
    base, allowed = get_args(kind)
    if type(found) is base and found in allowed:
        return found
    if isinstance(allowed, range):
        raise place.refusal(f"phải là số nguyên từ {allowed[0]} đến {allowed[-1]}")
    raise place.refusal(f"chỉ nhận {', '.join(allowed)}")


def _list(kind: object, found: object, place: Place) -> tuple[object, ...]:
    if not isinstance(found, list):
        raise place.refusal("phải là một danh sách")
    each = get_args(kind)[0]
    return tuple(_value(each, value, place.at(str(number))) for number, value in enumerate(found, start=1))


def _by_code(kind: object, found: object, place: Place) -> dict[str, object]:
    """Read a table with a key for every code, in the order of the codes."""
    codes, each = get_args(kind)
    return _values(dict.fromkeys(get_args(codes)[1], each), found, place)


_READERS: Final[Mapping[object, Callable[[object, object, Place], object]]] = {
    str: _text,
    date: _day,
    Decimal: _score,
    Annotated: _allowed,
    tuple: _list,
    Mapping: _by_code,
}
