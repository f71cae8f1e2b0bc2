"""Campaigns: start one, hold it, close it, put a newer plan in force, each after a look at whom it touches."""

from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Request, status
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, now
from api.errors import Unavailable, problem_of
from api.guard import allow
from api.pages.language import gettext
from api.pages.language import marked as _
from api.pages.office import acting
from api.pages.office.season import office_of, phase_name
from api.pages.taking import TakenList, take_list
from api.pages.templating import page
from api.services import Services
from domain.calendar import SchoolYear, day_of
from domain.duties import AUTHORITY
from domain.errors import DomainError, Invalid
from storage.campaigns import diary, policies, seasons, touching
from storage.campaigns.policies import Plan
from storage.campaigns.running import NewCampaign
from storage.campaigns.seasons import Start
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/co-quan/dot")
_GRADES: Final = range(1, 13)
_TAKEN: Final = TakenList("dot", _("Các đợt"), {
    _("Năm học"): 12, _("Lớp"): 7, _("Kế hoạch"): 44, _("Cơ quan"): 44, _("Tình trạng"): 16, _("Số trường"): 11,
    _("Người mở"): 28, _("Mở lúc"): 18,
})  # fmt: skip


class StartForm(BaseModel):
    """Which year and grade, under which plan (`ke_hoach`, an id)."""

    command_id: UUID = Field(default_factory=uuid4)
    nam: str = ""
    khoi: str = ""
    ke_hoach: str = ""
    lam: str = "xem"


class ActForm(BaseModel):
    """What is done to a campaign (`lam`), why, and under which plan."""

    command_id: UUID = Field(default_factory=uuid4)
    lam: str = ""
    ly_do: str = ""
    ke_hoach: str = ""


@dataclass(frozen=True)
class Chosen:
    """A right form of a start."""

    year: str
    grade: int
    plan: Plan
    touched: Start


@router.get("")
@allow(AUTHORITY)
def show_campaigns(request: Request, person: CurrentPerson, found: ServicesDep) -> Response:
    return _list(found, request, person, StartForm())


@router.get(".xlsx")
@allow(AUTHORITY)
def take_campaigns(person: CurrentPerson, found: ServicesDep) -> Response:
    with found.sessions() as session:
        lines = seasons.lines(session, office_of(person))
    rows = [
        (
            each.campaign.school_year, each.campaign.grade, each.policy, each.office, gettext(each.state.label),
            each.schools, each.opened_by, each.campaign.created_at,
        )
        for each in lines
    ]  # fmt: skip
    return take_list(found, person, _TAKEN, rows)


@router.post("")
@allow(acting.HEADS)
async def start_campaign(
    request: Request, person: CurrentPerson, found: ServicesDep, form: Annotated[StartForm, Form()]
) -> Response:
    """Show whom it touches; open it once that was seen."""
    try:
        chosen = await run_in_threadpool(_chosen, found, person, form)
        if form.lam != "mo":
            return await run_in_threadpool(_list, found, request, person, form, chosen=chosen)
        plan = chosen.plan
        campaign_id = await found.campaigns.open(
            person, chosen.year, chosen.grade, plan.policy_id, plan.version, form.command_id
        )
    except (DomainError, Unavailable) as refused:
        return await run_in_threadpool(_list, found, request, person, form, refused=refused)
    return RedirectResponse(f"/co-quan/dot/{campaign_id}?xong=1", status.HTTP_303_SEE_OTHER)


def _chosen(found: Services, person: Person, form: StartForm) -> Chosen:
    if form.khoi not in {str(each) for each in _GRADES}:
        raise Invalid("Hãy chọn khối lớp.")
    with found.sessions() as session:
        plan = _plan(policies.plans(session, [office_of(person)]), form.ke_hoach)
        if form.nam not in seasons.years(session, office_of(person), day_of(now())):
            raise Invalid("Hãy chọn năm học.")
        seasons.require_free(session, NewCampaign(
            office_of(person), SchoolYear.parse(form.nam), int(form.khoi), plan.policy_id, plan.version, None
        ))  # fmt: skip
        touched = seasons.start(session, office_of(person), form.nam, int(form.khoi), day_of(now()))
    if not touched.classes:
        raise Invalid("Chưa trường nào của cơ quan có lớp thuộc khối này trong năm học đã chọn.")
    return Chosen(form.nam, int(form.khoi), plan, touched)


