"""Coming in by an account that the sector or the city gives out. It never makes people: they must be known here."""

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from activities.signing_in import Caller, Entered, Proof
from activities.single_sign_on import Arrival, SingleSignOn
from api.deps import ServicesDep, now
from api.guard import everybody
from api.pages.entrance.door import caller_of, forget_cookie, let_in, see, set_cookie
from api.pages.entrance.signing_in import end_old_session, refused_page
from api.services import Services
from domain.account_states import AccountEventKind
from domain.errors import DomainError, NotAllowed, NotFound
from storage import accounts
from storage.tables import Account

router = APIRouter(include_in_schema=False, prefix="/dang-nhap/mot-lan")
COOKIE = "hocba_sign_on"
_ROUND_TRIP_S = 15 * 60
_UNKNOWN = (
    "Tài khoản này chưa được nối với người nào trong hệ thống. Hãy gặp cán bộ quản trị của trường để được mời, "
    "với đúng địa chỉ thư điện tử của tài khoản."
)
_CANCELLED = "Thầy/cô đã dừng đăng nhập ở nơi cấp tài khoản."


@router.get("")
@everybody
def depart(request: Request, found: ServicesDep, back: str = "") -> Response:
    """Off to the provider; what must come back with the browser is sealed in a cookie."""
    try:
        departure = _sign_on(found).depart(back)
    except DomainError as refused:
        return refused_page(request, found, back, refused)
    answer = see(departure.address)
    set_cookie(request, answer, COOKIE, departure.sealed, _ROUND_TRIP_S)
    return answer


@router.get("/ve")
@everybody
def arrive(request: Request, found: ServicesDep, error: str = "") -> Response:
    """Back from the provider: its word is checked, then the door is the same as for everybody."""
    try:
        if error == "access_denied":
            raise NotAllowed(_CANCELLED)
        arrival = _sign_on(found).arrive(request.query_params, request.cookies.get(COOKIE, ""))
        entered = _enter(found, arrival, caller_of(request, found.entrance.vault))
    except DomainError as refused:
        answer = refused_page(request, found, "", refused)
    else:
        end_old_session(request, found)
        answer = let_in(request, found, entered, arrival.back)
    forget_cookie(request, answer, COOKIE)
    return answer


def _enter(found: Services, arrival: Arrival, caller: Caller) -> Entered:
    with found.sessions.begin() as session:
        account = accounts.by_subject(session, arrival.issuer, arrival.subject)
        event = None
        if account is None:
            account, event = _linked(session, arrival), AccountEventKind.SINGLE_SIGN_ON_LINKED
        proof = Proof(arrival.has_second_factor, event)
        return found.entrance.signing_in.enter(session, account, caller, proof, now())


def _linked(session: Session, arrival: Arrival) -> Account:
    """The one account with the address that the provider has verified. Raises NotAllowed."""
    same = accounts.by_mail(session, arrival.verified_mail)
    if len(same) != 1 or same[0].subject:
        raise NotAllowed(_UNKNOWN)
    account = accounts.locked(session, same[0].id)
    account.issuer, account.subject = arrival.issuer, arrival.subject
    session.flush()
    return account


def _sign_on(found: Services) -> SingleSignOn:
    if found.entrance.single_sign_on is None:
        raise NotFound("Không tìm thấy.")
    return found.entrance.single_sign_on
