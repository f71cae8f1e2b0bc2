"""Forgotten passwords and invitations: asking for a link, and what a link opens."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, status
from starlette.background import BackgroundTask
from starlette.responses import Response

from activities.signing_in import Wait
from api.deps import ServicesDep
from api.guard import everybody, is_ours
from api.pages.entrance.door import caller_of, let_in, private, see
from api.pages.entrance.signing_in import NOT_OURS, end_old_session
from api.pages.templating import page
from api.services import Services
from domain.errors import DomainError, NotAllowed, NotFound

router = APIRouter(include_in_schema=False)
_DIFFERENT = "Hai lần nhập mật khẩu chưa giống nhau."


@router.get("/quen-mat-khau")
@everybody
def show_forgotten(request: Request, found: ServicesDep) -> Response:
    return private(request, page(found, request, "forgotten.html", problem="", typed=""))


@router.post("/quen-mat-khau")
@everybody
def ask_for_reset(request: Request, found: ServicesDep, name: Annotated[str, Form()] = "") -> Response:
    """The same answer whether or not there is such an account; what is done for it is done afterwards."""
    links, caller, asked = found.entrance.links, caller_of(request, found.entrance.vault), name.strip()[:254]
    try:
        if not is_ours(request):
            raise NotAllowed(NOT_OURS)
        may_send = links.count_request(asked, caller)
    except DomainError as refused:
        http_status = status.HTTP_429_TOO_MANY_REQUESTS if isinstance(refused, Wait) else status.HTTP_403_FORBIDDEN
        return page(found, request, "forgotten.html", status=http_status, problem=refused.message, typed=asked)
    answer = see("/dang-nhap?xong=da-gui")
    if may_send:
        answer.background = BackgroundTask(links.send_reset, asked, caller)
    return answer


@router.get("/lien-ket/{token}")
@everybody
def show_link(request: Request, found: ServicesDep, token: str) -> Response:
    """Looking at a link does not use it."""
    return _page(request, found, token)


@router.post("/lien-ket/{token}")
@everybody
def use_link(
    request: Request,
    found: ServicesDep,
    token: str,
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    if not is_ours(request):
        return _page(request, found, token, problem=NOT_OURS)
    if password != again:
        return _page(request, found, token, problem=_DIFFERENT)
    try:
        entered = found.entrance.links.use(token, password, caller_of(request, found.entrance.vault))
    except DomainError as refused:
        return _page(request, found, token, problem=refused.message)
    end_old_session(request, found)
    return let_in(request, found, entered, "")


def _page(request: Request, found: Services, token: str, problem: str = "") -> Response:
    http_status = status.HTTP_422_UNPROCESSABLE_CONTENT if problem else status.HTTP_200_OK
    try:
        offer = found.entrance.links.read(token)
    except NotFound as useless:
        offer, problem, http_status = None, problem or useless.message, status.HTTP_404_NOT_FOUND
    return private(request, page(found, request, "link.html", status=http_status, offer=offer, problem=problem))
