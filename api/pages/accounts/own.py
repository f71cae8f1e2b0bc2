"""One's own account: password, signed-in browsers, messages, language, second factor."""

from dataclasses import dataclass
from datetime import time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, status
from pydantic import BaseModel
from starlette.responses import Response

from activities.channels import SERVICES, check_channel, lock_channel, unlock_channel
from api.deps import CurrentVisitor, ServicesDep, now
from api.guard import allow
from api.pages.entrance.door import caller_of, deed_of, give_session, private, see
from api.pages.language import gettext, marked
from api.pages.templating import page
from api.services import Services
from domain.account_states import AccountEventKind
from domain.duties import EVERYBODY, SECOND_FACTOR
from domain.errors import DomainError, Invalid, NotAllowed
from signing.vault import VaultDamaged
from storage import account_events, accounts
from storage.tables import Account
from storage.visitors import Visitor

router = APIRouter(include_in_schema=False, prefix="/tai-khoan")
_DONE = {
    "mat-khau": "Đã đổi mật khẩu. Các thiết bị khác đã bị đăng xuất.",
    "thong-bao": "Đã lưu cách nhận thông báo.",
    "phien": "Đã kết thúc phiên đăng nhập.",
}
_DIFFERENT = "Hai lần nhập mật khẩu mới chưa giống nhau."
_UNREADABLE = marked("đã đặt, nhưng không đọc lại được")


@dataclass(frozen=True)
class Trouble:
    """A refusal, beside the form it is about; `typed` is shown again."""

    form: str = ""
    message: str = ""
    typed: str = ""


class Preferences(BaseModel):
    """How messages reach a person; a box that is not ticked is not sent."""

    digest: bool = False
    mail: bool = False
    quiet_from: str = ""
    quiet_until: str = ""
    channel: str = ""
    forget_channel: bool = False


@router.get("")
@allow(EVERYBODY)
def show(request: Request, visitor: CurrentVisitor, found: ServicesDep, xong: str = "") -> Response:
    return _page(request, found, visitor, Trouble(), _DONE.get(xong, ""))


@router.post("/mat-khau")
@allow(EVERYBODY)
def new_password(
    request: Request,
    visitor: CurrentVisitor,
    found: ServicesDep,
    old: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Every other browser is signed out, and this one gets a new token."""
    try:
        if password != again:
            raise Invalid(_DIFFERENT)
        caller = caller_of(request, found.entrance.vault)
        token = found.entrance.signing_in.change_password(visitor, old, password, caller)
    except DomainError as refused:
        return _refused(request, found, visitor, Trouble("password", refused.message))
    answer = see("/tai-khoan?xong=mat-khau")
    give_session(request, answer, token)
    return answer


@router.post("/thong-bao")
@allow(EVERYBODY)
def new_preferences(
    request: Request,
    visitor: CurrentVisitor,
    found: ServicesDep,
    form: Annotated[Preferences, Form()],
) -> Response:
    account_id, _ = _ids(visitor)
    channel = form.channel.strip()
    try:
        quiet = (_clock(form.quiet_from), _clock(form.quiet_until))
        if channel:
            check_channel(channel)
    except DomainError as refused:
        return _refused(request, found, visitor, Trouble("messages", refused.message, channel))
    with found.sessions.begin() as session:
        account = accounts.locked(session, account_id)
        account.wants_digest, account.wants_mail = form.digest, form.mail
        account.quiet_from, account.quiet_until = quiet
        if channel:
            account.channel_locked = lock_channel(found.entrance.vault, account_id, channel)
        elif form.forget_channel:
            account.channel_locked = None
    return see("/tai-khoan?xong=thong-bao")


@router.post("/phien/{session_id}/ket-thuc")
@allow(EVERYBODY)
def end_one(request: Request, visitor: CurrentVisitor, found: ServicesDep, session_id: UUID) -> Response:
    account_id, own = _ids(visitor)
    with found.sessions.begin() as session:
        accounts.end_session(session, account_id, session_id, now())
        deed = deed_of(request, found, visitor)
        account_events.record(session, account_id, AccountEventKind.SESSIONS_ENDED, deed)
    return see("/dang-nhap" if session_id == own else "/tai-khoan?xong=phien#phien")


@router.post("/phien/ket-thuc-het")
@allow(EVERYBODY)
def end_others(request: Request, visitor: CurrentVisitor, found: ServicesDep) -> Response:
    account_id, own = _ids(visitor)
    with found.sessions.begin() as session:
        if accounts.end_sessions(session, account_id, now(), but=own):
            deed = deed_of(request, found, visitor)
            account_events.record(session, account_id, AccountEventKind.SESSIONS_ENDED, deed)
    return see("/tai-khoan?xong=phien#phien")


def _ids(visitor: Visitor) -> tuple[UUID, UUID]:
    if visitor.account_id is None or visitor.session_id is None:
        raise NotAllowed("Việc này chỉ làm được khi đã đăng nhập bằng trình duyệt.")
    return visitor.account_id, visitor.session_id


def _clock(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise Invalid("Giờ yên tĩnh phải có dạng giờ:phút, ví dụ 21:00.") from error


def _refused(request: Request, found: Services, visitor: Visitor, trouble: Trouble) -> Response:
    answer = _page(request, found, visitor, trouble)
    answer.status_code = status.HTTP_422_UNPROCESSABLE_CONTENT
    return answer


def _page(request: Request, found: Services, visitor: Visitor, trouble: Trouble, done: str = "") -> Response:
    account_id, session_id = _ids(visitor)
    with found.sessions() as session:
        account = accounts.get(session, account_id)
        browsers = accounts.open_sessions(session, account_id, session_id, now())
    answer = page(
        found,
        request,
        "account/account.html",
        account=account,
        browsers=browsers,
        channel=_channel_name(found, account),
        channels=SERVICES,
        is_demanded=bool(visitor.person.duties & SECOND_FACTOR),
        trouble=trouble,
        done=done,
    )
    return private(request, answer)


def _channel_name(found: Services, account: Account) -> str:
    """The service only: the rest of the address is a secret."""
    if account.channel_locked is None:
        return ""
    try:
        address = unlock_channel(found.entrance.vault, account.id, account.channel_locked)
    except VaultDamaged:
        return gettext(_UNREADABLE)
    return SERVICES[address.partition("://")[0].lower()][0]
