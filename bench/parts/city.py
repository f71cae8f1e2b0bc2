"""A city in the middle of its campaign, written by SQL: 700 schools, 4,000 classes of a grade, 132,000 pupils."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from bench.parts import city_sql
from bench.parts.visits import p95
from domain.calendar import SchoolYear, day_of, end_of_day
from domain.campaigns.phases import Cohort, Owner, Phase, Step, as_json
from domain.curriculum import curriculum_for
from domain.duties import Duty
from storage.campaigns import offices
from storage.campaigns.offices import OfficeFacts
from storage.campaigns.policies import ensure_shipped

GRADE: Final = 1
REFORM: Final = date(2025, 7, 1)
# Days from today on which each phase is due: some are over, the great ones are near.
_DUE: Final = {
    Step.CLOSE_HK1: -150, Step.CLOSE_YEAR: -40, Step.DATA_REVIEW: -12, Step.TRAINING: -5, Step.ENTRY_SIGNING: 6,
    Step.ISSUE: 14, Step.SUBMISSION: 14, Step.FREEZE: 21,
}  # fmt: skip


@dataclass(frozen=True)
class Size:
    schools: int = 700
    classes: int = 4000
    pupils: int = 132_000
    wards: int = 102
    districts: int = 22
    days: int = 60


@dataclass(frozen=True)
class City:
    """Ids to ask with: the department, its head and officer, one ward and its officer, and the campaign."""

    department: UUID
    ward: UUID
    campaign: UUID
    head: UUID
    officer: UUID
    ward_officer: UUID
    schools: Sequence[UUID] = field(default=())


def make_city(session: Session, at: datetime | None = None, size: Size | None = None) -> City:
    """Fill an empty database; the same size gives the same city, but for ids."""
    at, size = at or datetime.now(UTC), size or Size()
    known = make_people(session, at, size, SchoolYear(day_of(at).year - 1))
    department, wards, campaign = known["department"], known["wards"], known["campaign"]
    known |= {"policy": _campaign(session, known)}
    for statement in city_sql.SEASON:
        _run(session, statement, known)
    _phases(session, known)
    for statement in city_sql.PHASES:
        _run(session, statement, known)
    head, officer, ward_officer = [
        offices.add_officer(session, office, (f"07918500{number:04}", name), duty, at - timedelta(days=300))
        for number, (office, name, duty) in enumerate(
            [
                (department, "Lê Thị Thu Hà", Duty.OFFICE_HEAD),
                (department, "Trần Quốc Bảo", Duty.OFFICER),
                (wards[0], "Nguyễn Minh Khôi", Duty.OFFICER),
            ],
            start=1,
        )
    ]
    schools = session.execute(text("SELECT id FROM schools ORDER BY code")).scalars().all()
    return City(department, wards[0], campaign, head, officer, ward_officer, schools)


def make_people(session: Session, at: datetime, size: Size, year: SchoolYear) -> dict[str, Any]:
    """Offices, schools, classes, pupils and teachers, before any campaign; returns what further statements take."""
    ensure_shipped(session)
    department, wards, districts = _authorities(session, size)
    known = {
        "year": str(year), "grade": GRADE, "schools": size.schools,
        "classes": size.classes, "pupils": size.pupils, "days": size.days, "campaign": uuid4(),
        "department": department, "wards": wards, "districts": districts, "reform": REFORM, "today": day_of(at),
        "at": at, "since": at - timedelta(days=300), "slots": list(curriculum_for(GRADE).slots),
    }  # fmt: skip
    session.execute(text("SELECT setseed(0.42)"))
    for statement in city_sql.PEOPLE:
        _run(session, statement, known)
    return known


_TYPES: Final = {
    "year": "text", "step": "text", "phases": "jsonb", "reform": "date", "today": "date", "at": "timestamptz",
    "since": "timestamptz", "due_at": "timestamptz", "campaign": "uuid", "department": "uuid", "policy": "uuid",
    "wards": "uuid[]", "districts": "uuid[]", "slots": "text[]",
}  # fmt: skip
_NAMED: Final = re.compile(r"(?<!:):([a-z_]+)")


def _run(session: Session, statement: str, known: Mapping[str, Any]) -> None:
    """PostgreSQL is told what each value is; it would have to guess."""
    names = set(_NAMED.findall(statement))
    typed = _NAMED.sub(lambda found: f"CAST(:{found[1]} AS {_TYPES.get(found[1], 'integer')})", statement)
    session.execute(text(typed), {name: known[name] for name in names})


def _authorities(session: Session, size: Size) -> tuple[UUID, list[UUID], list[UUID]]:
    """The department, the wards since the reform, and the districts before it."""
    founded = date(2020, 1, 1)
    name = "Sở Giáo dục và Đào tạo Thành phố Hồ Chí Minh"
    department = offices.add_authority(session, OfficeFacts("79", name, "city_department", None, founded))
    wards = [
        OfficeFacts(f"79-x{number:03}", f"Phường Mẫu {number}", "commune_authority", department, REFORM)
        for number in range(1, size.wards + 1)
    ]
    districts = [
        OfficeFacts(
            f"79-q{number:02}", f"Phòng Giáo dục và Đào tạo Quận Mẫu {number}", "district_office", department, founded,
            REFORM,
        )
        for number in range(1, size.districts + 1)
    ]  # fmt: skip
    return (
        department,
        [offices.add_authority(session, each) for each in wards],
        [offices.add_authority(session, each) for each in districts],
    )


def _campaign(session: Session, known: dict[str, Any]) -> UUID:
    policy, today = uuid4(), known["today"]
    days = {step: today + timedelta(days=days) for step, days in _DUE.items()}
    phases = [as_json(Phase(step, Cohort.ALL, day.month, day.day, Owner.PRINCIPAL)) for step, day in days.items()]
    for statement in city_sql.CAMPAIGN:
        _run(session, statement, known | {"policy": policy, "phases": city_sql.as_json(phases)})
    return policy


def _phases(session: Session, known: dict[str, Any]) -> None:
    for step, days in _DUE.items():
        due = end_of_day(known["today"] + timedelta(days=days))
        _run(session, city_sql.PHASE, {**known, "step": step.value, "due_at": due})


@dataclass(frozen=True)
class Times:
    """Milliseconds of each request, how much of them its statements took, and how many there were."""

    waited: list[float]
    in_sql: list[float]
    statements: float

    @property
    def middle(self) -> float:
        return sorted(self.waited)[len(self.waited) // 2]

    @property
    def slow(self) -> float:
        return p95(self.waited)

    @property
    def share_of_sql(self) -> float:
        return sum(self.in_sql) / sum(self.waited)


async def time_page(client: httpx.AsyncClient, engine: Engine, path: str, times: int = 40) -> Times:
    """Ask the application for one page so many times, one after the other."""
    (await client.get(path)).raise_for_status()
    waited, in_sql, sent = [], [], 0
    for _ in range(times):
        with _statements(engine) as took:
            start = time.perf_counter()
            (await client.get(path)).raise_for_status()
            waited.append((time.perf_counter() - start) * 1000)
        in_sql.append(sum(took))
        sent += len(took)
    return Times(waited, in_sql, sent / times)


@contextmanager
def _statements(engine: Engine) -> Iterator[list[float]]:
    """The milliseconds of each statement that this process sends meanwhile."""
    took: list[float] = []
    begun: list[float] = []

    def before(*_: object) -> None:
        begun.append(time.perf_counter())

    def after(*_: object) -> None:
        took.append((time.perf_counter() - begun.pop()) * 1000)

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    try:
        yield took
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "after_cursor_execute", after)
