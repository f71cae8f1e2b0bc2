"""The application over a database of its own, with the cast of `tests/api/world.py` in it."""

from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session
from temporalio.testing import WorkflowEnvironment

from activities.evidence import EvidenceKeeper
from activities.history import HistoryKeeper, LogBook
from activities.matter_papers import MatterPaperActivities
from activities.orders import OrderActivities
from activities.papers import PaperPool
from activities.preflight import Preflight
from activities.proving import Proving
from activities.transfer_packages import TransferPackageActivities
from api.approvals import Approvals
from api.campaigns import Campaigns
from api.handovers import Handovers
from api.main import create_app
from api.origins import Origins
from api.services import Services
from api.transfers import Transfers
from config.settings import Settings
from signing.keys import KeyStore
from signing.log.log import HistoryLog
from signing.log.signers import NoteSigner
from signing.log.store import LocalTiles
from signing.revocation import RevocationService
from signing.timestamps import TimeStampService
from storage.database import Sessions, make_engine, make_sessions
from storage.grants import API, WORKER
from storage.objects import Objects
from storage.tables import SigningOrder
from tests.api.applications import CALLED
from tests.api.assembled import APART, confirming, make_services
from tests.api.browsing import browser, site  # noqa: F401 - fixtures
from tests.api.classroom import Classroom, make_classroom
from tests.api.fakes import FakeApprovals
from tests.api.office_desk import at, office  # noqa: F401 - fixtures
from tests.api.signing import make_prepared
from tests.api.world import Keyring, World, at_desk, make_world, visitor
from tests.database import migrated_database, restricted, sessions_of
from tests.factories import OpenBook, open_book
from tests.signing.pki import Stage, staged
from worker.main import main_worker, proof_worker, sign_worker
from worker.trust import Trust
from workflows.workers import campaign_worker, matter_worker

As = Callable[[str], AsyncClient]
NewClass = Callable[..., Classroom]


@pytest.fixture(scope="session")
def engine(postgres_url: str) -> Iterator[Engine]:
    """An engine of a second database: the cast is committed here, and must not disturb other tests."""
    address = migrated_database(postgres_url, "api")
    engine = make_engine(address, pool_size=10)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session", autouse=True)
def _end_of_verifier() -> Iterator[None]:
    """The verifying process is started by the first file, and ends with the tests."""
    yield
    APART.close()


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The authority's own services, over HTTP."""
    with staged(tmp_path_factory.mktemp("pki")) as stage:
        yield stage


