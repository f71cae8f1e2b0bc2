"""Makes the application: settings, database, Temporal client, routes."""

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from activities.chains import ChainKeeper
from activities.confirming import Confirming
from activities.entrance import Entrance
from activities.history import KEY_FILE, log_files
from activities.own_device import OwnDevice
from activities.showing import Showing
from activities.single_sign_on import Provider
from activities.submission.exchange import make_exchange
from activities.verifying import Verifying
from api import codec, errors, health, store
from api.approvals import Approvals
from api.assets import FOLDERS, served
from api.bodies import BoundedBodies
from api.campaigns import Campaigns
from api.fairness import Fairness
from api.guard import guard, require_rules
from api.handovers import Handovers
from api.headers import ProtectiveHeaders, protect
from api.history import history_files
from api.live import Live
from api.origins import Origins
from api.pages import (
    accounts,
    approval,
    clerk,
    corrections,
    entrance,
    entry,
    extracts,
    handovers,
    homeroom,
    live,
    mails,
    management,
    matters,
    notices,
    office,
    personal,
    records,
    refusals,
    review,
    search,
    sights,
    signing,
    submission,
    today,
    transfers,
    verification,
)
from api.pages.language import spoken
from api.pages.templating import make_templates
from api.routers import joined
from api.schema import Application
from api.services import Services
from api.transfers import Transfers
from api.v1 import routes as v1
from config.history_keys import HistoryKeys
from config.payloads import EncryptingCodec
from config.places import history_place, objects_place
from config.settings import Settings, words_of
from config.temporal import connect
from domain.rules.book import use_rules_of
from interchange.national.codes import load_codes
from interchange.record_stores import PATH, configured_stores
from signing.providers.configured import configured_providers
from signing.trust_store import trusted_roots
from signing.vault import Vault
from signing.verification.apart import ApartVerifier
from storage.database import Sessions, make_engine, make_sessions
from storage.listening import address_of
from storage.objects import Objects


def create_app(services: Services) -> FastAPI:
    """The application over ready-made services; tests give their own."""
    # FastAPI's own pages of documentation load their scripts from elsewhere; nothing here does.
    app = Application(
        title="hocba",
        version="1",
        description="Phê duyệt học bạ số",
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(guard), Depends(spoken)],
        # FastAPI's own traces and logs hold whole addresses, and words of exceptions; api.watching has ours.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.services = services
    app.state.live = Live(address_of(services.sessions))
    app.state.refusal_page = refusals.refusal_page
    app.state.refusal_told = refusals.told
    app.add_middleware(BoundedBodies)
    app.add_middleware(ProtectiveHeaders)
    errors.install(app)
    app.add_exception_handler(Exception, _broken)
    # Files come first: a page asks for many, and each would be held against every address below.
    for path, folder in FOLDERS.items():
        app.mount(path, served(folder), name=path.strip("/"))
    app.include_router(health.router)
    app.include_router(codec.router, responses=errors.RESPONSES)
    app.include_router(v1.router, prefix="/api/v1", responses=errors.RESPONSES)
    app.include_router(store.router, prefix=PATH, responses=errors.RESPONSES)
    add_pages(app)
    app.mount("/history", history_files, name="history")
    require_rules(app)
    return app


def add_pages(app: FastAPI) -> None:
    """Every room; a room of one module or of a package of them."""
    rooms = (
        accounts,
        approval,
        clerk,
        corrections,
        entrance,
        entry,
        extracts,
        handovers,
        homeroom,
        live,
        mails,
        management,
    )
    more = (
        matters,
        notices,
        office,
        personal,
        records,
        review,
        search,
        sights,
        signing,
        submission,
        today,
        transfers,
        verification,
    )
    app.include_router(joined(*rooms, *more))


async def make_services(settings: Settings) -> Services:
    use_rules_of(settings.rules_dir)
    sessions = make_sessions(make_engine(settings.database_url, pool_size=settings.worker_threads, scoped=True))
    providers = configured_providers(settings.key_providers, settings.key_store)
    confirming = Confirming(sessions, providers)
    objects = Objects(objects_place(settings))
    files = log_files(history_place(settings))
    client = await connect(settings, [Fairness()])
    return Services(
        sessions=sessions,
        approvals=Approvals(client, origins=Origins(sessions)),
        campaigns=Campaigns(client, sessions),
        handovers=Handovers(client, sessions),
        chains=ChainKeeper(objects, files, settings.key_store / KEY_FILE, settings.history_origin),
        transfers=Transfers(client, sessions),
        confirming=confirming,
        own_device=OwnDevice(sessions, objects, confirming, trusted_roots(settings.trust_file)),
        objects=objects,
        templates=make_templates(),
        history=files,
        verifying=Verifying(sessions, objects, trusted_roots(settings.trust_file), ApartVerifier()),
        codec=EncryptingCodec(HistoryKeys.open(settings.secrets_dir)),
        temporal_ui_origin=settings.temporal_ui_origin,
        codes=load_codes(settings.national_codes),
        entrance=make_entrance(settings, sessions),
        exchange=make_exchange(
            sessions,
            objects,
            providers,
            trusted_roots(settings.trust_file),
            configured_stores(settings.record_stores, settings.internal_url),
            settings.store_places,
        ),
        showing=Showing(objects, settings.verify_url),
        has_time_stamps=bool(settings.tsa_url),
        demo=settings.demo,
    )


def make_entrance(settings: Settings, sessions: Sessions) -> Entrance:
    vault = Vault.open(settings.secrets_dir)
    provider = None
    if settings.oidc_issuer:
        provider = Provider(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            name=settings.oidc_name,
            site_url=settings.site_url,
            second_factor=frozenset(words_of(settings.oidc_second_factor)),
        )
    return Entrance.make(sessions, vault, settings.site_url, provider)


def _broken(request: Request, error: Exception) -> Response:
    """Answered outside every middleware, so the headers are added here."""
    answer = errors.broken(request, error)
    protect(answer.headers, request.url.scheme)
    return answer
