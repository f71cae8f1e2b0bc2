"""Plans of campaigns: every version with who and why, and an edit that shows whom it touches before it is kept."""

from dataclasses import dataclass, replace
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Request, status
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, now
from api.guard import allow
from api.pages.language import gettext
from api.pages.language import marked as _
from api.pages.office.acting import may_decide, require_reason
from api.pages.office.phase_rows import MOST_ESCALATIONS, MOST_ROWS, PhaseRow, problem_of, read, row_of, rows_of
from api.pages.office.season import office_of, phase_name
from api.pages.taking import TakenList, take_list
from api.pages.templating import page
from api.services import Services
from domain.campaigns.differences import differences
from domain.campaigns.phases import Cohort, Owner, Phase, Step
from domain.duties import AUTHORITY
from domain.errors import DomainError, Invalid, NotAllowed, NotFound
from storage import journal
from storage.campaigns import plans, policies, seasons, touching
from storage.campaigns.policies import Edit, Plan
from storage.campaigns.touching import Touch
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/co-quan/ke-hoach")
NOT_FOUND: Final = "Không tìm thấy kế hoạch này."
_NOT_HEAD: Final = "Lãnh đạo cơ quan mới giữ được kế hoạch; chuyên viên soạn và xem trước."
_LONGEST: Final = 120
_TAKEN: Final = TakenList("ke-hoach", _("Kế hoạch"), {
    _("Bước"): 34, _("Nhóm học sinh"): 32, _("Hạn"): 10, _("Người lo"): 28, _("Nhắc trước (ngày làm việc)"): 16,
    _("Báo lên"): 60, _("Căn cứ"): 50,
})  # fmt: skip


@dataclass(frozen=True)
class PlanForm:
    """A plan as it was typed; `act` says which button was pressed."""

    name: str
    source: str
    reason: str
    rows: list[PhaseRow]
    act: str
    command_id: UUID


async def plan_form(request: Request) -> PlanForm:
    form = {name: str(value) for name, value in (await request.form()).items()}
    try:
        command_id = UUID(form.get("command_id", ""))
    except ValueError:
        command_id = uuid4()
    words = {name: " ".join(form.get(name, "").replace("\x00", " ").split()) for name in ("ten", "can_cu", "ly_do")}
    return PlanForm(words["ten"], words["can_cu"], words["ly_do"], rows_of(form), form.get("lam", "xem"), command_id)


Typed = Annotated[PlanForm, Depends(plan_form)]


@router.get("")
@allow(AUTHORITY)
def show_plans(request: Request, person: CurrentPerson, found: ServicesDep) -> Response:
    with found.sessions() as session:
        own = office_of(person)
        listed = policies.plans(session, list(session.scalars(seasons.above(own))))
        used = plans.used(session, [each.policy_id for each in listed])
    return page(found, request, "office/plans.html", plans=listed, used=used, own=own)


@router.get("/{policy_id}")
@allow(AUTHORITY)
def show_plan(
    request: Request, policy_id: UUID, person: CurrentPerson, found: ServicesDep, ban: str = "", xong: str = ""
) -> Response:
    """One version, and what it changed against the one before."""
    with found.sessions() as session:
        versions = _versions(session, person, policy_id)
        reasons = plans.reasons(session, policy_id)
    shown = next((each for each in versions if str(each.version) == ban), versions[0])
    earlier = next((each for each in versions if each.version == shown.version - 1), None)
    changes = differences(earlier.phases, shown.phases) if earlier else []
    values: dict[str, Any] = {"plan": shown, "versions": versions, "reasons": reasons, "changes": changes}
    return page(found, request, "office/plan.html", **values, phase_name=phase_name, done=bool(xong))


@router.get("/{policy_id}/ban.xlsx")
@allow(AUTHORITY)
def take_plan(policy_id: UUID, person: CurrentPerson, found: ServicesDep, ban: str = "") -> Response:
    with found.sessions() as session:
        versions = _versions(session, person, policy_id)
    shown = next((each for each in versions if str(each.version) == ban), versions[0])
    return take_list(found, person, _TAKEN, map(_row, shown.phases), (shown.name, f"v{shown.version}"))


def _row(phase: Phase) -> tuple[str, ...]:
    escalate = "; ".join(f"{each.after}: {gettext(each.to.label)}" for each in phase.escalate)
    return (
        gettext(phase.step.label), gettext(phase.cohort.label), f"{phase.day}/{phase.month}",
        gettext(phase.owner.label), ", ".join(map(str, phase.remind)), escalate, phase.source,
    )  # fmt: skip


