"""Moving a deadline of a campaign: for all schools, those of an office, or one; after a look at whom it touches."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Request, status
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, now
from api.errors import Unavailable, problem_of
from api.guard import allow
from api.pages.language import gettext
from api.pages.language import marked as _
from api.pages.office import acting
from api.pages.office.season import Asking, Season, SeasonAsked, office_of, phase_name, required_season, season_of
from api.pages.taking import Row, TakenList, take_list
from api.pages.templating import page
from api.services import Services
from domain.calendar import day_of
from domain.duties import AUTHORITY
from domain.errors import DomainError, Invalid, NotFound
from storage.campaigns import authorities, decisions, extensions
from storage.campaigns.decisions import LONGEST_NUMBER, Move, Reach
from storage.campaigns.extensions import Decision
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/co-quan/gia-han")
_VOID: Final = _("không còn hiệu lực")
_TAKEN: Final = TakenList("gia-han", _("Các quyết định gia hạn"), {
    _("Bước"): 34, _("Ngày cuối mới"): 13, _("Phạm vi"): 36, _("Số quyết định"): 18, _("Lý do"): 50, _("Người ký"): 26,
    _("Cơ quan"): 36, _("Lúc"): 18, _("Nơi cần báo"): 11, _("Báo xong lúc"): 18,
    _("Hiệu lực"): 20,
})  # fmt: skip


class ExtensionForm(BaseModel):
    """Which phase (`buoc`, step/cohort), for whom (`pham_vi`), its last day (`ngay`), and on what ground."""

    command_id: UUID = Field(default_factory=uuid4)
    dot: str = ""
    buoc: str = ""
    pham_vi: str = ""
    co_quan: str = ""
    truong: str = ""
    tim: str = ""
    han: str = ""
    so: str = ""
    ly_do: str = ""
    lam: str = "xem"


@dataclass(frozen=True)
class Prepared:
    move: Move
    reach: Reach
    scope: str


@router.get("")
@allow(AUTHORITY)
def show_extensions(
    request: Request, person: CurrentPerson, found: ServicesDep, asking: Asking, xong: str = ""
) -> Response:
    return _page(found, request, person, asking, ExtensionForm(dot=asking.dot), done=bool(xong))


@router.get(".xlsx")
@allow(AUTHORITY)
def take_extensions(person: CurrentPerson, found: ServicesDep, asking: Asking) -> Response:
    with found.sessions() as session:
        season = required_season(session, person, asking)
        rows = [_row(each) for each in _decided(session, person, season)]
    return take_list(found, person, _TAKEN, rows, (season.campaign.school_year,))


def _decided(session: Session, person: Person, season: Season) -> list[Decision]:
    """Of the schools that the office has today, whichever day's offices the page shows."""
    return extensions.decided(session, season.campaign, office_of(person), day_of(season.view.at))


def _row(each: Decision) -> Row:
    return (
        phase_name(each.step, each.cohort), each.due_on, each.scope or gettext("Tất cả các trường"), each.decision_no,
        each.reason, each.decided_by, each.office, each.decided_at, each.concerned, each.spread_at or "",
        gettext(_VOID) if each.is_void else "",
    )  # fmt: skip


@router.post("")
@allow(acting.HEADS)
async def extend(
    request: Request, person: CurrentPerson, found: ServicesDep, form: Annotated[ExtensionForm, Form()]
) -> Response:
    """Look for a school, show whom the move touches, or decide it; sent twice, it is decided once."""
    asking = SeasonAsked(form.dot, "")
    if form.lam == "tim":
        return await run_in_threadpool(_page, found, request, person, asking, form)
    try:
        prepared = await run_in_threadpool(_prepared, found, person, asking, form)
        if form.lam != "giu":
            return await run_in_threadpool(_page, found, request, person, asking, form, prepared=prepared)
        await found.campaigns.move_deadline(person, prepared.move)
    except (DomainError, Unavailable) as refused:
        return await run_in_threadpool(_page, found, request, person, asking, form, refused=refused)
    return RedirectResponse(f"/co-quan/gia-han?dot={prepared.move.campaign_id}&xong=1", status.HTTP_303_SEE_OTHER)


