"""What every way in ends with: the browser's cookies, and where it goes next."""

import hmac
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request, status
from starlette.responses import RedirectResponse, Response

from activities.signing_in import Caller, Entered
from api.errors import SECOND_FACTOR
from api.guard import cookie_name, session_token
from api.services import Services
from domain.devices import device_in_words
from domain.networks import network_of
from signing.vault import Vault, VaultDamaged
from storage.account_events import Deed
from storage.visitors import Visitor

HOME: Final = "/viec-cua-toi"
DEVICE_COOKIE: Final = "hocba_device"
_ONCE_COOKIE: Final = "hocba_once"
_ONCE: Final = timedelta(minutes=5)
A_YEAR: Final = 365 * 24 * 3600


def local(path: str) -> str:
    """A path of this site, whatever was asked for: nobody is led elsewhere."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if inside and path != "/" else HOME


def see(path: str) -> Response:
    return RedirectResponse(path, status.HTTP_303_SEE_OTHER)


def caller_of(request: Request, vault: Vault) -> Caller:
    """The browser as it presents itself; the id in its cookie counts only with our signature."""
    device_id, _, mac = request.cookies.get(DEVICE_COOKIE, "").partition(".")
    is_genuine = bool(device_id) and hmac.compare_digest(mac.encode(), vault.mac("device", device_id).encode())
    network = network_of(request.client.host) if request.client else ""
    device = device_in_words(request.headers.get("User-Agent", "")[:500])
    return Caller(network, device, device_id if is_genuine else "")


def deed_of(request: Request, found: Services, visitor: Visitor) -> Deed:
    caller = caller_of(request, found.entrance.vault)
    return Deed(visitor.person.staff_id, caller.network, caller.device)


def let_in(request: Request, found: Services, entered: Entered, back: str) -> Response:
    """To where one wanted to go, by way of the code if it is still missing."""
    goal = local(back)
    code = SECOND_FACTOR if goal == HOME else f"{SECOND_FACTOR}?{_query(back=goal)}"
    answer = see(code if entered.needs_code else goal)
    give_session(request, answer, entered.token)
    mac = found.entrance.vault.mac("device", entered.device_id)
    set_cookie(request, answer, DEVICE_COOKIE, f"{entered.device_id}.{mac}", A_YEAR)
    return answer


def signed_in(request: Request, token: str, back: str) -> Response:
    answer = see(local(back))
    give_session(request, answer, token)
    return answer


def give_session(request: Request, answer: Response, token: str) -> None:
    """Out of reach of scripts and of forms on other sites."""
    set_cookie(request, answer, cookie_name(request), token)


def set_cookie(request: Request, answer: Response, name: str, value: str, max_age: int | None = None) -> None:
    is_secure = request.url.scheme == "https"
    answer.set_cookie(name, value, max_age=max_age, httponly=True, samesite="lax", secure=is_secure)


def forget_session(request: Request, answer: Response) -> None:
    forget_cookie(request, answer, cookie_name(request))


def forget_cookie(request: Request, answer: Response, name: str) -> None:
    answer.delete_cookie(name, secure=request.url.scheme == "https", httponly=True, samesite="lax")


def say_once(request: Request, answer: Response, found: Services, values: dict[str, Any], token: str = "") -> None:
    """Something that the next page shows and nobody can ask for again, as new recovery codes; sealed for this session.

    `token`: of the session that the answer begins.
    """
    sealed = found.entrance.vault.seal("once", token or session_token(request), values, datetime.now(UTC) + _ONCE)
    set_cookie(request, answer, _ONCE_COOKIE, sealed, int(_ONCE.total_seconds()))


def said_once(request: Request, found: Services) -> dict[str, Any]:
    try:
        sealed = request.cookies.get(_ONCE_COOKIE, "")
        return found.entrance.vault.unseal("once", session_token(request), sealed, datetime.now(UTC)) if sealed else {}
    except VaultDamaged:
        return {}


def private(request: Request, answer: Response) -> Response:
    """What was said once is gone."""
    if _ONCE_COOKIE in request.cookies:
        forget_cookie(request, answer, _ONCE_COOKIE)
    return answer


def _query(**values: str) -> str:
    return urlencode(values, safe="/")
