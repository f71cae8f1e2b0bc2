"""The clerk enters a guardian's application: who, from where, to where, and since when."""

import re
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter, Form, Request, status
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, today
from api.errors import Unavailable, problem_of
from api.guard import allow
from api.pages.language import marked as _
from api.pages.templating import page
from api.services import Services
from domain.assessment import SubjectKind
from domain.curriculum import offered
from domain.duties import Duty
from domain.errors import DomainError, Invalid
from domain.ethnicities import ETHNICITIES
from domain.identity import Sex, normalise_name
from domain.pupils import HOME_COUNTRY
from domain.reasons import is_reason
from storage.transfers.requesting import Application, Newcomer, Outside

router = APIRouter(include_in_schema=False, prefix="/chuyen-truong")
CLERKS: Final = frozenset({Duty.CLERK})
_MATTERS: Final = UUID("a3b7f0c2-6d84-4d1d-9c8e-2f51c6b0e977")
WAYS: Final = {
    "den": _("Đến trường này, từ một trường trong hệ thống"),
    "di": _("Đi từ trường này, đến một trường trong hệ thống"),
    "den-ngoai": _("Đến trường này, từ tỉnh khác hoặc trường ngoài hệ thống"),
    "den-nuoc-ngoai": _("Đến trường này, từ nước ngoài"),
    "di-ngoai": _("Đi từ trường này, ra ngoài hệ thống"),
}
ABROAD: Final = "den-nuoc-ngoai"
_UPPER: Final = 10
_PERSONAL_ID: Final = re.compile("[0-9]{12}")
_WHY: Final = "Hãy ghi ai làm đơn và lý do (từ 3 đến 1000 ký tự)."


class AskForm(BaseModel):
    """Fields as they were typed."""

    command_id: UUID = Field(default_factory=uuid4)
    huong: str = "den"
    hoc_sinh: str = Field(default="", max_length=60)
    ngay_sinh: str = ""
    ngay_don: str = ""
    ma_truong: str = Field(default="", max_length=60)
    ten_truong: str = Field(default="", max_length=200)
    tinh: str = Field(default="", max_length=100)
    nuoc: str = Field(default="", max_length=100)
    quoc_tich: str = Field(default=HOME_COUNTRY, max_length=100)
    mon_chon: list[str] = []
    chuyen_de: list[str] = []
    khoi: str = ""
    ho_ten: str = Field(default="", max_length=100)
    gioi_tinh: str = ""
    dan_toc: str = "Kinh"
    so_dinh_danh: str = Field(default="", max_length=12)
    noi_sinh: str = Field(default="", max_length=200)
    ngoai_le: str = ""
    reason: str = Field(default="", max_length=1000)


@router.get("/moi")
@allow(CLERKS, crosses_schools=True)
def show_form(request: Request, found: ServicesDep) -> Response:
    return _page(found, request, AskForm(ngay_don=today().isoformat()))


@router.post("")
@allow(CLERKS, crosses_schools=True)
async def ask(
    request: Request, person: CurrentPerson, found: ServicesDep, form: Annotated[AskForm, Form()]
) -> Response:
    """Open a transfer; pressing twice opens one."""
    try:
        transfer_id = await found.transfers.request(person, _application(form))
    except (DomainError, Unavailable) as refused:
        return await run_in_threadpool(_page, found, request, form, refused=refused)
    return RedirectResponse(f"/chuyen-truong/{transfer_id}", status.HTTP_303_SEE_OTHER)


def _application(form: AskForm) -> Application:
    """Raises Invalid for what cannot be meant."""
    if form.huong not in WAYS:
        raise Invalid("Hãy chọn chiều chuyển trường.")
    if not is_reason(form.reason.strip()):
        raise Invalid(_WHY)
    asked = Application(
        matter_id=uuid5(_MATTERS, str(form.command_id)),
        command_id=str(form.command_id),
        arrives=form.huong.startswith("den"),
        pupil=form.hoc_sinh.strip(),
        birth_date=_day(form.ngay_sinh, "Hãy ghi ngày sinh của học sinh."),
        requested_on=_day(form.ngay_don, "Hãy ghi ngày nhận đơn."),
        reason=form.reason.strip(),
        school_code=form.ma_truong.strip(),
        is_excepted=bool(form.ngoai_le),
    )
    if not form.huong.endswith("ngoai"):
        return asked
    outside = Outside(form.ten_truong.strip(), form.ma_truong.strip(), form.tinh.strip())
    if form.huong == ABROAD:
        if not form.nuoc.strip():
            raise Invalid("Hãy ghi nước mà học sinh đã học.")
        outside = replace(outside, province="", country=normalise_name(form.nuoc))
    grade = int(form.khoi) if form.khoi in _GRADES else 0
    if not asked.arrives:
        return replace(asked, outside=outside)
    if not grade:
        raise Invalid("Hãy chọn khối lớp mà học sinh xin vào.")
    offered, topics = _taught()
    return replace(
        asked, outside=outside, newcomer=_newcomer(form), grade=grade,
        optional=tuple(each for each in form.mon_chon if each in offered),
        topics=tuple(each for each in form.chuyen_de if each in topics),
    )  # fmt: skip


def _taught() -> tuple[dict[str, str], dict[str, str]]:
    """Of grades 10 to 12, by code: subjects that a class chooses, and all that may have study topics."""
    found = offered(_UPPER)
    chosen = {each.code: each.name for each in found if each.elective or each.optional}
    return chosen, {each.code: each.name for each in found if each.kind is SubjectKind.SCORED}


def _newcomer(form: AskForm) -> Newcomer | None:
    """None where nothing was typed: the pupil may be known from earlier. Raises Invalid for what cannot be kept."""
    name = normalise_name(form.ho_ten)
    if not name:
        return None
    if form.so_dinh_danh and not _PERSONAL_ID.fullmatch(form.so_dinh_danh):
        raise Invalid("Số định danh cá nhân gồm 12 chữ số.")
    if form.dan_toc not in ETHNICITIES:
        raise Invalid("Hãy chọn dân tộc của học sinh.")
    nationality = normalise_name(form.quoc_tich) or HOME_COUNTRY
    return Newcomer(name, form.gioi_tinh, form.dan_toc, form.so_dinh_danh, normalise_name(form.noi_sinh), nationality)


_GRADES: Final = tuple(str(grade) for grade in range(1, 13))


def _day(text: str, refusal: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(refusal) from error


def _page(
    found: Services, request: Request, form: AskForm, refused: DomainError | Unavailable | None = None
) -> Response:
    values: dict[str, Any] = {
        "form": form,
        "ways": WAYS,
        "grades": _GRADES,
        "sexes": list(Sex),
        "ethnicities": list(ETHNICITIES),
        "today": today().isoformat(),
        "chosen_subjects": _taught()[0],
        "topic_subjects": _taught()[1],
    }
    code, problem = (problem_of(refused).status, refused.message) if refused else (200, "")
    return page(found, request, "transfers/new.html", status=code, problem=problem, **values)
