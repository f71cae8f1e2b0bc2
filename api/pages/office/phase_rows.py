"""A plan as it is typed: one row for each phase, with what is wrong beside the row; nothing typed is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from domain.campaigns.phases import MOST_DAYS, Cohort, Escalation, Owner, Phase, Step, checked
from domain.errors import Invalid

MOST_ROWS: Final = 30
MOST_ESCALATIONS: Final = 6
_EMPTY_ESCALATION: Final = ("", "")
_LEAP: Final = 2024
_LONGEST: Final = 300


@dataclass(frozen=True)
class PhaseRow:
    """The texts of one row; `wrong` says in words why it is no phase."""

    buoc: str = ""
    nhom: str = Cohort.ALL.value
    ngay: str = ""
    thang: str = ""
    lo: str = ""
    nhac: str = ""
    can_cu: str = ""
    bao: Sequence[tuple[str, str]] = (_EMPTY_ESCALATION,)
    wrong: Sequence[str] = field(default=())

    @property
    def is_empty(self) -> bool:
        return not (self.buoc or self.ngay or self.thang)


def row_of(phase: Phase) -> PhaseRow:
    escalations = [(str(each.after), each.to.value) for each in phase.escalate]
    return PhaseRow(
        phase.step.value, phase.cohort.value, str(phase.day), str(phase.month), phase.owner.value,
        ", ".join(map(str, phase.remind)), phase.source, (*escalations, _EMPTY_ESCALATION),
    )  # fmt: skip


def rows_of(form: Mapping[str, str]) -> list[PhaseRow]:
    """The rows of a form, as many as it says there are."""
    count = form.get("so_dong", "")
    number = int(count) if count.isascii() and count.isdigit() and len(count) < 3 else 0  # noqa: PLR2004
    return [_row(form, each) for each in range(min(number, MOST_ROWS))]


def _row(form: Mapping[str, str], number: int) -> PhaseRow:
    def text(name: str) -> str:
        return " ".join(form.get(f"{name}-{number}", "").replace("\x00", " ").split())[:_LONGEST]

    given = [(text(f"sau-{each}"), text(f"toi-{each}")) for each in range(MOST_ESCALATIONS)]
    escalations = [each for each in given if any(each)]
    more = (_EMPTY_ESCALATION,) if len(escalations) < MOST_ESCALATIONS else ()
    return PhaseRow(
        text("buoc"), text("nhom"), text("ngay"), text("thang"), text("lo"), text("nhac"), text("can_cu"),
        (*escalations, *more),
    )  # fmt: skip


def read(rows: Sequence[PhaseRow]) -> tuple[list[PhaseRow], list[Phase]]:
    """The rows that are not empty, each with what is wrong with it, and the phases of those that are right."""
    kept, phases = [], []
    for row in rows:
        if row.is_empty:
            continue
        wrong: list[str] = []
        phase = _phase(row, wrong)
        kept.append(replace(row, wrong=tuple(wrong)))
        if phase is not None and not wrong:
            phases.append(phase)
    return kept, phases


def _phase(row: PhaseRow, wrong: list[str]) -> Phase | None:
    if row.buoc not in set(Step):
        wrong.append("Hãy chọn bước.")
    if row.nhom not in set(Cohort):
        wrong.append("Hãy chọn nhóm học sinh.")
    if row.lo not in set(Owner):
        wrong.append("Hãy chọn người lo bước này.")
    day, month = _day(row, wrong)
    remind = _days(row.nhac, wrong)
    escalate = _escalations(row, wrong)
    if wrong:
        return None
    return Phase(Step(row.buoc), Cohort(row.nhom), month, day, Owner(row.lo), remind, escalate, row.can_cu)


def _day(row: PhaseRow, wrong: list[str]) -> tuple[int, int]:
    try:
        day, month = _whole(row.ngay), _whole(row.thang)
        _require_day(day, month)
    except ValueError:
        wrong.append("Hạn phải là một ngày và tháng có thật, ví dụ 15 và 8.")
        return 1, 1
    return day, month


def _require_day(day: int, month: int) -> None:
    date(_LEAP, month, day)


def _days(text: str, wrong: list[str]) -> tuple[int, ...]:
    try:
        days = tuple(_whole(each) for each in text.replace(";", ",").split(",") if each.strip())
    except ValueError:
        days = (0,)
    if not all(0 < each <= MOST_DAYS for each in days):
        wrong.append(f"Ngày nhắc là các số ngày làm việc từ 1 đến {MOST_DAYS}, cách nhau bằng dấu phẩy.")
    return tuple(sorted(set(days), reverse=True))


def _escalations(row: PhaseRow, wrong: list[str]) -> tuple[Escalation, ...]:
    found = []
    for after, to in row.bao:
        if not after and not to:
            continue
        if to not in set(Owner) or not after.isascii() or not after.isdigit() or not 0 < int(after) <= MOST_DAYS:
            wrong.append(f"Báo lên: cần cả số ngày làm việc (1 đến {MOST_DAYS}) và nơi nhận.")
            continue
        found.append(Escalation(int(after), Owner(to)))
    return tuple(sorted(found, key=lambda each: each.after))


def _whole(text: str) -> int:
    stripped = text.strip()
    if not stripped.isascii() or not stripped.isdigit() or len(stripped) > 4:  # noqa: PLR2004
        raise ValueError(text)
    return int(stripped)


def problem_of(rows: Sequence[PhaseRow], phases: Sequence[Phase]) -> str:
    """What is wrong with the plan as a whole; "" if nothing."""
    if any(each.wrong for each in rows):
        return "Có dòng chưa đúng; chỗ sai được nói ở từng dòng."
    try:
        checked(phases)
    except Invalid as refused:
        return refused.message
    return ""
