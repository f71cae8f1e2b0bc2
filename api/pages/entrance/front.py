"""The front door and what belongs to every page: signing out, the desk to sit at, language and appearance."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, status
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentVisitor, ServicesDep, is_loopback, now
from api.guard import allow, everybody, is_ours, require_ours, visitor_of
from api.pages.entrance.door import A_YEAR, HOME, forget_session, local, set_cookie, signed_in
from api.pages.language import LANGUAGE_COOKIE, LANGUAGES
from api.pages.templating import THEME_COOKIE, THEMES
from domain.duties import EVERYBODY, Duty
from domain.errors import Invalid, NotFound
from storage import demo, visitors
from storage.tables import Account
from storage.visitors import NewSession

router = APIRouter(include_in_schema=False)
Back = Annotated[str, Form()]


@router.get("/")
@everybody
def show_door(request: Request) -> Response:
    return RedirectResponse(HOME if visitor_of(request) else "/dang-nhap", status.HTTP_303_SEE_OTHER)


@router.post("/demo/enter")
@everybody
def enter(request: Request, found: ServicesDep, staff_id: Annotated[UUID, Form()], back: Back = "") -> Response:
    """Act as one of the demo's people, in demo mode and from this machine only."""
    if not found.demo or not is_loopback(request) or not is_ours(request):
        raise NotFound("Không tìm thấy.")
    moment = now()
    with found.sessions.begin() as session:
        if staff_id not in {person.staff_id for person in demo.accounts(session, moment)}:
            raise NotFound("Không tìm thấy tài khoản này.")
        account = demo.account(session, staff_id)
        new = NewSession(account.id, staff_id, "Bản dùng thử", "127.0.0.1", has_second_factor=True)
        token = visitors.begin(session, new, moment)
    return signed_in(request, token, back)


@router.post("/dang-xuat")
@allow(EVERYBODY, is_early=True)
def leave(request: Request, visitor: CurrentVisitor, found: ServicesDep) -> Response:
    """End the session; a machine that others use keeps nothing of it."""
    if visitor.account_id is not None and visitor.session_id is not None:
        with found.sessions.begin() as session:
            visitors.end(session, visitor.account_id, [visitor.session_id], now())
    answer = RedirectResponse("/dang-nhap", status.HTTP_303_SEE_OTHER)
    forget_session(request, answer)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@router.post("/vai-tro")
@allow(EVERYBODY)
def change_desk(visitor: CurrentVisitor, found: ServicesDep, duty: Annotated[Duty, Form()]) -> Response:
    """Sit down at another of one's own desks."""
    with found.sessions.begin() as session:
        visitors.sit_down(session, visitor, duty)
    return RedirectResponse(HOME, status.HTTP_303_SEE_OTHER)


@router.post("/truong")
@allow(EVERYBODY)
def change_school(visitor: CurrentVisitor, found: ServicesDep, staff_id: Annotated[UUID, Form()]) -> Response:
    """Go on at another school of the same person."""
    with found.sessions.begin() as session:
        visitors.go_to(session, visitor, staff_id, now())
    return RedirectResponse(HOME, status.HTTP_303_SEE_OTHER)


@router.post("/ngon-ngu")
@everybody
def change_language(
    request: Request, found: ServicesDep, language: Annotated[str, Form()], back: Back = ""
) -> Response:
    """Kept with the account, and in the browser for whoever is not signed in."""
    require_ours(request)
    if language not in LANGUAGES:
        raise Invalid("Không có ngôn ngữ này.")
    visitor = visitor_of(request)
    if visitor is not None and visitor.account_id is not None:
        with found.sessions.begin() as session:
            session.get_one(Account, visitor.account_id).language = language
    answer = RedirectResponse(local(back), status.HTTP_303_SEE_OTHER)
    set_cookie(request, answer, LANGUAGE_COOKIE, language, A_YEAR)
    return answer


@router.post("/giao-dien")
@everybody
def change_theme(request: Request, theme: Annotated[str, Form()], back: Back = "") -> Response:
    require_ours(request)
    if theme not in THEMES:
        raise Invalid("Không có giao diện này.")
    answer = RedirectResponse(local(back), status.HTTP_303_SEE_OTHER)
    set_cookie(request, answer, THEME_COOKIE, theme, A_YEAR)
    return answer