@router.get("/{policy_id}/sua")
@allow(AUTHORITY)
def edit_plan(request: Request, policy_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    with found.sessions() as session:
        plan = _versions(session, person, policy_id)[0]
    name = plan.name if plan.authority_id == office_of(person) else f"{plan.name} – {gettext('bản của cơ quan')}"
    form = PlanForm(name[:_LONGEST], plan.source, "", [row_of(each) for each in plan.phases], "", uuid4())
    return _page(found, request, person, plan, form)


@router.post("/{policy_id}/sua")
@allow(AUTHORITY)
async def change_plan(
    request: Request, policy_id: UUID, person: CurrentPerson, found: ServicesDep, form: Typed
) -> Response:
    """Add or remove a row, preview, or keep; only a right plan is kept, by the head, with a reason."""
    return await run_in_threadpool(_change, request, policy_id, person, found, form)


def _change(request: Request, policy_id: UUID, person: Person, found: Services, form: PlanForm) -> Response:
    with found.sessions() as session:
        plan = _versions(session, person, policy_id)[0]
    if form.act == "them":
        return _page(found, request, person, plan, replace(form, rows=[*form.rows, PhaseRow()][:MOST_ROWS]))
    if form.act.startswith("bo-"):
        rows = [row for number, row in enumerate(form.rows) if form.act != f"bo-{number}"]
        return _page(found, request, person, plan, replace(form, rows=rows))
    rows, phases = read(form.rows)
    form, problem = replace(form, rows=rows), problem_of(rows, phases)
    if problem:
        return _page(found, request, person, plan, form, problem=problem)
    if form.act != "giu":
        return _page(found, request, person, plan, form, phases=phases)
    try:
        kept = _keep(found, person, plan, form, phases)
    except DomainError as refused:
        return _page(found, request, person, plan, form, phases=phases, problem=refused.message)
    return RedirectResponse(f"/co-quan/ke-hoach/{kept}?xong=1", status.HTTP_303_SEE_OTHER)


def _keep(found: Services, person: Person, plan: Plan, form: PlanForm, phases: list[Phase]) -> UUID:
    """The next version; of a plan that is not the office's own, a plan of its own. Sent twice it is kept once."""
    if not may_decide(person):
        raise NotAllowed(_NOT_HEAD)
    if not form.name or len(form.name) > _LONGEST:
        raise Invalid("Hãy đặt tên kế hoạch (tối đa 120 ký tự).")
    reason, own = require_reason(form.reason), office_of(person)
    with found.sessions.begin() as session:
        known = plans.kept_by(session, form.command_id)
        if known is not None:
            return known
        journal.add_reason(session, form.command_id, None, person.staff_id, reason)
        policy_id = plan.policy_id if plan.authority_id == own else None
        edit = Edit(own, form.name, tuple(phases), form.source, person.staff_id, form.command_id, policy_id)
        return policies.keep(session, edit).policy_id


def _versions(session: Session, person: Person, policy_id: UUID) -> list[Plan]:
    """All versions of a plan that the office may see: shipped, its own, or of an office above. Raises NotFound."""
    versions = policies.versions(session, policy_id)
    seen = {None, *session.scalars(seasons.above(office_of(person)))}
    if not versions or versions[0].authority_id not in seen:
        raise NotFound(NOT_FOUND)
    return versions


def _touched(session: Session, person: Person, plan: Plan, phases: list[Phase]) -> list[Touch]:
    """The office's campaigns under this plan; of a plan that none follows, all that could."""
    campaigns = [each for each in seasons.of_office(session, office_of(person)) if each.state != "closed"]
    following = [each for each in campaigns if each.policy_id == plan.policy_id]
    return [touching.touch(session, each, phases, now()) for each in following or campaigns]


def _page(
    found: Services,
    request: Request,
    person: Person,
    plan: Plan,
    form: PlanForm,
    **more: Any,  # noqa: ANN401
) -> Response:
    phases, problem = more.get("phases"), more.get("problem", "")
    with found.sessions() as session:
        touched = _touched(session, person, plan, phases) if phases else []
        own = plan.authority_id == office_of(person)
    values: dict[str, Any] = {
        "plan": plan, "form": form, "own": own, "problem": problem, "is_previewed": bool(phases), "touched": touched,
        "changes": differences(plan.phases, phases) if phases else [], "may_keep": may_decide(person),
        "steps": list(Step), "cohorts": list(Cohort), "owners": list(Owner), "most": MOST_ESCALATIONS,
        "phase_name": phase_name,
    }  # fmt: skip
    return page(found, request, "office/plan_edit.html", status=422 if problem else 200, **values)
