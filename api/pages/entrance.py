"""The demo's front door: choose whom to act as. Open only in demo mode and only to this machine."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, status
from starlette.responses import RedirectResponse, Response

from api.deps import COOKIE, ServicesDep, is_loopback, now
from api.pages.templating import page
from domain.errors import NotFound
from storage import demo

router = APIRouter(include_in_schema=False)


@router.get("/")
def show_entrance(request: Request, found: ServicesDep) -> Response:
    accounts = []
    if found.demo and is_loopback(request):
        with found.sessions() as session:
            accounts = demo.accounts(session, now())
    return page(found, request, "entrance.html", accounts=accounts)


@router.post("/demo/enter")
def enter(request: Request, found: ServicesDep, staff_id: Annotated[UUID, Form()]) -> Response:
    """Act as one of the demo's people; the cookie never leaves this site."""
    if not found.demo or not is_loopback(request):
        raise NotFound("Không tìm thấy.")
    with found.sessions.begin() as session:
        if staff_id not in {account.staff_id for account in demo.accounts(session, now())}:
            raise NotFound("Không tìm thấy tài khoản này.")
        token = demo.new_token(session, staff_id)
    answer = RedirectResponse("/board", status.HTTP_303_SEE_OTHER)
    answer.set_cookie(COOKIE, token, httponly=True, samesite="strict")
    return answer


@router.post("/demo/leave")
def leave() -> Response:
    answer = RedirectResponse("/", status.HTTP_303_SEE_OTHER)
    answer.delete_cookie(COOKIE)
    return answer
