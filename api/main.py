"""Makes the application: settings, database, Temporal client, routes."""

from pathlib import Path

from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.requests import Request
from starlette.responses import Response

from activities.confirming import Confirming
from activities.own_device import OwnDevice
from activities.verifying import Verifying
from api import errors, health
from api.approvals import Approvals
from api.guard import guard, require_rules
from api.headers import ProtectiveHeaders, protect
from api.pages import board, front, notices, refusals
from api.pages import entry as entry_pages
from api.pages import verification as verification_pages
from api.pages.templating import make_templates
from api.schema import Application
from api.services import Services
from api.v1 import (
    decisions,
    entry,
    imports,
    marks,
    opening,
    orders,
    own_device,
    phrases,
    reads,
    reports,
    results,
    trust,
    verification,
)
from config.settings import Settings
from config.temporal import connect
from domain.rules.book import use_rules_of
from interchange.national.codes import load_codes
from signing.providers.configured import configured_providers
from signing.trust_store import trusted_roots
from signing.verification.apart import ApartVerifier
from storage.database import make_engine, make_sessions
from storage.objects import Objects

WEB = Path(__file__).resolve().parent.parent / "web"


def create_app(services: Services) -> FastAPI:
    """The application over ready-made services; tests give their own."""
    # FastAPI's own pages of documentation load their scripts from elsewhere; nothing here does.
    app = Application(
        title="hocba",
        version="1",
        description="Phê duyệt học bạ số",
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(guard)],
    )
    app.state.services = services
    app.state.refusal_page = refusals.refusal_page
    app.add_middleware(ProtectiveHeaders)
    errors.install(app)
    app.add_exception_handler(Exception, _broken)
    app.include_router(health.router)
    parts = (reads, reports, entry, phrases, results, marks, opening, imports, decisions, orders, own_device, trust)
    for part in (*parts, verification):
        app.include_router(part.router, prefix="/api/v1", responses=errors.RESPONSES)
    add_pages(app)
    # Public as a whole: entries name nobody, and whoever holds a copy can tell a rewritten log from the one he knows.
    app.mount("/history", StaticFiles(directory=services.history_dir, check_dir=False), name="history")
    app.mount("/static", StaticFiles(directory=WEB / "static"), name="static")
    app.mount("/packages", StaticFiles(directory=WEB / "node_modules", check_dir=False), name="packages")
    require_rules(app)
    return app


def add_pages(app: FastAPI) -> None:
    for room in (front, board, entry_pages, notices, verification_pages):
        app.include_router(room.router)


async def make_services(settings: Settings) -> Services:
    use_rules_of(settings.rules_dir)
    sessions = make_sessions(make_engine(settings.database_url, pool_size=settings.worker_threads))
    confirming = Confirming(sessions, configured_providers(settings.key_providers, settings.key_store))
    objects = Objects.local(settings.object_store)
    return Services(
        sessions=sessions,
        approvals=Approvals(await connect(settings)),
        confirming=confirming,
        own_device=OwnDevice(sessions, objects, confirming),
        objects=objects,
        templates=make_templates(),
        history_dir=settings.history_dir,
        verifying=Verifying(sessions, objects, trusted_roots(settings.trust_file), ApartVerifier()),
        codes=load_codes(settings.national_codes),
        demo=settings.demo,
    )


def _broken(request: Request, error: Exception) -> Response:
    """Answered outside every middleware, so the headers are added here."""
    answer = errors.broken(request, error)
    protect(answer.headers)
    return answer
