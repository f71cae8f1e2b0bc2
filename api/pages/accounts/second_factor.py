"""The second factor: setting it up, giving its code at the door, recovery codes."""

from dataclasses import dataclass, replace
from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request, status
from starlette.responses import Response

from activities.second_factor import Setup
from activities.signing_in import Wait
from api.deps import CurrentVisitor, ServicesDep
from api.errors import SECOND_FACTOR
from api.guard import allow
from api.pages.entrance.door import caller_of, give_session, local, private, said_once, say_once, see
from api.pages.templating import page
from api.services import Services
from domain.duties import EVERYBODY
from domain.duties import SECOND_FACTOR as DEMANDED_OF
from domain.errors import Conflict, DomainError, NotAllowed
from storage import accounts
from storage.tables import Account
from storage.visitors import Visitor

router = APIRouter(include_in_schema=False, prefix=SECOND_FACTOR)
_DEMANDED = "Vai trò của thầy/cô bắt buộc có mã xác thực, nên không tắt được. Mất máy thì nhờ quản trị viên đặt lại."
_DONE = {"tat": "Đã tắt mã xác thực."}


@dataclass(frozen=True)
class View:
    """What the page is about: where to go afterwards, the secret being set up, and what is said."""

    back: str = ""
    sealed: str = ""
    problem: str = ""
    done: str = ""


@router.get("")
@allow(EVERYBODY, is_early=True)
def show(request: Request, visitor: CurrentVisitor, found: ServicesDep, back: str = "", xong: str = "") -> Response:
    return _page(request, found, visitor, View(back, done=_DONE.get(xong, "")))


@router.post("")
@allow(EVERYBODY, is_early=True)
def give_code(
    request: Request,
    visitor: CurrentVisitor,
    found: ServicesDep,
    code: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "",
) -> Response:
    try:
        token = found.entrance.second_factor.give(visitor, code[:50], caller_of(request, found.entrance.vault))
    except DomainError as refused:
        return _refused(request, found, visitor, refused, View(back))
    answer = see(local(back))
    give_session(request, answer, token)
    return answer


@router.post("/bat")
@allow(EVERYBODY, is_early=True)
def set_up(
    request: Request,
    visitor: CurrentVisitor,
    found: ServicesDep,
    sealed: Annotated[str, Form()] = "",
    code: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "",
) -> Response:
    """The first code puts the secret in force; the recovery codes are shown once."""
    caller = caller_of(request, found.entrance.vault)
    try:
        confirmed = found.entrance.second_factor.set_up(visitor, sealed, code[:50], caller)
    except DomainError as refused:
        return _refused(request, found, visitor, refused, View(back, sealed))
    answer = see(SECOND_FACTOR)
    give_session(request, answer, confirmed.token)
    say_once(request, answer, found, {"codes": confirmed.recovery_codes, "back": local(back)}, confirmed.token)
    return answer


@router.post("/ma-du-phong")
@allow(EVERYBODY)
def renew_recovery_codes(
    request: Request, visitor: CurrentVisitor, found: ServicesDep, code: Annotated[str, Form()] = ""
) -> Response:
    caller = caller_of(request, found.entrance.vault)
    try:
        codes = found.entrance.second_factor.renew_recovery_codes(visitor, code[:50], caller)
    except DomainError as refused:
        return _refused(request, found, visitor, refused, View())
    answer = see(SECOND_FACTOR)
    say_once(request, answer, found, {"codes": codes, "back": ""})
    return answer


@router.post("/tat")
@allow(EVERYBODY)
def remove(
    request: Request, visitor: CurrentVisitor, found: ServicesDep, code: Annotated[str, Form()] = ""
) -> Response:
    try:
        if visitor.person.duties & DEMANDED_OF:
            raise NotAllowed(_DEMANDED)
        found.entrance.second_factor.remove(visitor, code[:50], caller_of(request, found.entrance.vault))
    except DomainError as refused:
        return _refused(request, found, visitor, refused, View())
    return see(f"{SECOND_FACTOR}?xong=tat")


def _refused(request: Request, found: Services, visitor: Visitor, refused: DomainError, view: View) -> Response:
    too_many, invalid = status.HTTP_429_TOO_MANY_REQUESTS, status.HTTP_422_UNPROCESSABLE_CONTENT
    answer = _page(request, found, visitor, replace(view, problem=refused.message))
    answer.status_code = too_many if isinstance(refused, Wait) else invalid
    return answer


def _page(request: Request, found: Services, visitor: Visitor, view: View) -> Response:
    if visitor.account_id is None:
        raise NotAllowed("Việc này chỉ làm được khi đã đăng nhập bằng trình duyệt.")
    with found.sessions() as session:
        account = accounts.get(session, visitor.account_id)
        left = accounts.recovery_codes_left(session, account.id)
    is_set = account.totp_locked is not None
    setup = None if is_set else _setup(found, visitor, account, view.sealed)
    answer = page(
        found,
        request,
        "account/second_factor.html",
        view=view,
        setup=setup,
        picture=segno.make(setup.address, error="m").svg_data_uri(scale=5, border=3, light="#fff") if setup else "",
        said=said_once(request, found),
        codes_left=left,
        must_give=is_set and not visitor.has_second_factor,
        is_demanded=bool(visitor.person.duties & DEMANDED_OF),
    )
    return private(request, answer)


def _setup(found: Services, visitor: Visitor, account: Account, sealed: str) -> Setup:
    factor = found.entrance.second_factor
    try:
        return factor.reopen(visitor, "hocba", account.login, sealed) if sealed else _fresh(found, visitor, account)
    except Conflict:
        return _fresh(found, visitor, account)


def _fresh(found: Services, visitor: Visitor, account: Account) -> Setup:
    return found.entrance.second_factor.offer(visitor, "hocba", account.login)
