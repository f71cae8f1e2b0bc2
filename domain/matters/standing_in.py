"""Who stands in for somebody says so wherever it matters: on papers, in lists, in stories."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.calendar import day_of
from domain.curriculum import HOMEROOM

_INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True)
class Absence:
    """Who is stood in for, from when to when."""

    full_name: str
    since: datetime
    until: datetime | None


def title_of(title: str, slot: str, absence: Absence | None) -> str:
    """What is printed under a signature: "Giáo viên bộ môn (dạy thay … từ … đến …)"; of a homeroom teacher
    "chủ nhiệm thay".
    """
    if absence is None:
        return title
    until = f" đến {day_of(absence.until - _INSTANT):%d/%m/%Y}" if absence.until else ""
    work = "chủ nhiệm" if slot == HOMEROOM else "dạy"
    return f"{title} ({work} thay {absence.full_name} từ {day_of(absence.since):%d/%m/%Y}{until})"
