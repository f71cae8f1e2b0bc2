"""The machine, the database's form and clock, and the trust services: each made wrong, and what the doctor says."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from cli.checks import database, machine, trust
from cli.checks.finding import State
from cli.services.lock import StateLock
from config.settings import LOOPBACK, Settings
from signing.timestamps import TimeStampService
from signing.tokens import Token
from signing.trust_store import trusted_roots
from storage.database import make_engine
from storage.grants import WORKER
from storage.migrate import upgrade
from tests.database import another_database
from tests.ports import hold_port, port_of
from tests.signing.pki import Stage, staged


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pki")


@pytest.fixture(scope="module")
def stage(pki: Path) -> Iterator[Stage]:
    with staged(pki) as stage:
        yield stage


@pytest.fixture
def trusting(stage: Stage, pki: Path, tmp_path: Path) -> Settings:
    return Settings(var_dir=tmp_path, trust_file=pki / "root.pem", tsa_url=f"{stage.url}/tsa")


@pytest.fixture
def token(trusting: Settings) -> Iterator[Token]:
    service = TimeStampService(trusting.tsa_url, trusted_roots(trusting.trust_file))
    yield service.stamp(bytes(32))
    service.close()


def test_an_old_python_is_refused() -> None:
    seen = machine.python((3, 10))
    assert (seen.state, "PYTHON=" in seen.advice) == (State.WRONG, True)
    assert machine.python((3, 11)).state is State.OK


def test_a_full_disk_is_wrong_and_a_filling_one_is_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.disk(tmp_path, needed=2**60).state is State.WRONG
    assert "make room" in machine.disk(tmp_path, needed=2**60).advice
    monkeypatch.setattr(machine, "SCARCE", 1.1)  # more than any disk has free
    seen = machine.disk(tmp_path / "to" / "be", needed=0)
    assert (seen.state, "HOCBA_VAR_DIR" in seen.advice) == (State.WATCH, True)


def test_a_port_in_use_is_named_with_its_setting_also_that_of_metrics(tmp_path: Path) -> None:
    with hold_port() as held:
        held.listen()
        taken = port_of(held)
        settings = Settings(var_dir=tmp_path, api_port=1 + taken % 1000 + 40000, metrics_port=taken)
        seen = machine.ports(settings, None)
    assert seen.state is State.WRONG
    assert f"Port {taken} (metrics of api)" in seen.sentence
    assert seen.advice == "stop it, or set HOCBA_METRICS_PORT."


async def test_a_web_server_that_does_not_answer_while_hocba_runs_is_wrong(tmp_path: Path) -> None:
    with hold_port() as held, StateLock(tmp_path, lambda _: None):
        settings = Settings(var_dir=tmp_path, api_port=port_of(held))
        seen = {each.subject: each for each in await machine.examine(settings)}
    assert (seen["web server"].state, "api.log" in seen["web server"].advice) == (State.WRONG, True)
    assert "in use by hocba" in seen["state folder"].sentence


async def test_a_web_server_that_is_not_ready_says_so(tmp_path: Path, stage: Stage) -> None:
    async def busy(_request: Request) -> Response:
        return Response(status_code=503)

    stage.put("/readyz", busy)
    settings = Settings(var_dir=tmp_path, api_host=LOOPBACK, api_port=int(stage.url.rpartition(":")[2]))
    seen = await machine.web_server(settings)
    stage.reset()
    assert (seen.state, seen.sentence) == (State.WRONG, "says 503 to /readyz")


async def test_a_database_that_is_away_is_one_finding(tmp_path: Path) -> None:
    (seen,) = await database.examine(Settings(database_url="postgresql://hocba@/hocba?host=/nowhere"))
    assert (seen.subject, seen.state) == ("PostgreSQL", State.WRONG)
    assert "make run" in seen.advice


async def test_tables_of_an_older_form_are_named_and_their_work_is_not_asked_for(postgres_url: str) -> None:
    settings = Settings(database_url=another_database(postgres_url, "doctor"))
    seen = {each.subject: each for each in await database.examine(settings)}
    assert (seen["tables"].state, "hocba migrate" in seen["tables"].advice) == (State.WRONG, True)
    assert set(seen) == {"PostgreSQL", "tables", "database's clock"}
    upgrade(settings.database_url)
    assert {each.state for each in await database.examine(settings)} == {State.OK}


async def test_the_workers_role_sees_the_work_and_not_the_form(postgres_url: str) -> None:
    upgrade(address := another_database(postgres_url, "doctor"))
    worker = make_url(address).set(username=WORKER).render_as_string(hide_password=False)
    seen = {each.subject: each for each in await database.examine(Settings(database_url=worker))}
    assert (seen["tables"].state, seen["confirmed orders"].state) == (State.WATCH, State.OK)
    assert "work" not in seen


async def test_a_role_that_may_not_read_is_told_so(postgres_url: str) -> None:
    upgrade(address := another_database(postgres_url, "doctor"))
    engine = make_engine(address)
    with engine.begin() as connection:
        connection.execute(text("CREATE ROLE stranger LOGIN"))
    engine.dispose()
    stranger = make_url(address).set(username="stranger").render_as_string(hide_password=False)
    seen = {each.subject: each for each in await database.examine(Settings(database_url=stranger))}
    assert (seen["work"].state, "HOCBA_DATABASE_URL" in seen["work"].advice) == (State.WRONG, True)


@pytest.mark.parametrize(("off", "state"), [(timedelta(seconds=20), State.WATCH), (-timedelta(hours=1), State.WRONG)])
def test_a_clock_that_is_off_is_found_against_the_databases(db: Session, off: timedelta, state: State) -> None:
    seen = database.database_clock(db, datetime.now(UTC) + off)
    assert (seen.state, "NTP" in seen.advice) == (state, True)
    assert ("behind" if off > timedelta(0) else "ahead of") in seen.sentence


async def test_trust_services_in_order_are_fine(trusting: Settings) -> None:
    assert [(each.subject, each.state) for each in await trust.examine(trusting)] == [
        ("trust", State.OK), ("time stamps", State.OK), ("time of the stamps", State.OK),
    ]  # fmt: skip


async def test_without_roots_nobody_can_sign(tmp_path: Path) -> None:
    (seen,) = await trust.examine(Settings(var_dir=tmp_path))
    assert (seen.state, str(tmp_path) in seen.advice) == (State.WRONG, True)


async def test_without_a_time_stamp_service_nothing_is_sealed(trusting: Settings) -> None:
    _, seen = await trust.examine(trusting.model_copy(update={"tsa_url": ""}))
    assert (seen.state, seen.advice) == (State.WRONG, "set HOCBA_TSA_URL to an RFC 3161 service")


async def test_a_time_stamp_service_that_is_away_is_told_with_its_cause(trusting: Settings) -> None:
    with hold_port() as held:
        gone = trusting.model_copy(update={"tsa_url": f"http://{LOOPBACK}:{port_of(held)}/tsa"})
        _, seen = await trust.examine(gone)
    assert seen.state is State.WRONG
    assert "ServiceUnreachable" in seen.sentence
    assert "go on by themselves" in seen.advice


@pytest.mark.parametrize(
    ("before", "state", "sentence"), [(30, State.WATCH, "30 days left"), (-1, State.WRONG, "one ended 1 days ago")]
)
def test_a_certificate_that_ends_soon_or_has_ended_is_found(
    trusting: Settings, token: Token, before: int, state: State, sentence: str
) -> None:
    ends = min(each.not_valid_after_utc for each in token.certificates)
    seen = trust.of_service(trusting.tsa_url, token, ends - timedelta(days=before))
    assert (seen.state, sentence in seen.sentence) == (state, True)
    assert "next certificate" in seen.advice


def test_the_time_of_the_stamps_is_compared(token: Token) -> None:
    near = token.gen_time + timedelta(seconds=0.9)
    assert trust.time_of(token, near, near).state is State.OK
    late = token.gen_time + timedelta(seconds=30)
    assert trust.time_of(token, late, late + timedelta(seconds=1)).state is State.WATCH
    assert "behind" in trust.time_of(token, late, late).sentence
    early = token.gen_time - timedelta(seconds=100)
    assert trust.time_of(token, early - timedelta(seconds=1), early).state is State.WRONG
