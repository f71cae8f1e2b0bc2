"""How far a phase was on each day: for the chart, and as a table for whoever reads without it."""

from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, Response

from api.deps import CurrentPerson, ServicesDep
from api.guard import allow
from api.pages.choices import query_string
from api.pages.language import marked as _
from api.pages.office.season import Asking, Season, phase_name, require_school, required_season
from api.pages.taking import TakenList, take_list
from api.pages.templating import page
from domain.duties import AUTHORITY
from domain.errors import NotFound
from storage.campaigns import series
from storage.campaigns.radar import PhaseHead
from storage.campaigns.series import Series
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/co-quan")
_TAKEN: Final = TakenList("dien-bien", _("Diễn biến theo ngày"), {
    _("Ngày"): 12, _("Đã xong"): 12, _("Tổng số"): 12, _("Thêm trong ngày"): 16,
})  # fmt: skip


@dataclass(frozen=True)
class SeriesAsked:
    """Of which phase, and of which school (of all where empty)."""

    buoc: str
    nhom: str
    truong: str

    @property
    def query(self) -> str:
        return query_string(vars(self))


async def _asked(buoc: str = "", nhom: str = "", truong: str = "") -> SeriesAsked:
    return SeriesAsked(buoc, nhom, truong)


Chart = Annotated[SeriesAsked, Depends(_asked)]


@dataclass(frozen=True)
class Drawn:
    season: Season
    phase: PhaseHead
    series: Series
    school_id: UUID | None
    school: str


@router.get("/chuoi.json")
@allow(AUTHORITY)
def give_series(person: CurrentPerson, found: ServicesDep, asking: Asking, chart: Chart) -> Response:
    """Days as ISO dates; `expected` records are done at the end of the due day, between `low` and `high`."""
    with found.sessions() as session:
        drawn = _draw(session, person, asking, chart)
    points = drawn.series.points
    return JSONResponse(
        {
            "days": [each.day.isoformat() for each in points],
            "done": [each.done for each in points],
            "total": points[-1].total,
            "due": drawn.series.due_on.isoformat() if drawn.series.due_on else None,
            "expected": drawn.series.expected,
            "low": drawn.series.low,
            "high": drawn.series.high,
        }
    )


@router.get("/dien-bien")
@allow(AUTHORITY)
def show_series(request: Request, person: CurrentPerson, found: ServicesDep, asking: Asking, chart: Chart) -> Response:
    with found.sessions() as session:
        drawn = _draw(session, person, asking, chart)
    values: dict[str, Any] = {"drawn": drawn, "season": drawn.season, "chart": chart, "phase_name": phase_name}
    return page(found, request, "office/series.html", **values, days=_days(drawn.series))


@router.get("/dien-bien.xlsx")
@allow(AUTHORITY)
def take_series(person: CurrentPerson, found: ServicesDep, asking: Asking, chart: Chart) -> Response:
    with found.sessions() as session:
        drawn = _draw(session, person, asking, chart)
    about = (drawn.school, phase_name(*drawn.phase.key))
    return take_list(found, person, _TAKEN, _days(drawn.series), about)


def _draw(session: Session, person: Person, asking: Asking, chart: SeriesAsked) -> Drawn:
    """Raises NotFound for a school that is not the office's, and for a phase that the campaign does not have."""
    season = required_season(session, person, asking)
    phase = season.phase(chart.buoc, chart.nhom) if chart.buoc else season.main_phase
    if phase is None:
        raise NotFound("Đợt không có bước này.")
    school_id, school = None, ""
    if chart.truong:
        try:
            school_id = UUID(chart.truong)
        except ValueError as error:
            raise NotFound("Không tìm thấy trường này.") from error
        school = require_school(session, person, school_id)
    found = series.series(session, season.view, phase.key, phase.due_at, school_id)
    return Drawn(season, phase, found, school_id, school)


def _days(found: Series) -> list[tuple[Any, ...]]:
    """Newest first: day, done, in all, more than the day before."""
    before = [None, *found.points[:-1]]
    rows = [
        (each.day, each.done, each.total, each.done - last.done if last else None)
        for each, last in zip(found.points, before, strict=True)
    ]
    return rows[::-1]
