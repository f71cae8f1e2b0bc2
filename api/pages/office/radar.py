"""The season of all schools on one page: totals, wards by phases, who needs help, what moved since yesterday."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from api.deps import CurrentPerson, ServicesDep, now
from api.guard import allow
from api.pages.choices import query_string
from api.pages.language import marked as _
from api.pages.matters.tasks import lines_of
from api.pages.office.season import Asking, Season, office_of, phase_name, required_season, season_of
from api.pages.taking import Row, TakenList, take_list
from api.pages.templating import page
from domain.campaigns.measures import MEASURES, Standing, Tally
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.duties import AUTHORITY
from storage.campaigns import authorities, holders, radar
from storage.campaigns.radar import Asked, PhaseHead, PhaseKey, Ward

router = APIRouter(include_in_schema=False)
_WORST: Final = 20
_TAKEN: Final = TakenList("toan-canh", _("Toàn cảnh"), {
    _("Địa bàn"): 34, _("Bước"): 34, _("Số trường"): 11, _("Đã xong"): 11, _("Quá hạn"): 11, _("Có nguy cơ trễ"): 14,
    _("Được miễn trừ"): 13, _("Việc đã xong"): 13, _("Tổng số việc"): 13,
})  # fmt: skip


@dataclass(frozen=True)
class RadarFilter:
    """What of the radar is asked for: a ward, a step, only what is late."""

    phuong: str
    buoc: str
    tre: str

    @property
    def query(self) -> str:
        return query_string(vars(self))


async def _filter(phuong: str = "", buoc: str = "", tre: str = "") -> RadarFilter:
    return RadarFilter(phuong.replace("\x00", " "), buoc.replace("\x00", " "), tre)


Filter = Annotated[RadarFilter, Depends(_filter)]


@dataclass(frozen=True)
class Radar:
    """Wards by phases, narrowed to what is asked for."""

    every_ward: Sequence[Ward]
    wards: Sequence[Ward]
    phases: Sequence[PhaseHead]

    @property
    def totals(self) -> dict[PhaseKey, Tally]:
        return {
            phase.key: reduce(add, (ward.phases[phase.key] for ward in self.wards if phase.key in ward.phases), Tally())
            for phase in self.phases
        }

    @property
    def schools(self) -> int:
        return sum(ward.schools for ward in self.wards)


@router.get("/co-quan")
@allow(AUTHORITY)
def show_radar(request: Request, person: CurrentPerson, found: ServicesDep, asking: Asking, asked: Filter) -> Response:
    with found.sessions() as session:
        office = authorities.office(session, office_of(person))
        season = season_of(session, person, asking)
        tasks: dict[str, Any] = {"matter_tasks": lines_of(session, person), "now": now()}
        if season is None:
            return page(found, request, "office/none.html", office=office, **tasks)
        seen = _read(session, season, asked)
        state = "qua-han" if asked.tre else "can-xem"
        worst = radar.school_lines(session, season.view, Asked(asked.phuong, asked.buoc, state=state), most=_WORST)
    values: dict[str, Any] = {"office": office, "season": season, "radar": seen, "asked": asked, "worst": worst}
    return page(found, request, "office/radar.html", **values, **tasks, **_words(season, seen))


@router.get("/co-quan.xlsx")
@allow(AUTHORITY)
def take_radar(person: CurrentPerson, found: ServicesDep, asking: Asking, asked: Filter) -> Response:
    with found.sessions() as session:
        season = required_season(session, person, asking)
        seen = _read(session, season, asked)
    rows = [_row(ward, phase) for ward in seen.wards for phase in seen.phases if phase.key in ward.phases]
    return take_list(found, person, _TAKEN, rows, (season.campaign.school_year,))


@router.get("/co-quan/giu-viec")
@allow(AUTHORITY)
def show_holders(request: Request, person: CurrentPerson, found: ServicesDep, asking: Asking) -> Response:
    """The people for whom most records wait; read after the page is there."""
    with found.sessions() as session:
        season = required_season(session, person, asking)
        people = holders.holding(session, season.view)
    name = "office/_holders.html" if request.headers.get("HX-Request") else "office/holders.html"
    return page(found, request, name, people=people, season=season, slot_words=SLOT_WORDS, now=now())


SLOT_WORDS: Final = {PRINCIPAL: _("duyệt"), SEAL: _("đóng dấu, phát hành"), HOMEROOM: _("việc chủ nhiệm")}


def _read(session: Session, season: Season, asked: RadarFilter) -> Radar:
    every = radar.by_ward(session, season.view)
    wards = [each for each in every if asked.phuong in {"", each.key}]
    phases = [each for each in season.phases if asked.buoc in {"", each.step}]
    if asked.tre:
        wards = [each for each in wards if any(each.phases[p.key].late for p in phases if p.key in each.phases)]
    return Radar(every, wards, phases)


def _row(ward: Ward, phase: PhaseHead) -> Row:
    tally = ward.phases[phase.key]
    return (
        ward.name, phase_name(*phase.key), tally.schools, tally.done_schools, tally.late, tally.at_risk,
        tally.excepted, tally.done, tally.total,
    )  # fmt: skip


def _words(season: Season, seen: Radar) -> dict[str, Any]:
    """What the sentence on top speaks of: the phase in which the schools are, and the one that is looked forward to."""
    totals = seen.totals
    undone = [each for each in seen.phases if totals[each.key].standing is not Standing.DONE]
    present = max(undone or seen.phases[-1:], key=lambda each: totals[each.key].late, default=None)
    ahead = [each for each in undone if each.due_at > season.view.at and totals[each.key].at_risk]
    ahead.sort(key=lambda each: season.main_phase is None or each.key != season.main_phase.key)
    chart = season.main_phase if season.main_phase in seen.phases else next(iter(seen.phases), None)
    return {
        "totals": totals, "present": present, "ahead": next(iter(ahead), None), "chart": chart,
        "changed": [each for each in seen.phases if _has_moved(totals[each.key])], "measures": MEASURES,
        "standings": Standing, "phase_name": phase_name,
        "names": {each.key: phase_name(*each.key) for each in seen.phases},
    }  # fmt: skip


def _has_moved(tally: Tally) -> bool:
    return bool(tally.finished or tally.fell_late or tally.moved)