@pytest.fixture(scope="session")
def keys(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    return Keyring(stage.authority, KeyStore(tmp_path_factory.mktemp("keys")))


@pytest.fixture(scope="session")
def objects_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("objects")


@pytest.fixture(scope="session")
def world(engine: Engine, keys: Keyring) -> World:
    """Committed once; what a test adds or changes is rolled back unless it asks for `live_sessions`."""
    with make_sessions(engine).begin() as session:
        return make_world(session, keys)


@pytest.fixture
def approvals() -> FakeApprovals:
    return FakeApprovals()


@pytest.fixture
def services(
    connection: Connection, world: World, keys: Keyring, objects_folder: Path, approvals: FakeApprovals
) -> Services:
    """With the rights and the row scope of the interface's process."""
    return make_services(restricted(connection, API), approvals, keys, objects_folder, demo=True)


@pytest.fixture
def app(services: Services) -> FastAPI:
    return CALLED.over(services)


@pytest.fixture
def as_(app: FastAPI, world: World) -> As:
    """Somebody of the cast at the door: as_("clerk"); as_("nobody") brings no token."""
    return lambda person: visitor(app, world.tokens.get(person, ""))


@pytest.fixture
def desk(app: FastAPI, world: World) -> As:
    """Somebody of the cast at a browser, signed in: desk("clerk"); desk("nobody") is not."""
    return lambda person: at_desk(app, world.cookies.get(person, ""))


@pytest.fixture(scope="session")
def live_address(postgres_url: str) -> str:
    """A database where nobody counts: what is written stays to the end of the run."""
    return migrated_database(postgres_url, "live")


@pytest.fixture(scope="session")
def live_sessions(live_address: str) -> Iterator[Sessions]:
    """Sessions of the test itself that commit, with every right."""
    with sessions_of(live_address) as sessions:
        yield sessions


@pytest.fixture(scope="session")
def worker_sessions(live_address: str) -> Iterator[Sessions]:
    with sessions_of(live_address, WORKER) as sessions:
        yield sessions


@pytest.fixture(scope="session")
def interface_sessions(live_address: str) -> Iterator[Sessions]:
    with sessions_of(live_address, API) as sessions:
        yield sessions


@pytest.fixture(scope="session")
def pool(objects_folder: Path) -> Iterator[PaperPool]:
    """Papers are written and signed in a process beside this one."""
    pool = PaperPool(objects_folder, "http://127.0.0.1:8000", processes=1)
    yield pool
    pool.close()


@pytest.fixture(scope="session")
def trust(  # fixtures, passed by name
    stage: Stage,
    keys: Keyring,
    worker_sessions: Sessions,
    pool: PaperPool,
    objects_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Trust]:
    folder, roots = tmp_path_factory.mktemp("history"), [stage.authority.root]
    stamps = TimeStampService(f"{stage.url}/tsa", roots, timeout_s=20)
    revocation = RevocationService(roots, lambda _: True, timeout_s=20)
    keeper, files = EvidenceKeeper(worker_sessions, stamps), LocalTiles(folder / "log")
    log = HistoryLog(files, NoteSigner.open(folder / "key", "hocba.example/log"), "hocba.example/log")
    yield Trust(
        objects=Objects(objects_folder),
        preflight=Preflight(worker_sessions, Objects(objects_folder), revocation, stamps),
        confirming=confirming(worker_sessions, keys),
        proving=Proving(worker_sessions, pool, stamps, keeper),
        keeper=keeper,
        history=HistoryKeeper(worker_sessions, LogBook(log, files, b"a secret of the tests")),
        packages=TransferPackageActivities(worker_sessions, Objects(objects_folder), roots, APART),
    )
    stamps.close()
    revocation.close()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def workers(
    temporal_env: WorkflowEnvironment, worker_sessions: Sessions, pool: PaperPool, trust: Trust
) -> AsyncIterator[None]:
    """All real workers, in this process."""
    settings, client = Settings(worker_threads=4), temporal_env.client
    with ThreadPoolExecutor(8) as threads:
        main = main_worker(client, worker_sessions, threads, settings)
        signing = OrderActivities(worker_sessions, pool, trust.preflight), MatterPaperActivities(worker_sessions, pool)
        sign = sign_worker(client, signing, threads, settings)
        proof = proof_worker(client, worker_sessions, trust, threads, settings)
        campaigns = campaign_worker(client, worker_sessions, threads)
        matters = matter_worker(client, worker_sessions, threads)
        async with main, sign, proof, campaigns, matters:
            yield


@pytest.fixture(scope="package")
def live_app(
    temporal_env: WorkflowEnvironment, interface_sessions: Sessions, keys: Keyring, objects_folder: Path
) -> FastAPI:
    """The application as it is served, workers or not."""
    approvals = Approvals(temporal_env.client, timedelta(seconds=60), Origins(interface_sessions))
    asked = (temporal_env.client, interface_sessions)
    return create_app(
        replace(
            make_services(interface_sessions, approvals, keys, objects_folder),
            campaigns=Campaigns(*asked),
            handovers=Handovers(*asked),
            transfers=Transfers(*asked),
        )
    )


@pytest.fixture
def live_services(  # fixtures, passed by name
    temporal_env: WorkflowEnvironment, interface_sessions: Sessions, keys: Keyring, objects_folder: Path, workers: None
) -> Services:
    """The application as it is served, with its workers and the demo's door."""
    approvals = Approvals(temporal_env.client, patience=timedelta(seconds=60))
    return make_services(interface_sessions, approvals, keys, objects_folder, demo=True)


@pytest.fixture(scope="package")
def new_class(live_app: FastAPI, live_sessions: Sessions, keys: Keyring, workers: None) -> NewClass:
    return lambda name="", **facts: make_classroom(live_app, live_sessions, keys, name, **facts)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def issued(live_app: FastAPI, live_sessions: Sessions, keys: Keyring, workers: None) -> Classroom:
    """A class whose term is over: entered, signed and sealed by its people."""
    room = make_classroom(live_app, live_sessions, keys)
    await room.open()
    await room.review_all()
    room.seal_order = await room.sign_all()
    return room


@pytest.fixture
def book(db: Session, world: World) -> OpenBook:
    return open_book(db, world.cast)


@pytest.fixture
def order(db: Session, book: OpenBook) -> SigningOrder:
    """The principal's, prepared: one paper that nobody will look into."""
    return make_prepared(db, book)
