"""The accounts of a school, for its administrator: who has one, inviting, shutting, a lost device."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Form, Query, Request, status
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from activities import managing_accounts
from activities.account_links import address_of
from activities.managing_accounts import Invitation
from api.deps import CurrentVisitor, ServicesDep, now, today
from api.guard import allow
from api.pages.accounts.user_filters import Filters, FiltersDep, is_named
from api.pages.entrance.door import deed_of, private, see
from api.pages.formats import minute
from api.pages.templating import page
from api.services import Services
from api.workbooks import workbook
from domain.account_states import EVENT_NAMES, STATE_NAMES, AccountState
from domain.duties import DUTY_NAMES, SECOND_FACTOR, Duty
from domain.errors import DomainError, NotFound
from interchange.users import write_users
from storage import account_events, account_links, board, users
from storage.account_events import Deed
from storage.registration import lock_school
from storage.users import UserLine
from storage.visitors import Visitor

router = APIRouter(include_in_schema=False, prefix="/nguoi-dung")
ADMINS = frozenset({Duty.ADMIN})
_DONE = {
    "moi": "Đã mời. Thư mời có liên kết dùng một lần, trong 7 ngày.",
    "lien-ket": "Đã gửi liên kết đặt lại mật khẩu qua thư điện tử.",
    "noi": "Người này đã có tài khoản ở trường khác, nay dùng tài khoản đó ở cả trường này.",
    "khoa": "Đã khoá tài khoản và kết thúc các phiên đăng nhập.",
    "go": "Đã gỡ tài khoản khỏi trường này.",
    "mo": "Đã mở khoá tài khoản.",
    "xac-thuc": "Đã xoá mã xác thực. Người này sẽ bật lại ở lần đăng nhập tới.",
}


Reason = Annotated[str, Form()]


@dataclass(frozen=True)
class Asked:
    """About whom an administrator asks for something."""

    request: Request
    visitor: Visitor
    found: Services
    staff_id: UUID


def about(request: Request, visitor: CurrentVisitor, found: ServicesDep, staff_id: UUID) -> Asked:
    return Asked(request, visitor, found, staff_id)


AskedDep = Annotated[Asked, Depends(about)]


class InvitationForm(BaseModel):
    command_id: UUID
    login: str = ""
    email: str = ""


@router.get("")
@allow(ADMINS)
def show_all(request: Request, visitor: CurrentVisitor, found: ServicesDep, wanted: FiltersDep) -> Response:
    return _list(request, found, visitor, wanted, "")


@router.post("")
@allow(ADMINS)
def find(
    request: Request, visitor: CurrentVisitor, found: ServicesDep, words: Annotated[str, Form(max_length=100)] = ""
) -> Response:
    """Whose name or login has these words. They travel in the body: no name stands in an address."""
    return _list(request, found, visitor, Filters(), words)


@router.get("/danh-sach.xlsx")
@allow(ADMINS)
def export(visitor: CurrentVisitor, found: ServicesDep, wanted: FiltersDep) -> Response:
    with found.sessions() as session:
        everybody = users.staff_of_school(session, visitor.person.school_id, now())
        school = board.school_name(session, visitor.person.school_id)
    rows = [
        (
            line.person.full_name,
            ", ".join(DUTY_NAMES[duty] for duty in DUTY_NAMES if duty in line.person.duties),
            line.login,
            line.email,
            STATE_NAMES[line.state],
            "Có" if line.has_second_factor else "",
            minute(line.seen_at) if line.seen_at else "",
        )
        for line in everybody
        if wanted.keeps(line)
    ]
    return workbook(write_users(school, today(), rows), "nguoi-dung")


@router.post("/moi-tat-ca")
@allow(ADMINS)
def invite_all(
    request: Request, visitor: CurrentVisitor, found: ServicesDep, command_id: Annotated[UUID, Form()]
) -> Response:
    """Everybody without an account gets one and a link; who has no mail address gets it on paper."""
    deed, at = deed_of(request, found, visitor), now()
    with found.sessions.begin() as session:
        lock_school(session, visitor.person.school_id)  # of two presses in one moment the second finds them invited
        everybody = users.staff_of_school(session, visitor.person.school_id, at)
        without = [line for line in everybody if line.state is AccountState.NONE]
        for line in without:
            wanted = Invitation(managing_accounts.link_id(command_id, line.person.staff_id))
            managing_accounts.invite(session, found.entrance.vault, line, wanted, deed)
    return see(f"/nguoi-dung/thu-moi?moi={len(without)}")


@router.get("/thu-moi")
@allow(ADMINS)
def show_letters(
    request: Request, visitor: CurrentVisitor, found: ServicesDep, moi: Annotated[int | None, Query(ge=0)] = None
) -> Response:
    """Every open invitation without a mail address, to be printed and handed over."""
    with found.sessions() as session:
        everybody = users.staff_of_school(session, visitor.person.school_id, now())
        school = board.school_name(session, visitor.person.school_id)
        letters = _letters(session, found, [line for line in everybody if line.state is AccountState.INVITED])
    answer = page(found, request, "users/letters.html", letters=letters, school=school, invited=moi)
    return private(request, answer)


@router.get("/{staff_id}")
@allow(ADMINS)
def show_one(request: Request, visitor: CurrentVisitor, found: ServicesDep, staff_id: UUID, xong: str = "") -> Response:
    return _page(request, found, visitor, staff_id, done=_DONE.get(xong, ""))


@router.post("/{staff_id}/moi")
@allow(ADMINS)
def invite(
    request: Request,
    visitor: CurrentVisitor,
    found: ServicesDep,
    staff_id: UUID,
    form: Annotated[InvitationForm, Form()],
) -> Response:
    """A first invitation, another link for the same account, or a link to choose a new password."""
    try:
        with found.sessions.begin() as session:
            lock_school(session, visitor.person.school_id)
            line = users.one(session, visitor.person.school_id, staff_id, now())
            wanted = Invitation(form.command_id, form.login, form.email)
            managing_accounts.invite(session, found.entrance.vault, line, wanted, deed_of(request, found, visitor))
    except NotFound:
        raise
    except DomainError as refused:
        return _page(request, found, visitor, staff_id, problem=refused.message, login=form.login, email=form.email)
    with found.sessions() as session:
        after = users.one(session, visitor.person.school_id, staff_id, now())
    if after.is_shared and line.account_id is None:
        return see(f"/nguoi-dung/{staff_id}?xong=noi")
    if after.email:
        return see(f"/nguoi-dung/{staff_id}?xong={'moi' if after.state is AccountState.INVITED else 'lien-ket'}")
    return see(f"/nguoi-dung/{staff_id}#lien-ket")


@router.post("/{staff_id}/khoa")
@allow(ADMINS)
def disable(asked: AskedDep, reason: Reason = "") -> Response:
    def work(session: Session, line: UserLine, deed: Deed) -> str:
        managing_accounts.disable(session, line, deed, reason)
        return "go" if line.is_shared else "khoa"

    return _carried_out(asked, work, reason)


@router.post("/{staff_id}/mo")
@allow(ADMINS)
def enable(asked: AskedDep) -> Response:
    def work(session: Session, line: UserLine, deed: Deed) -> str:
        managing_accounts.enable(session, line, deed)
        return "mo"

    return _carried_out(asked, work)


@router.post("/{staff_id}/dat-lai-xac-thuc")
@allow(ADMINS)
def reset_second_factor(asked: AskedDep, reason: Reason = "") -> Response:
    def work(session: Session, line: UserLine, deed: Deed) -> str:
        managing_accounts.reset_second_factor(session, line, deed, reason)
        return "xac-thuc"

    return _carried_out(asked, work, reason)


def _carried_out(asked: Asked, work: Callable[[Session, UserLine, Deed], str], reason: str = "") -> Response:
    """A refusal shows on the person's page, with the reason that was typed; nobody of another school is there."""
    request, visitor, found, staff_id = asked.request, asked.visitor, asked.found, asked.staff_id
    try:
        with found.sessions.begin() as session:
            line = users.one(session, visitor.person.school_id, staff_id, now())
            done = work(session, line, deed_of(request, found, visitor))
    except NotFound:
        raise
    except DomainError as refused:
        return _page(request, found, visitor, staff_id, problem=refused.message, reason=reason)
    return see(f"/nguoi-dung/{staff_id}?xong={done}")


