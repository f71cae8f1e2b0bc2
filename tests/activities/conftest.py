"""Activities on the real database, the real paper pool, and real keys of a development authority."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session
from temporalio.testing import ActivityEnvironment

from activities.evidence import EvidenceKeeper
from activities.papers import PaperPool
from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL
from domain.decisions import Action
from signing.keys import KeyStore
from signing.revocation import RevocationService
from signing.timestamps import TimeStampService
from storage.database import Sessions
from storage.grants import WORKER
from storage.objects import Objects
from tests.activities.archive import Archive, make_archive
from tests.activities.signing_office import Furniture, Office
from tests.database import migrated_database, restricted, sessions_on
from tests.factories import OpenBook
from tests.issued import reviewed
from tests.signing.pki import Stage, staged
from tests.standing import Standing, copied, in_session, rolled_back, standing

# The furthest first: each begins where one after it stood.
STANDING = ("approved_year", "signed_year", "first_term", "sealed_archive")


@pytest.fixture
def connection(request: pytest.FixtureRequest, engine: Engine) -> Iterator[Connection]:
    """One transaction for the whole test, rolled back at its end, in the database of what it begins with."""
    with rolled_back(request, STANDING, engine) as connection:
        yield connection


@pytest.fixture
def sessions(connection: Connection) -> Sessions:
    """What activities get: they may do in the database what a worker may, and nothing else."""
    return restricted(connection, WORKER)


@pytest.fixture
def db(connection: Connection) -> Iterator[Session]:
    """The owner's session, for what people did before and for looking at what came of it."""
    with sessions_on(connection)() as session:
        yield session


@pytest.fixture(scope="session")
def object_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("objects")


@pytest.fixture(scope="session")
def pool(object_folder: Path) -> Iterator[PaperPool]:
    pool = PaperPool(object_folder, "https://hocba.example", 1)
    yield pool
    pool.close()


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("pki")) as stage:
        yield stage


@pytest.fixture
def stage(services: Stage) -> Iterator[Stage]:
    """The authority's services; a test may put a page of its own in place of one, and revoke what it likes."""
    services.reset()
    yield services
    services.reset()
    services.authority.revocations._path.unlink(missing_ok=True)


@pytest.fixture
def revocation(stage: Stage) -> Iterator[RevocationService]:
    with closing(asking(stage)) as service:
        yield service


@pytest.fixture
def stamps(stage: Stage) -> Iterator[TimeStampService]:
    with closing(stamping(stage)) as service:
        yield service


def asking(stage: Stage) -> RevocationService:
    return RevocationService([stage.authority.root], lambda _: True, timeout_s=20)


def stamping(stage: Stage) -> TimeStampService:
    return TimeStampService(f"{stage.url}/tsa", [stage.authority.root], timeout_s=20)


@pytest.fixture
def temporal() -> ActivityEnvironment:
    return ActivityEnvironment()


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="session")
def furniture(pool: PaperPool, services: Stage, key_folder: Path, object_folder: Path) -> Furniture:
    return Furniture(pool, services.authority, KeyStore(key_folder), Objects(object_folder))


@pytest.fixture
def office(
    db: Session, sessions: Sessions, furniture: Furniture, temporal: ActivityEnvironment,
    revocation: RevocationService, stamps: TimeStampService,
) -> Office:  # fmt: skip
    return replace(furniture.office(db, sessions, revocation, stamps), temporal=temporal)


@pytest.fixture(scope="session")
def first_term(postgres_url: str) -> Iterator[Standing[OpenBook]]:
    with standing(migrated_database(postgres_url, "first_term"), in_session(partial(reviewed, term=Term.HK1))) as made:
        yield made


@pytest.fixture
def book(first_term: Standing[OpenBook], db: Session) -> OpenBook:
    """A first term that waits for its subject teachers."""
    return replace(first_term.made, session=db)


@pytest.fixture(scope="session")
def signed_year(postgres_url: str) -> Iterator[Standing[OpenBook]]:
    with standing(
        migrated_database(postgres_url, "signed_year"), in_session(partial(reviewed, term=Term.YEAR_END))
    ) as made:
        yield made


@pytest.fixture
def year(signed_year: Standing[OpenBook], db: Session) -> OpenBook:
    """A year's end that waits for the homeroom teacher."""
    return replace(signed_year.made, session=db)


@pytest.fixture(scope="module")
def approved_year(
    signed_year: Standing[OpenBook], furniture: Furniture, services: Stage
) -> Iterator[Standing[OpenBook]]:
    """Made anew for each file: answers about its signers count for minutes only."""

    def approve(connection: Connection) -> OpenBook:
        with (
            sessions_on(connection)() as session,
            closing(asking(services)) as asked,
            closing(stamping(services)) as tsa,
        ):
            office = furniture.office(session, restricted(connection, WORKER), asked, tsa)
            book = replace(signed_year.made, session=session)
            for action, slot in ((Action.SIGN, HOMEROOM), (Action.APPROVE, PRINCIPAL)):
                office.sign(book, action, slot)
            session.commit()
        return book

    with standing(copied(signed_year.engine, "approved_year"), approve) as made:
        yield made


@pytest.fixture
def approved(approved_year: Standing[OpenBook], db: Session) -> OpenBook:
    """A year's end that waits for the clerk, with real papers."""
    return replace(approved_year.made, session=db)


@pytest.fixture(scope="session")
def sealed_archive(
    postgres_url: str, services: Stage, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Standing[Archive]]:
    folder = tmp_path_factory.mktemp("archive")

    def make(connection: Connection) -> Archive:
        sessions = restricted(connection, WORKER)
        with sessions_on(connection)() as session, closing(stamping(services)) as stamps:
            keeper = EvidenceKeeper(sessions, stamps)
            archive = make_archive(sessions, session, folder, keeper, [services.authority.root])
            session.commit()
        return archive

    with standing(migrated_database(postgres_url, "sealed_archive"), make) as made:
        yield made


@pytest.fixture
def archive(
    sealed_archive: Standing[Archive], db: Session, sessions: Sessions, stamps: TimeStampService, tmp_path: Path
) -> Archive:
    return sealed_archive.made.copied(sessions, db, tmp_path, EvidenceKeeper(sessions, stamps))