def _plan(listed: list[Plan], policy_id: str) -> Plan:
    plan = next((each for each in listed if str(each.policy_id) == policy_id), None)
    if plan is None:
        raise Invalid("Hãy chọn kế hoạch.")
    return plan


def _list(
    found: Services,
    request: Request,
    person: Person,
    form: StartForm,
    *,
    chosen: Chosen | None = None,
    refused: DomainError | Unavailable | None = None,
) -> Response:
    with found.sessions() as session:
        own = office_of(person)
        values: dict[str, Any] = {
            "lines": seasons.lines(session, own),
            "years": seasons.years(session, own, day_of(now())),
            "plans": policies.plans(session, [own]),
        }
    more: dict[str, Any] = {"form": form, "chosen": chosen, "problem": refused.message if refused else ""}
    code = problem_of(refused).status if refused else 200
    may = {"may_decide": acting.may_decide(person), "grades": list(_GRADES)}
    return page(found, request, "office/campaigns.html", status=code, **values, **more, **may)


@router.get("/{campaign_id}")
@allow(AUTHORITY)
def show_campaign(
    request: Request, campaign_id: UUID, person: CurrentPerson, found: ServicesDep, xong: str = ""
) -> Response:
    return _show(found, request, person, campaign_id, ActForm(), done=bool(xong))


@router.post("/{campaign_id}")
@allow(acting.HEADS)
async def act(
    request: Request,
    campaign_id: UUID,
    person: CurrentPerson,
    found: ServicesDep,
    form: Annotated[ActForm, Form()],
) -> Response:
    """Hold, go on, close, look at a plan or put it in force, each decision with its reason."""
    await run_in_threadpool(_own, found, person, campaign_id)
    try:
        if form.lam == "xem":
            return await run_in_threadpool(_show, found, request, person, campaign_id, form)
        await _do(found, person, campaign_id, form)
    except (DomainError, Unavailable) as refused:
        return await run_in_threadpool(_show, found, request, person, campaign_id, form, refused=refused)
    return RedirectResponse(f"/co-quan/dot/{campaign_id}?xong=1", status.HTTP_303_SEE_OTHER)


async def _do(found: Services, person: Person, campaign_id: UUID, form: ActForm) -> None:
    door = found.campaigns
    acts = {"pause": door.pause, "resume": door.resume, "close": door.close}
    if form.lam not in {*acts, "giu"}:
        raise Invalid("Hãy chọn việc cần làm với đợt.")
    reason = acting.require_reason(form.ly_do)
    if form.lam in acts:
        await acts[form.lam](person, campaign_id, reason, form.command_id)
        return
    plan = await run_in_threadpool(_plan_of, found, person, form.ke_hoach)
    await door.put_in_force(person, campaign_id, plan.policy_id, plan.version, reason, form.command_id)


def _plan_of(found: Services, person: Person, policy_id: str) -> Plan:
    with found.sessions() as session:
        return _plan(policies.plans(session, [office_of(person)]), policy_id)


def _own(found: Services, person: Person, campaign_id: UUID) -> None:
    with found.sessions() as session:
        acting.require_own(session, person, campaign_id)


def _show(
    found: Services,
    request: Request,
    person: Person,
    campaign_id: UUID,
    form: ActForm,
    **more: Any,  # noqa: ANN401
) -> Response:
    refused: DomainError | Unavailable | None = more.get("refused")
    with found.sessions() as session:
        campaign = acting.require_campaign(session, person, campaign_id)
        line = next(each for each in seasons.lines(session, office_of(person)) if each.campaign.id == campaign_id)
        plans = policies.plans(session, [office_of(person)])
        chosen = next((each for each in plans if str(each.policy_id) == form.ke_hoach), None)
        touch = touching.touch(session, campaign, chosen.phases, now()) if chosen else None
        plan = policies.plan(session, campaign.policy_id, campaign.policy_version)
        happened = diary.of_campaign(session, campaign.id)
    values: dict[str, Any] = {
        "line": line, "campaign": campaign, "plan": plan, "plans": plans, "chosen": chosen, "touch": touch,
        "form": form, "done": more.get("done", False), "problem": refused.message if refused else "",
        "phase_name": phase_name, "happened": happened,
        "may_act": acting.may_decide(person) and acting.is_own(person, campaign),
    }  # fmt: skip
    return page(found, request, "office/campaign.html", status=problem_of(refused).status if refused else 200, **values)
