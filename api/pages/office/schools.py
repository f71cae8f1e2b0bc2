"""The schools of an office, and each with its phases, its data review and its classes; never a pupil's name."""

from dataclasses import dataclass, replace
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.deps import CurrentPerson, ServicesDep, now
from api.guard import allow
from api.pages.choices import query_string
from api.pages.language import gettext
from api.pages.language import marked as _
from api.pages.office.season import Asking, Season, phase_name, require_school, required_season
from api.pages.taking import Row, TakenList, take_list
from api.pages.templating import page
from domain.campaigns.gaps import CLOSED_BY
from domain.campaigns.measures import MEASURES
from domain.deadlines import last_day
from domain.duties import AUTHORITY, DUTY_NAMES
from domain.errors import NotFound
from domain.stages import STAGE_NAMES
from storage import board, staffing
from storage.campaigns import drilldown, radar
from storage.campaigns.radar import PAGE, UNDONE, Asked, SchoolLine

router = APIRouter(include_in_schema=False, prefix="/co-quan/truong")
STATES: Final = {
    "can-xem": _("Quá hạn hoặc có nguy cơ"),
    "qua-han": _("Quá hạn"),
    "nguy-co": _("Có nguy cơ trễ"),
    UNDONE: _("Chưa xong"),
    "da-xong": _("Đã xong"),
    "mien-tru": _("Được miễn trừ"),
    "moi-xong": _("Mới xong từ hôm qua"),
    "moi-tre": _("Mới quá hạn từ hôm qua"),
}
_TAKEN: Final = TakenList("truong", _("Các trường trong đợt"), {
    _("Trường"): 40, _("Mã trường"): 12, _("Địa bàn"): 30, _("Bước"): 34, _("Hạn"): 12, _("Tình trạng"): 18,
    _("Đã xong"): 10, _("Tổng số"): 10, _("Dự báo còn thiếu khi đến hạn"): 16,
    _("Khả năng trễ hạn (%)"): 12,
})  # fmt: skip


@dataclass(frozen=True)
class SchoolFilter:
    """What of the schools is asked for, and which page of the list."""

    phuong: str
    buoc: str
    nhom: str
    loc: str
    tim: str
    trang: int

    @property
    def query(self) -> str:
        """Without the page."""
        return query_string({name: value for name, value in vars(self).items() if name != "trang"})

    @property
    def asked(self) -> Asked:
        """A text with a sign that no text holds finds nothing and breaks nothing."""
        asked = Asked(self.phuong, self.buoc, self.nhom, self.loc if self.loc in STATES else "", self.tim.strip())
        return replace(asked, **{name: text.replace("\x00", " ") for name, text in vars(asked).items()})


async def _filter(
    phuong: str = "", buoc: str = "", nhom: str = "", loc: str = "", tim: str = "", trang: str = "1"
) -> SchoolFilter:
    number = int(trang) if trang.isascii() and trang.isdigit() and len(trang) < 6 else 1  # noqa: PLR2004
    return SchoolFilter(phuong, buoc, nhom, loc, tim[:80], max(number, 1))


Filter = Annotated[SchoolFilter, Depends(_filter)]


@router.get("")
@allow(AUTHORITY)
def show_schools(
    request: Request, person: CurrentPerson, found: ServicesDep, asking: Asking, asked: Filter
) -> Response:
    with found.sessions() as session:
        season = required_season(session, person, asking)
        offset = (asked.trang - 1) * PAGE
        lines = radar.school_lines(session, season.view, asked.asked, offset=offset)
        wards = radar.ward_names(session, season.view)
    values: dict[str, Any] = {"season": season, "lines": lines, "wards": wards, "states": STATES, "now": season.view.at}
    pages = -(-lines.schools // PAGE)
    more: dict[str, Any] = {"asked": asked, "pages": pages, "phase_name": phase_name, "measures": MEASURES}
    return page(found, request, "office/schools.html", **values, **more)


@router.get(".xlsx")
@allow(AUTHORITY)
def take_schools(person: CurrentPerson, found: ServicesDep, asking: Asking, asked: Filter) -> Response:
    """All schools that are asked for, not only one page of them."""
    with found.sessions() as session:
        season = required_season(session, person, asking)
        lines = radar.school_lines(session, season.view, asked.asked, most=None).shown
    about = (season.campaign.school_year, gettext(STATES.get(asked.loc, "")))
    return take_list(found, person, _TAKEN, map(_row, lines), about)


def _row(line: SchoolLine) -> Row:
    state = gettext("Được miễn trừ") if line.is_excepted else gettext(line.standing.label)
    return (
        line.name, line.code, line.ward_name, phase_name(line.step, line.cohort), last_day(line.due_at), state,
        line.done, line.total, line.expected, round(100 * line.chance),
    )  # fmt: skip


@router.get("/{school_id}")
@allow(AUTHORITY)
def show_school(
    request: Request, school_id: UUID, person: CurrentPerson, found: ServicesDep, asking: Asking
) -> Response:
    with found.sessions() as session:
        name = require_school(session, person, school_id)
        season = required_season(session, person, asking)
        review = drilldown.review(session, season.campaign.id, school_id)
        if review is None:
            raise NotFound("Trường này không tham gia đợt.")
        values: dict[str, Any] = {
            "lines": radar.of_school(session, season.view, school_id),
            "events": drilldown.events(session, season.campaign.id, school_id),
            "forecasts": drilldown.forecasts(session, season.campaign.id, school_id),
            "classes": drilldown.classes(session, season.view, school_id),
            "unopened": drilldown.unopened(session, season.view, school_id),
            "managements": drilldown.managements(session, school_id),
        }
    more: dict[str, Any] = {
        "school_id": school_id,
        "school": name,
        "season": season,
        "review": review,
        "chart": season.main_phase,
    }
    return page(found, request, "office/school.html", **values, **more, **_school_words(season))


def _school_words(season: Season) -> dict[str, Any]:
    return {
        "closed_by": CLOSED_BY, "duty_names": DUTY_NAMES, "phase_name": phase_name, "measures": MEASURES,
        "now": season.view.at,
    }  # fmt: skip


@router.get("/{school_id}/lop/{class_term_id}")
@allow(AUTHORITY)
def show_class(
    request: Request, school_id: UUID, class_term_id: UUID, person: CurrentPerson, found: ServicesDep, asking: Asking
) -> Response:
    """The slots of a class by counts, and who fills each."""
    with found.sessions() as session:
        name = require_school(session, person, school_id)
        season = required_season(session, person, asking)
        group = drilldown.class_of(session, school_id, class_term_id)
        if group is None:
            raise NotFound("Không tìm thấy lớp này.")
        slots = board.slot_lines(session, group.class_term_id, group.class_id)
        pupils, stages = drilldown.stages_of(session, class_term_id)
        people = staffing.by_slot(session, group.class_id, now())
    values: dict[str, Any] = {"school_id": school_id, "school": name, "season": season, "group": group, "slots": slots}
    more: dict[str, Any] = {"pupils": pupils, "stages": stages, "people": people, "stage_names": STAGE_NAMES}
    return page(found, request, "office/class.html", **values, **more)
