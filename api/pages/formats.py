"""Dates in Vietnamese order and time, numbers with a decimal comma: filters of the pages."""

from datetime import date, datetime
from decimal import Decimal

from domain import deadlines
from domain.calendar import TIMEZONE


def last_day(due_at: datetime) -> str:
    """The last day in time: `due_at` is the first instant that is late."""
    return day(deadlines.last_day(due_at))


def moment(at: datetime | None) -> str:
    return at.astimezone(TIMEZONE).strftime("%H:%M:%S, %d/%m/%Y") if at else "–"


def minute(at: datetime | None) -> str:
    return at.astimezone(TIMEZONE).strftime("%H:%M, %d/%m/%Y") if at else "–"


def clock(at: datetime) -> str:
    """The hour alone, where the day stands above."""
    return at.astimezone(TIMEZONE).strftime("%H:%M")


def day(at: date | None) -> str:
    if at is None:
        return "–"
    return (at.astimezone(TIMEZONE) if isinstance(at, datetime) else at).strftime("%d/%m/%Y")


def number(value: Decimal | float | str) -> str:
    """8.5 as 8,5; thousands are set apart by a full stop."""
    text = f"{value:,}" if not isinstance(value, str) else value
    return text.translate(str.maketrans(",.", ".,"))


def short_hash(sha256: str) -> str:
    """Enough of a fingerprint to compare by eye: 12 hex digits in groups of four."""
    return " ".join(sha256[start : start + 4] for start in range(0, 12, 4))


FILTERS = {
    "last_day": last_day,
    "moment": moment,
    "minute": minute,
    "clock": clock,
    "day": day,
    "number": number,
    "short_hash": short_hash,
}
