"""The door: name and password, and in demo mode everybody of the demo school one click away."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request, status
from starlette.responses import Response

from activities.signing_in import Wait
from api.deps import ServicesDep, is_loopback, now
from api.guard import everybody, is_ours, visitor_of
from api.pages.entrance.demo_people import WHAT_FOR, DemoPeople, arranged
from api.pages.entrance.door import caller_of, let_in, local, private, see
from api.pages.templating import page
from api.services import Services
from domain.errors import DomainError
from storage import demo, visitors

router = APIRouter(include_in_schema=False)
NOT_OURS = "Trang đăng nhập này đã cũ hoặc không phải của hocba. Hãy tải lại trang rồi đăng nhập lại."
DONE = {
    "da-gui": "Nếu có tài khoản như vậy, chúng tôi vừa gửi thư đến địa chỉ của tài khoản. Thư dùng được trong 1 giờ.",
}


@dataclass(frozen=True)
class Said:
    """What the door says: why somebody was not let in, with the name that was typed; or what was done."""

    problem: str = ""
    login: str = ""
    done: str = ""


_NOTHING = Said()


@router.get("/dang-nhap")
@everybody
def show_sign_in(request: Request, found: ServicesDep, back: str = "", xong: str = "") -> Response:
    if visitor_of(request):
        return see(local(back))
    return sign_in_page(request, found, back, Said(done=DONE.get(xong, "")))


@router.post("/dang-nhap")
@everybody
def sign_in(
    request: Request,
    found: ServicesDep,
    login: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "",
) -> Response:
    """A new session with a new token, whatever cookie the browser came with."""
    if not is_ours(request):
        return sign_in_page(request, found, back, Said(NOT_OURS), status.HTTP_403_FORBIDDEN)
    try:
        entered = found.entrance.signing_in.with_password(
            login[:200], password, caller_of(request, found.entrance.vault)
        )
    except DomainError as refused:
        return refused_page(request, found, back, refused, login[:200])
    end_old_session(request, found)
    return let_in(request, found, entered, back)


def end_old_session(request: Request, found: Services) -> None:
    """Nobody finds the session of whoever sat here before."""
    visitor = visitor_of(request)
    if visitor is not None and visitor.account_id is not None and visitor.session_id is not None:
        with found.sessions.begin() as session:
            visitors.end(session, visitor.account_id, [visitor.session_id], now())


def refused_page(request: Request, found: Services, back: str, refused: DomainError, login: str = "") -> Response:
    """The door again, with what was typed and one sentence."""
    too_many = status.HTTP_429_TOO_MANY_REQUESTS
    http_status = too_many if isinstance(refused, Wait) else status.HTTP_422_UNPROCESSABLE_CONTENT
    answer = sign_in_page(request, found, back, Said(refused.message, login), http_status)
    if isinstance(refused, Wait):
        answer.headers["Retry-After"] = str(refused.seconds)
    return answer


def sign_in_page(
    request: Request, found: Services, back: str, said: Said = _NOTHING, http_status: int = status.HTTP_200_OK
) -> Response:
    people = DemoPeople()
    if found.demo and is_loopback(request):
        with found.sessions() as session:
            people = arranged(demo.accounts(session, now()))
    sign_on = found.entrance.single_sign_on
    return private(
        request,
        page(
            found,
            request,
            "sign_in.html",
            status=http_status,
            people=people,
            what_for=WHAT_FOR,
            back=back,
            said=said,
            sign_on=sign_on.provider.name if sign_on else "",
        ),
    )