def _prepared(found: Services, person: Person, asking: SeasonAsked, form: ExtensionForm) -> Prepared:
    with found.sessions() as session:
        season = required_season(session, person, asking)
        step, _, cohort = form.buoc.partition("/")
        phase = season.phase(step, cohort) if step else None
        if phase is None:
            raise Invalid("Hãy chọn bước cần gia hạn.")
        authority_id, school_id, scope = _scope(session, person, season, form)
        move = Move(
            form.command_id, season.campaign.id, phase.step, phase.cohort, _day(form.han), _number(form.so),
            acting.require_reason(form.ly_do), person.staff_id, office_of(person), authority_id, school_id,
        )  # fmt: skip
        return Prepared(move, decisions.reach(session, season.campaign, authority_id, school_id, now()), scope)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("Hãy chọn ngày cuối cùng của hạn mới.") from error
    if day < day_of(now()):
        raise Invalid("Ngày cuối của hạn mới phải từ hôm nay trở đi.")
    return day


def _number(text: str) -> str:
    words = " ".join(text.split())
    if not words or len(words) > LONGEST_NUMBER or not words.isprintable():
        raise Invalid("Hãy ghi số quyết định hoặc công văn (tối đa 60 ký tự).")
    return words


def _scope(
    session: Session, person: Person, season: Season, form: ExtensionForm
) -> tuple[UUID | None, UUID | None, str]:
    """An authority and a school, one of them at most; an office that did not open the campaign moves its own schools'.

    Raises Invalid without a choice, NotFound for what is not the office's.
    """
    own = office_of(person)
    if form.pham_vi == "tat-ca":
        return (None if acting.is_own(person, season.campaign) else own), None, ""
    if form.pham_vi == "co-quan":
        offices = authorities.offices_under(session, own, season.view.day)
        office = next((each for each in offices if str(each.id) == form.co_quan), None)
        if office is None:
            raise Invalid("Hãy chọn cơ quan có các trường được gia hạn.")
        return office.id, None, office.name
    if form.pham_vi == "truong" and form.truong:
        return None, *_school(session, own, season, form.truong)
    raise Invalid("Hãy chọn các trường được gia hạn: tất cả, của một cơ quan, hoặc tìm và chọn một trường.")


def _school(session: Session, own: UUID, season: Season, text: str) -> tuple[UUID, str]:
    try:
        school = authorities.school_of(session, own, UUID(text), season.view.day)
    except ValueError:
        school = None
    if school is None:
        raise NotFound("Không tìm thấy trường này.")
    return school.id, school.name


def _page(
    found: Services,
    request: Request,
    person: Person,
    asking: SeasonAsked,
    form: ExtensionForm,
    **told: Any,  # noqa: ANN401
) -> Response:
    refused: DomainError | Unavailable | None = told.get("refused")
    with found.sessions() as session:
        season = season_of(session, person, asking)
        if season is None:
            office = authorities.office(session, office_of(person))
            return page(found, request, "office/none.html", office=office)
        words = form.tim.replace("\x00", " ").strip()
        values: dict[str, Any] = {
            "offices": authorities.offices_under(session, office_of(person), season.view.day),
            "schools": extensions.matching(session, season.view, words) if words else [],
            "decided": _decided(session, person, season),
        }
    may = acting.may_decide(person) and season.campaign.state != "closed"
    more: dict[str, Any] = {"prepared": None, "done": False, "form": form, "season": season, "may_move": may}
    more |= {name: value for name, value in told.items() if name != "refused"}
    code, problem = (problem_of(refused).status, refused.message) if refused else (200, "")
    last: dict[str, Any] = {"problem": problem, "phase_name": phase_name, "today": day_of(now()).isoformat()}
    return page(found, request, "office/extension.html", status=code, **values, **more, **last)
