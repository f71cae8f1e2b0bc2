"""The phases of a campaign as data: what is due when, whose it is, and to whom it goes when it is late."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from domain.calendar import SchoolYear, end_of_day
from domain.errors import Invalid
from domain.labelled import Labelled

_LEAP_YEAR: Final = 2024  # a plan may say 29 February
MOST_DAYS: Final = 60


class Step(Labelled):
    """In the order of the season."""

    CLOSE_HK1 = "close_hk1", "Kết thúc học kì I"
    CLOSE_YEAR = "close_year", "Kết thúc năm học"
    DATA_REVIEW = "data_review", "Rà soát dữ liệu"
    TRAINING = "training", "Tập huấn"
    ENTRY_SIGNING = "entry_signing", "Nhập và ký duyệt"
    ISSUE = "issue", "Phát hành"
    SUBMISSION = "submission", "Nộp về kho thành phố"
    FREEZE = "freeze", "Chốt dữ liệu"
    REPORT_TO_MINISTRY = "report_to_ministry", "Báo cáo Bộ"


# What a school itself has to do; the rest is the office's.
SCHOOL_STEPS: Final = tuple(each for each in Step if each is not Step.REPORT_TO_MINISTRY)
# Steps that move records, and so count them.
RECORD_STEPS: Final = (Step.CLOSE_HK1, Step.ENTRY_SIGNING, Step.ISSUE, Step.SUBMISSION, Step.FREEZE)


class Cohort(Labelled):
    """Which pupils a deadline binds."""

    ALL = "all", "Tất cả học sinh"
    COMPLETED = "completed", "Hoàn thành chương trình lớp học"
    SUPPLEMENTARY = "supplementary", "Đánh giá bổ sung trong hè"


class Owner(Labelled):
    """Whose a phase is, and to whom it goes when it is late."""

    TEACHERS = "teachers", "Giáo viên còn việc"
    HOMEROOM = "homeroom", "Giáo viên chủ nhiệm"
    ADMIN = "admin", "Quản trị hệ thống của trường"
    CLERK = "clerk", "Văn thư"
    PRINCIPAL = "principal", "Hiệu trưởng"
    AUTHORITY = "authority", "Cơ quan quản lý trực tiếp"
    CITY = "city", "Sở Giáo dục và Đào tạo"


@dataclass(frozen=True)
class Escalation:
    """So many workdays after the deadline it goes to `to`."""

    after: int
    to: Owner


@dataclass(frozen=True)
class Phase:
    """A step is in time on the due day itself, to its end in Vietnam (a plan's “before 30/6” counts that day in).

    `month` and `day` are of the year in which the school year ends; `remind` are workdays before it.
    """

    step: Step
    cohort: Cohort
    month: int
    day: int
    owner: Owner
    remind: tuple[int, ...] = (5, 1)
    escalate: tuple[Escalation, ...] = ()
    source: str = ""

    def due(self, year: SchoolYear) -> date:
        """The last day in time; 29 February of a common year is the 28th."""
        try:
            return date(year.end, self.month, self.day)
        except ValueError:
            return date(year.end, self.month, 28)

    @property
    def key(self) -> tuple[Step, Cohort]:
        return self.step, self.cohort


def checked(phases: Sequence[Phase]) -> tuple[Phase, ...]:
    """The phases in the order of their days. Raises Invalid for what no campaign can follow."""
    if not phases:
        raise Invalid("Kế hoạch phải có ít nhất một bước.")
    seen: set[tuple[Step, Cohort]] = set()
    for phase in phases:
        if phase.key in seen:
            raise Invalid(f"Bước “{phase.step.label}” của nhóm “{phase.cohort.label}” có hai hạn.")
        seen.add(phase.key)
        _check(phase)
    _refuse_mixed(phases)
    return tuple(sorted(phases, key=lambda each: (each.month, each.day, list(Step).index(each.step))))


def _check(phase: Phase) -> None:
    try:
        date(_LEAP_YEAR, phase.month, phase.day)
    except ValueError as error:
        raise Invalid(
            f"Hạn của bước “{phase.step.label}” không phải là một ngày: {phase.day}/{phase.month}."
        ) from error
    days = (*phase.remind, *(each.after for each in phase.escalate))
    if not all(0 < each <= MOST_DAYS for each in days):
        raise Invalid(f"Bước “{phase.step.label}”: số ngày làm việc phải từ 1 đến {MOST_DAYS}.")


def _refuse_mixed(phases: Iterable[Phase]) -> None:
    """One deadline for everybody, or one for each group; both at once would leave open which one counts."""
    cohorts: dict[Step, set[Cohort]] = {}
    for phase in phases:
        cohorts.setdefault(phase.step, set()).add(phase.cohort)
    for step, found in cohorts.items():
        if Cohort.ALL in found and len(found) > 1:
            raise Invalid(f"Bước “{step.label}” có cả hạn chung và hạn riêng từng nhóm; chỉ chọn một cách.")


def as_json(phase: Phase) -> dict[str, object]:
    return {
        "step": phase.step.value,
        "cohort": phase.cohort.value,
        "month": phase.month,
        "day": phase.day,
        "owner": phase.owner.value,
        "remind": list(phase.remind),
        "escalate": [{"after": each.after, "to": each.to.value} for each in phase.escalate],
        "source": phase.source,
    }


def from_json(found: Mapping[str, Any]) -> Phase:
    """What `as_json` made, or one table of a policy's file. Raises KeyError and ValueError for anything else."""
    return Phase(
        Step(found["step"]),
        Cohort(found.get("cohort", Cohort.ALL)),
        int(found["month"]),
        int(found["day"]),
        Owner(found["owner"]),
        tuple(int(each) for each in found.get("remind", (5, 1))),
        tuple(Escalation(int(each["after"]), Owner(each["to"])) for each in found.get("escalate", ())),
        str(found.get("source", "")),
    )


@dataclass(frozen=True)
class Due:
    """One phase's deadline at one school, under the newest decision that concerns it."""

    step: Step
    cohort: Cohort
    on: date
    version: int = 0

    @property
    def at(self) -> datetime:
        """The first instant at which it is late (aware UTC)."""
        return end_of_day(self.on)
