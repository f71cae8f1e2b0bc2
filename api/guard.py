"""The one guard that every route passes: who is asking, how, and whether the route is open to such people at all.

Which class, order or paper they may reach is said by the guards of `api.deps`; this one comes before them.
"""

import hashlib
import hmac
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

from fastapi import FastAPI, Request
from fastapi.routing import iter_route_contexts
from starlette.concurrency import run_in_threadpool
from starlette.routing import Mount

from api.errors import SecondFactorNeeded, SignInNeeded
from api.origins import arrived
from api.services import Services
from domain.duties import Duty
from domain.errors import NotAllowed
from domain.scopes import Scope
from storage import scope, visitors
from storage.visitors import Visitor

COOKIE: Final = "hocba"
SAFE_COOKIE: Final = f"__Host-{COOKIE}"  # browsers take it over HTTPS only, from this very host only
CSRF_FIELD: Final = "csrf_token"
CSRF_HEADER: Final = "X-CSRF-Token"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
FORM: Final = "application/x-www-form-urlencoded"
_OURS: Final = frozenset({"same-origin", "none"})
_FORGED: Final = (
    "Trang này đã cũ hoặc không phải của hocba. Hãy tải lại trang rồi bấm lại; dữ liệu đã nhập không bị mất."
)
_NOT_YOURS: Final = "Việc này không thuộc vai trò của thầy/cô."
_SCOPE: Final = "Mã truy cập này không dùng được cho việc đó."

Endpoint = TypeVar("Endpoint", bound=Callable[..., object])


@dataclass(frozen=True)
class Rule:
    """Whom a route is open to: people with one of `duties`, or everybody without; `scope` opens it to systems' keys.

    `is_early`: also before the second factor was given. `takes_upload`: the route itself reads a form with a file, and
    checks that it is ours (`api.uploads`). `checks_origin`: it is asked by a page of another origin, which it knows.
    `crosses_schools`: it asks about pupils of other schools as well, so the rows that it reads are not narrowed.
    """

    duties: frozenset[Duty] | None
    scope: Scope | None = None
    is_early: bool = False
    takes_upload: bool = False
    checks_origin: bool = False
    crosses_schools: bool = False


def allow(
    duties: Collection[Duty],
    scope: Scope | None = None,
    *,
    is_early: bool = False,
    takes_upload: bool = False,
    checks_origin: bool = False,
    crosses_schools: bool = False,
) -> Callable[[Endpoint], Endpoint]:
    """Open a route to people with one of these duties; `EVERYBODY` includes offices."""
    return _declare(Rule(frozenset(duties), scope, is_early, takes_upload, checks_origin, crosses_schools))


def everybody(endpoint: Endpoint) -> Endpoint:
    """Open a route to everybody, signed in or not."""
    return _declare(Rule(None))(endpoint)


def _declare(rule: Rule) -> Callable[[Endpoint], Endpoint]:
    def declared(endpoint: Endpoint) -> Endpoint:
        endpoint.__hocba_rule__ = rule  # type: ignore[attr-defined]
        return endpoint

    return declared


def rule_of(endpoint: object) -> Rule | None:
    return getattr(endpoint, "__hocba_rule__", None)


def require_rules(app: FastAPI) -> None:
    """Refuse to start with a route that says nothing about whom it is open to."""
    for route in iter_route_contexts(app.routes):
        original = route.original_route
        is_ours = not isinstance(original, Mount) and route.path != app.openapi_url
        if is_ours and rule_of(getattr(original, "endpoint", None)) is None:
            raise RuntimeError(f"{route.path} does not say whom it is open to; see api.guard")


async def guard(request: Request) -> None:
    """Find the visitor, and refuse whom the route is not open to.

    Raises SignInNeeded, SecondFactorNeeded, and NotAllowed for a wrong duty or scope and for a forged form.
    """
    rule = rule_of(request.scope["endpoint"]) or Rule(frozenset())
    visitor = await run_in_threadpool(_visitor, request)
    request.state.visitor = visitor
    if visitor is not None:
        arrived(visitor)
    _limit_rows(rule, visitor)
    if rule.duties is None:
        return
    if visitor is None:
        raise SignInNeeded
    if visitor.scopes is None:
        await _require_ours(request, rule)
    elif rule.scope not in visitor.scopes:
        raise NotAllowed(_SCOPE)
    if visitor.scopes is None and visitor.needs_second_factor and not rule.is_early:
        raise SecondFactorNeeded
    if not rule.duties & visitor.person.duties:
        raise NotAllowed(_NOT_YOURS)


def _limit_rows(rule: Rule, visitor: Visitor | None) -> None:
    """Who works at a school sees rows of that school, whatever a query below asks for."""
    of_office = visitor is not None and visitor.person.authority_id is not None
    if rule.duties is None or rule.crosses_schools or of_office:
        scope.lift()
    elif visitor is not None:
        scope.limit_to(visitor.person.school_id)


def visitor_of(request: Request) -> Visitor | None:
    found: Visitor | None = getattr(request.state, "visitor", None)
    return found


def cookie_name(request: Request) -> str:
    return SAFE_COOKIE if request.url.scheme == "https" else COOKIE


def session_token(request: Request) -> str:
    return request.cookies.get(cookie_name(request), "")


def csrf_token(request: Request) -> str:
    """Proves that a form comes from a page of this very session; worth nothing to whoever does not have its cookie."""
    return hashlib.sha256(b"csrf:" + session_token(request).encode()).hexdigest()


def is_ours(request: Request) -> bool:
    """Whether the browser says that the request was made by a page of this site."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in _OURS
    origin = request.headers.get("Origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("Host")


def require_ours(request: Request) -> None:
    if not is_ours(request):
        raise NotAllowed(_FORGED)


def require_csrf(request: Request, given: str) -> None:
    require_ours(request)
    if not hmac.compare_digest(given.encode(), csrf_token(request).encode()):  # as text it takes ASCII only
        raise NotAllowed(_FORGED)


async def _require_ours(request: Request, rule: Rule) -> None:
    if request.method in SAFE or rule.takes_upload or rule.checks_origin:
        return
    given = request.headers.get(CSRF_HEADER, "")
    if not given and request.headers.get("Content-Type", "").startswith(FORM):
        given = str((await request.form()).get(CSRF_FIELD, ""))
    require_csrf(request, given)


def _visitor(request: Request) -> Visitor | None:
    header = request.headers.get("Authorization", "")
    token = session_token(request)
    if not header and not token:
        return None
    found: Services = request.app.state.services
    at = datetime.now(UTC)
    with found.sessions() as session:
        if header:
            visitor = visitors.by_key(session, header.removeprefix("Bearer "), at)
        else:
            visitor = visitors.by_session(session, token, at)
    if visitor is not None and not visitor.is_noted:
        with found.sessions.begin() as session:
            visitors.note_use(session, visitor, at)
    return visitor
