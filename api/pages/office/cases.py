"""Pupils without a personal id that schools have reported: the office decides, several at once."""

from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter, Form, Query, Request, status
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from api.campaigns import CaseDecision
from api.deps import CurrentPerson, ServicesDep, now
from api.errors import Unavailable, problem_of
from api.guard import allow
from api.pages.language import gettext
from api.pages.language import marked as _
from api.pages.office import acting
from api.pages.office.season import Asking, SeasonAsked, office_of, required_season, season_of
from api.pages.taking import Row, TakenList, take_list
from api.pages.templating import page
from api.services import Services
from domain.calendar import day_of
from domain.campaigns.cases import DECISIONS, CaseState
from domain.duties import AUTHORITY
from domain.errors import DomainError, Invalid, NotFound
from domain.reasons import SHORTEST
from storage.campaigns import authorities, single_cases
from storage.campaigns.single_cases import CaseLine
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/co-quan/cho-quyet-dinh")
SHOWN: Final = {"": _("Chờ quyết định"), "da-quyet": _("Đã quyết định")}
_LONGEST: Final = 60
_TAKEN: Final = TakenList("truong-hop-rieng", _("Học sinh chưa có số định danh"), {
    _("Trường"): 38, _("Lớp"): 8, _("Mã học sinh"): 14, _("Họ và tên"): 28, _("Lý do"): 44, _("Trường báo lúc"): 18,
    _("Tình trạng"): 28, _("Đến ngày"): 12, _("Giấy tờ thay"): 28, _("Số quyết định"): 18, _("Lý do quyết định"): 44,
})  # fmt: skip
_NOBODY: Final = "Chưa chọn trường hợp nào. Hãy đánh dấu học sinh cần quyết định."


class CasesForm(BaseModel):
    """Which cases (`ca`) get which decision (`quyet`)."""

    command_id: UUID = Field(default_factory=uuid4)
    dot: str = ""
    ca: list[UUID] = []
    quyet: str = ""
    den: str = ""
    giay_to: str = ""
    so: str = ""
    ly_do: str = ""


@router.get("")
@allow(AUTHORITY)
def show_cases(
    request: Request,
    person: CurrentPerson,
    found: ServicesDep,
    asking: Asking,
    shown: Annotated[str, Query(alias="loc")] = "",
    done: Annotated[int, Query(alias="xong")] = 0,
) -> Response:
    return _page(found, request, person, asking, CasesForm(dot=asking.dot), shown=shown, done=done)


@router.get(".xlsx")
@allow(AUTHORITY)
def take_cases(
    person: CurrentPerson, found: ServicesDep, asking: Asking, shown: Annotated[str, Query(alias="loc")] = ""
) -> Response:
    with found.sessions() as session:
        season = required_season(session, person, asking)
        lines = [each for each in single_cases.of_office(session, season.view) if _is_in(each, shown)]
    return take_list(found, person, _TAKEN, map(_row, lines), (gettext(SHOWN.get(shown, SHOWN[""])),))


def _row(each: CaseLine) -> Row:
    return (
        each.school, each.class_name, each.pupil_code, each.full_name, each.reason, each.reported_at,
        gettext(each.state.label), each.until or "", each.document, each.decision_no, each.decision,
    )  # fmt: skip


@router.post("")
@allow(acting.HEADS)
async def decide_cases(
    request: Request, person: CurrentPerson, found: ServicesDep, form: Annotated[CasesForm, Form()]
) -> Response:
    """The same decision for each of these pupils; sent twice, each is decided once."""
    asking = SeasonAsked(form.dot, "")
    try:
        decided = await run_in_threadpool(_decisions, found, person, asking, form)
        for each in decided:
            await found.campaigns.decide_case(person, each)
    except (DomainError, Unavailable) as refused:
        return await run_in_threadpool(_page, found, request, person, asking, form, refused=refused)
    where = f"dot={form.dot}&" if form.dot else ""
    return RedirectResponse(f"/co-quan/cho-quyet-dinh?{where}xong={len(decided)}", status.HTTP_303_SEE_OTHER)


def _decisions(found: Services, person: Person, asking: SeasonAsked, form: CasesForm) -> list[CaseDecision]:
    """Raises NotFound if one of the cases is not of a school of this office."""
    if not form.ca:
        raise Invalid(_NOBODY)
    if form.quyet not in DECISIONS:
        raise Invalid("Hãy chọn cách giải quyết.")
    state = CaseState(form.quyet)
    until = _until(form.den) if state is CaseState.EXCEPTED else None
    document = _words(form.giay_to, "Hãy ghi giấy tờ dùng thay.") if state is CaseState.OTHER_DOCUMENT else ""
    number = "" if state is CaseState.RETURNED and not form.so.strip() else _words(form.so, "Hãy ghi số quyết định.")
    reason = acting.require_reason(form.ly_do)
    with found.sessions() as session:
        season = required_season(session, person, asking)
        known = {each.id for each in single_cases.of_office(session, season.view)}
    if not known.issuperset(form.ca):
        raise NotFound("Không tìm thấy trường hợp này.")
    return [
        CaseDecision(each, state, until, document, number, reason, uuid5(form.command_id, str(each)))
        for each in dict.fromkeys(form.ca)
    ]


def _until(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("Hãy chọn ngày cuối của miễn trừ.") from error
    if day < day_of(now()):
        raise Invalid("Ngày cuối của miễn trừ phải từ hôm nay trở đi.")
    return day


def _words(text: str, refusal: str) -> str:
    words = " ".join(text.split())
    if not words or not words.isprintable():
        raise Invalid(refusal)
    if not SHORTEST <= len(words) <= _LONGEST:
        raise Invalid("Số quyết định và tên giấy tờ dài từ 3 đến 60 ký tự.")
    return words


def _is_in(each: CaseLine, shown: str) -> bool:
    return (each.state is CaseState.REPORTED) is (shown != "da-quyet")


def _page(
    found: Services,
    request: Request,
    person: Person,
    asking: SeasonAsked,
    form: CasesForm,
    **more: Any,  # noqa: ANN401
) -> Response:
    refused: DomainError | Unavailable | None = more.get("refused")
    shown = more["shown"] if more.get("shown") in SHOWN else ""
    with found.sessions() as session:
        season = season_of(session, person, asking)
        if season is None:
            office = authorities.office(session, office_of(person))
            return page(found, request, "office/none.html", office=office)
        every = single_cases.of_office(session, season.view)
    code, problem = (problem_of(refused).status, refused.message) if refused else (200, "")
    values: dict[str, Any] = {
        "season": season, "lines": [each for each in every if _is_in(each, shown)], "form": form,
        "done": more.get("done", 0),
        "counts": {name: sum(_is_in(each, name) for each in every) for name in SHOWN}, "choices": SHOWN,
        "shown": shown, "problem": problem, "today": day_of(now()).isoformat(),
        "may_decide": acting.may_decide(person), "decisions": [each for each in CaseState if each in DECISIONS],
    }  # fmt: skip
    return page(found, request, "office/cases.html", status=code, **values)