def _list(request: Request, found: Services, visitor: Visitor, wanted: Filters, words: str) -> Response:
    with found.sessions() as session:
        everybody = users.staff_of_school(session, visitor.person.school_id, now())
    answer = page(
        found,
        request,
        "users/list.html",
        lines=[line for line in everybody if wanted.keeps(line) and is_named(line, words)],
        everybody=everybody,
        without=[line for line in everybody if line.state is AccountState.NONE],
        counts={state: sum(line.state is state for line in everybody) for state in AccountState},
        wanted=wanted,
        words=words,
        state_names=STATE_NAMES,
        command_id=uuid4(),
    )
    return private(request, answer)


def _page(
    request: Request,
    found: Services,
    visitor: Visitor,
    staff_id: UUID,
    *,
    problem: str = "",
    done: str = "",
    **typed: str,
) -> Response:
    with found.sessions() as session:
        line = users.one(session, visitor.person.school_id, staff_id, now())
        events = account_events.of_account(session, line.account_id, line.person.school_id) if line.account_id else []
        proposed = managing_accounts.free_login(session, line.person.full_name) if line.account_id is None else ""
        letters = _letters(session, found, [line])
    answer = page(
        found,
        request,
        "users/one.html",
        status=status.HTTP_422_UNPROCESSABLE_CONTENT if problem else status.HTTP_200_OK,
        line=line,
        events=events,
        event_names=EVENT_NAMES,
        state_names=STATE_NAMES,
        is_self=staff_id == visitor.person.staff_id,
        is_demanded=bool(line.person.duties & SECOND_FACTOR),
        address=letters[0][1] if letters else "",
        problem=problem,
        done=done,
        typed={"login": proposed, "email": line.email, "reason": ""} | typed,
        command_id=uuid4(),
    )
    return private(request, answer)


def _is_on_paper(line: UserLine) -> bool:
    """Whether the administrator hands the link over: there is no mail address, and no other school has a say."""
    return line.invited_until is not None and not line.email and not line.is_shared


def _letters(session: Session, found: Services, lines: Sequence[UserLine]) -> list[tuple[UserLine, str]]:
    """Those whose link goes by paper, and where it leads."""
    on_paper = {line.account_id: line for line in lines if line.account_id and _is_on_paper(line)}
    links = account_links.open_of(session, list(on_paper), now())
    entrance = found.entrance
    return [
        (line, address_of(entrance.vault, entrance.site_url, links[account_id]))
        for account_id, line in on_paper.items()
        if account_id in links
    ]
