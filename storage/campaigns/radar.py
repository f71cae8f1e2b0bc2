"""The season from above: phases by ward, and the schools that need somebody's eye."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, Subquery, func, or_, select
from sqlalchemy.orm import Session

from domain.campaigns.measures import Standing, Tally
from domain.campaigns.phases import Cohort, Step
from storage.campaigns.standings import View, managed, standings, tally_columns
from storage.tables import CampaignPhase

PhaseKey = tuple[Step, Cohort]
PAGE: Final = 50


@dataclass(frozen=True)
class PhaseHead:
    """A phase of the campaign, and the deadline that most of its schools have."""

    step: Step
    cohort: Cohort
    due_at: datetime

    @property
    def key(self) -> PhaseKey:
        return self.step, self.cohort


@dataclass(frozen=True)
class Ward:
    key: str
    name: str
    phases: Mapping[PhaseKey, Tally]

    @property
    def schools(self) -> int:
        return max((each.schools for each in self.phases.values()), default=0)


@dataclass(frozen=True)
class SchoolLine:
    """One phase at one school."""

    school_id: UUID
    name: str
    code: str
    ward_name: str
    step: Step
    cohort: Cohort
    due_at: datetime
    total: int
    done: int
    expected: int
    chance: float
    standing: Standing
    is_excepted: bool
    since: datetime

    @property
    def open(self) -> int:
        return self.total - self.done


def heads(session: Session, campaign_id: UUID) -> list[PhaseHead]:
    """The phases that schools have, in the order of their deadlines."""
    table = CampaignPhase
    usual = func.mode().within_group(table.due_at)
    query = (
        select(table.step, table.cohort, usual)
        .where(table.campaign_id == campaign_id)
        .group_by(table.step, table.cohort)
    )
    found = [PhaseHead(Step(step), Cohort(cohort), due_at) for step, cohort, due_at in session.execute(query)]
    return sorted(found, key=lambda each: (each.due_at, list(Step).index(each.step), each.cohort))


def by_ward(session: Session, view: View) -> list[Ward]:
    """Wards by name, each with all phases of its schools."""
    table = standings(view)
    query = select(table.c.ward, table.c.ward_name, table.c.step, table.c.cohort, *tally_columns(table)).group_by(
        table.c.ward, table.c.ward_name, table.c.step, table.c.cohort
    )
    found: dict[tuple[str, str], dict[PhaseKey, Tally]] = {}
    for key, name, step, cohort, *numbers in session.execute(query):
        found.setdefault((key, name), {})[Step(step), Cohort(cohort)] = Tally(*numbers)
    return sorted((Ward(key, name, phases) for (key, name), phases in found.items()), key=_by_number)


def ward_names(session: Session, view: View) -> list[tuple[str, str]]:
    """Keys and names of the wards, for a choice of them."""
    table = managed(view)
    found = session.execute(select(table.c.ward, table.c.ward_name).distinct()).all()
    return [(each.key, each.name) for each in sorted((Ward(key, name, {}) for key, name in found), key=_by_number)]


def _by_number(ward: Ward) -> tuple[str, int, str]:
    """Phường 2 comes before Phường 10."""
    words, _, last = ward.name.rpartition(" ")
    return (words, int(last), "") if last.isdigit() else (ward.name, 0, "")


@dataclass(frozen=True)
class Asked:
    """What of the schools is asked for; empty asks for everything."""

    ward: str = ""
    step: str = ""
    cohort: str = ""
    state: str = ""
    words: str = ""


STATES: Final = {
    "qua-han": ("is_late",),
    "nguy-co": ("is_at_risk",),
    "can-xem": ("is_late", "is_at_risk"),
    "da-xong": ("is_done",),
    "mien-tru": ("is_excepted",),
    "moi-xong": ("finished",),
    "moi-tre": ("fell_late",),
}
UNDONE: Final = "chua-xong"


@dataclass(frozen=True)
class Lines:
    """Some schools of a list, and of how many it is, of them late and at risk."""

    shown: Sequence[SchoolLine] = ()
    schools: int = 0
    late: int = 0
    at_risk: int = 0


def school_lines(session: Session, view: View, asked: Asked, *, offset: int = 0, most: int | None = PAGE) -> Lines:
    """Schools with the gravest of the phases that are asked for, the gravest school first."""
    table = standings(view, asked.step)
    rank = func.row_number().over(partition_by=table.c.school_id, order_by=_gravest(table)).label("rank")
    inner = _narrowed(select(*_line_columns(table), rank), table, asked).subquery()
    numbers = [
        func.count().over(),
        func.count().filter(inner.c.is_late).over(),
        func.count().filter(inner.c.is_at_risk).over(),
    ]
    query = select(*(inner.c[name] for name in _LINE), *numbers).where(inner.c.rank == 1)
    rows = session.execute(query.order_by(*_gravest(inner)).offset(offset).limit(most)).all()
    return Lines([line_of(*row[:-3]) for row in rows], *(rows[0][-3:] if rows else ()))


def of_school(session: Session, view: View, school_id: UUID) -> list[SchoolLine]:
    """All phases of one school, by deadline."""
    table = standings(view, school_id=school_id)
    query = select(*_line_columns(table)).where(table.c.school_id == school_id)
    found = [line_of(*row) for row in session.execute(query)]
    return sorted(found, key=lambda each: (each.due_at, list(Step).index(each.step), each.cohort))


def _gravest(table: CTE | Subquery) -> tuple[ColumnElement[object], ...]:
    found = table.c
    return (
        found.is_late.desc(),
        found.is_at_risk.desc(),
        found.is_done,
        (found.total - found.done).desc(),
        found.chance.desc(),
        found.due_at,
        found.name,
        found.school_id,
        found.cohort,
    )


def _narrowed(query: Select[*tuple[object, ...]], table: CTE, asked: Asked) -> Select[*tuple[object, ...]]:
    for column, wanted in ((table.c.ward, asked.ward), (table.c.cohort, asked.cohort)):
        if wanted:
            query = query.where(column == wanted)
    if asked.words:
        escaped = asked.words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        query = query.where(table.c.name.ilike(f"%{escaped}%") | (table.c.code == asked.words))
    if asked.state == UNDONE:
        query = query.where(~table.c.is_done, ~table.c.is_excepted)
    elif asked.state in STATES:
        query = query.where(or_(*(table.c[name] for name in STATES[asked.state])))
    return query


_LINE: Final = (
    "school_id", "name", "code", "ward_name", "step", "cohort", "due_at", "total", "done", "expected", "chance",
    "since", "is_done", "is_excepted", "is_late", "is_at_risk",
)  # fmt: skip


def _line_columns(table: CTE) -> list[ColumnElement[object]]:
    return [table.c[name] for name in _LINE]


def line_of(*row: object) -> SchoolLine:
    named = dict(zip(_LINE, row, strict=True))
    marks = {name: bool(named.pop(name)) for name in ("is_done", "is_late", "is_at_risk")}
    standing = Standing.ON_THE_WAY
    if marks["is_late"]:
        standing = Standing.LATE
    elif marks["is_at_risk"]:
        standing = Standing.AT_RISK
    elif marks["is_done"]:
        standing = Standing.DONE
    step, cohort = Step(str(named.pop("step"))), Cohort(str(named.pop("cohort")))
    return SchoolLine(**named, step=step, cohort=cohort, standing=standing)  # type: ignore[arg-type]
