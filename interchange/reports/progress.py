"""The progress board and the people behind it as workbooks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from domain.calendar import TIMEZONE, day_of
from domain.deadlines import days_left, last_day
from domain.outstanding import PersonWork
from domain.progress import BoardLine
from domain.stages import STAGE_NAMES, STAGES
from domain.work import Work
from interchange.layout import Column, SheetContent, Value, workbook_bytes

_NUMBER: Final = 10
_DAYS: Final = Column("Số ngày đến hạn", 11)  # negative once late


def write_progress(school: str, lines: Sequence[BoardLine], at: datetime) -> bytes:
    """Classes by stages, with how long each has stood and how it lies to its deadline."""
    columns = [
        Column("STT", 5), Column("Năm học", 11), Column("Học kì", 14), Column("Lớp", 9), Column("Số học sinh", _NUMBER),
        *(Column(STAGE_NAMES[stage], _NUMBER, ("Số học sinh theo bước",)) for stage in STAGES),
        Column("Tạm giữ", 9), Column("Bước hiện tại", 24), Column("Đứng ở bước từ", 12), Column("Số ngày ở bước", 10),
        Column("Hạn", 12), _DAYS,
    ]  # fmt: skip
    rows = [(number, *_class(line, at)) for number, line in enumerate(lines, start=1)]
    return workbook_bytes([SheetContent("Tiến độ", "TIẾN ĐỘ HỌC BẠ", _labels(school, at), columns, rows)])


def _class(line: BoardLine, at: datetime) -> tuple[Value, ...]:
    return (
        line.school_year, line.term.label, line.class_name, line.pupils,
        *(line.counts.get(stage, 0) for stage in STAGES), line.held, STAGE_NAMES[line.stage],
        day_of(line.since), (day_of(at) - day_of(line.since)).days, last_day(line.due_at), line.days_left(at),
    )  # fmt: skip


def write_people(school: str, people: Sequence[PersonWork], at: datetime) -> bytes:
    """One sheet by person, one with every part that waits."""
    labels = _labels(school, at)
    columns = [
        Column("STT", 5), Column("Họ và tên", 28), Column("Nhiệm vụ", 34),
        *(Column(work.label, _NUMBER, ("Số phần việc",)) for work in Work),
        Column("Chờ từ", 12), Column("Hạn", 12), _DAYS, Column("Vào lần cuối", 17), Column("Nhắc lần cuối", 17),
    ]  # fmt: skip
    rows = [(number, *_person(each, at)) for number, each in enumerate(people, start=1)]
    sheets = [
        SheetContent("Người và việc", "NGƯỜI VÀ VIỆC CÒN LẠI", labels, columns, rows, kept=2),
        _parts(people, labels, at),
    ]
    return workbook_bytes(sheets)


def _person(person: PersonWork, at: datetime) -> tuple[Value, ...]:
    return (
        person.full_name, ", ".join(person.duties), *(person.counts.get(work, 0) for work in Work),
        day_of(person.oldest) if person.oldest else "", last_day(person.due_at) if person.due_at else "",
        "" if (left := person.days_left(at)) is None else left, _minute(person.seen_at), _minute(person.nudged_at),
    )  # fmt: skip


def _parts(people: Sequence[PersonWork], labels: dict[str, str], at: datetime) -> SheetContent:
    columns = [
        Column("STT", 5), Column("Họ và tên", 28), Column("Lớp", 9), Column("Học kì", 14), Column("Phần việc", 28),
        Column("Việc", 16), Column("Số học sinh", _NUMBER), Column("Chờ từ", 12), Column("Hạn", 12), _DAYS,
    ]  # fmt: skip
    parts = [(person.full_name, each) for person in people for each in person.work]
    rows = [
        (
            number, name, each.class_name, each.term.label, each.slot_name, each.work.label, each.pupils,
            day_of(each.since), last_day(each.due_at), days_left(each.due_at, at),
        )
        for number, (name, each) in enumerate(parts, start=1)
    ]  # fmt: skip
    return SheetContent("Từng phần việc", "TỪNG PHẦN VIỆC CÒN LẠI", labels, columns, rows)


def _labels(school: str, at: datetime) -> dict[str, str]:
    return {"Trường": school, "Lúc": _minute(at)}


def _minute(at: datetime | None) -> str:
    return at.astimezone(TIMEZONE).strftime("%H:%M, %d/%m/%Y") if at else ""
