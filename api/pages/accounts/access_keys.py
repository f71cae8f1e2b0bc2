"""Keys for systems: an administrator makes one, sees it once, and can end it."""

from datetime import date, timedelta
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Query, Request, status
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from api.deps import CurrentVisitor, ServicesDep, now, today
from api.guard import allow
from api.pages.entrance.door import deed_of, private, said_once, say_once, see
from api.pages.language import gettext
from api.pages.language import marked as _
from api.pages.taking import Row, TakenList, take_list
from api.pages.templating import page
from api.services import Services
from domain.account_states import AccountEventKind
from domain.calendar import day_of, end_of_day
from domain.deadlines import last_day
from domain.duties import Duty
from domain.errors import DomainError, Invalid
from domain.scopes import SCOPE_NAMES, Scope
from signing.vault import Vault
from storage import access_keys, account_events
from storage.access_keys import KeyLine, NewKey
from storage.account_events import Deed
from storage.visitors import Visitor, sha256_of

router = APIRouter(include_in_schema=False, prefix="/nguoi-dung/ma-truy-cap")
_LONGEST = timedelta(days=365)
_LONGEST_NAME = 80
RUNNING, OVER = "dang-dung", "da-ket-thuc"
STATES: Final = {RUNNING: _("Đang dùng"), OVER: _("Đã kết thúc")}
Asked = Annotated[str, Query(alias="tinh-trang")]  # the state that the list is narrowed to
_TAKEN: Final = TakenList("ma-truy-cap", _("Mã truy cập cho hệ thống khác"), {
    _("Tên"): 30, _("Người tạo"): 28, _("Tạo ngày"): 12, _("Được làm"): 50, _("Hết hạn"): 12, _("Dùng lần cuối"): 18,
    _("Kết thúc lúc"): 18, _("Tình trạng"): 14,
})  # fmt: skip


class KeyForm(BaseModel):
    command_id: UUID
    name: str = ""
    scopes: list[str] = []
    until: str = ""


@router.get("")
@allow({Duty.ADMIN})
def show(request: Request, visitor: CurrentVisitor, found: ServicesDep, asked: Asked = "") -> Response:
    return _page(request, found, visitor, asked=asked)


@router.get(".xlsx")
@allow({Duty.ADMIN})
def take_keys(visitor: CurrentVisitor, found: ServicesDep, asked: Asked = "") -> Response:
    """What keys there are, as the page has it; nothing that opens anything."""
    with found.sessions() as session:
        keys = _asked(access_keys.of_school(session, visitor.person.school_id), asked)
    ordered = sorted(keys, key=lambda key: key.is_over(now()))
    return take_list(found, visitor.person, _TAKEN, map(_row, ordered), (gettext(STATES.get(asked, "")),))


def _asked(keys: list[KeyLine], state: str) -> list[KeyLine]:
    return [key for key in keys if state not in STATES or key.is_over(now()) == (state == OVER)]


def _row(key: KeyLine) -> Row:
    is_all = len(key.scopes) == len(SCOPE_NAMES)
    may = gettext("Mọi việc của người này") if is_all else "; ".join(gettext(SCOPE_NAMES[each]) for each in key.scopes)
    state = STATES[OVER if key.is_over(now()) else RUNNING]
    return (
        key.name, key.owner, day_of(key.created_at), may, last_day(key.expires_at), key.used_at, key.ended_at,
        gettext(state),
    )  # fmt: skip


@router.post("")
@allow({Duty.ADMIN})
def make(request: Request, visitor: CurrentVisitor, found: ServicesDep, form: Annotated[KeyForm, Form()]) -> Response:
    """The key itself follows from its id: a second click shows the same one."""
    token = _token(found.entrance.vault, form.command_id, visitor)
    try:
        with found.sessions.begin() as session:
            new = _checked(form, visitor, token)
            if access_keys.add(session, new, now()):
                _record(session, visitor, AccountEventKind.KEY_MADE, deed_of(request, found, visitor), new.name)
    except DomainError as refused:
        answer = _page(request, found, visitor, problem=refused.message, form=form)
        answer.status_code = status.HTTP_422_UNPROCESSABLE_CONTENT
        return answer
    answer = see("/nguoi-dung/ma-truy-cap")
    say_once(request, answer, found, {"name": new.name, "token": token})
    return answer


@router.post("/{key_id}/ket-thuc")
@allow({Duty.ADMIN})
def end(request: Request, visitor: CurrentVisitor, found: ServicesDep, key_id: UUID) -> Response:
    with found.sessions.begin() as session:
        if access_keys.end(session, visitor.person.school_id, key_id, now()):
            _record(session, visitor, AccountEventKind.KEY_ENDED, deed_of(request, found, visitor), "")
    return see("/nguoi-dung/ma-truy-cap")


def _record(session: Session, visitor: Visitor, kind: AccountEventKind, deed: Deed, about: str) -> None:
    if visitor.account_id is not None:
        account_events.record(session, visitor.account_id, kind, deed, about)


def _token(vault: Vault, command_id: UUID, visitor: Visitor) -> str:
    return "hocba_" + vault.token("access-key", f"{visitor.person.staff_id}/{command_id}".encode())


def _checked(form: KeyForm, visitor: Visitor, token: str) -> NewKey:
    """Raises Invalid."""
    name = " ".join(form.name.split())
    if not 0 < len(name) <= _LONGEST_NAME:
        raise Invalid("Hãy đặt tên cho mã, tối đa 80 ký tự: nơi nào dùng, để làm gì.")
    if not form.scopes or not set(form.scopes) <= {scope.value for scope in Scope}:
        raise Invalid("Hãy chọn ít nhất một việc mà mã này được làm.")
    scopes = frozenset(Scope(each) for each in form.scopes)
    return NewKey(form.command_id, visitor.person.staff_id, name, scopes, sha256_of(token), end_of_day(_until(form)))


def _until(form: KeyForm) -> date:
    try:
        until = date.fromisoformat(form.until)
    except ValueError as error:
        raise Invalid("Hãy chọn ngày hết hạn.") from error
    if not today() <= until <= today() + _LONGEST:
        raise Invalid("Ngày hết hạn phải từ hôm nay đến một năm sau.")
    return until


def _page(
    request: Request,
    found: Services,
    visitor: Visitor,
    *,
    asked: str = "",
    problem: str = "",
    form: KeyForm | None = None,
) -> Response:
    with found.sessions() as session:
        keys = _asked(access_keys.of_school(session, visitor.person.school_id), asked)
    values: dict[str, Any] = {
        "running": [key for key in keys if not key.is_over(now())],
        "over": [key for key in keys if key.is_over(now())],
        "asked": asked if asked in STATES else "",
        "states": STATES,
        "scope_names": SCOPE_NAMES,
        "said": said_once(request, found),
        "problem": problem,
        "form": form or KeyForm(command_id=uuid4(), until=(today() + timedelta(days=180)).isoformat()),
        "first_day": today().isoformat(),
        "last_day": (today() + _LONGEST).isoformat(),
    }
    return private(request, page(found, request, "users/access_keys.html", **values))
