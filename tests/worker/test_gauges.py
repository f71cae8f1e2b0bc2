"""How the installation stands, as Prometheus reads it: right numbers, told once, a gap when nobody knows."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from prometheus_client.metrics_core import Metric
from sqlalchemy import Engine, text
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from domain.curriculum import HOMEROOM
from domain.decisions import Action
from storage.database import Sessions, make_engine, make_sessions
from storage.grants import WORKER
from tests.database import migrated_database, sessions_of
from tests.factories import make_certificate, open_book
from worker.gauges import Gauges
from workflows.health import QUEUES


@pytest.fixture(scope="module")
def engine(postgres_url: str) -> Iterator[Engine]:
    """A database in which this file alone commits."""
    address = migrated_database(postgres_url, "gauges")
    engine = make_engine(address)
    yield engine
    engine.dispose()


@pytest.fixture
def committed(engine: Engine) -> Sessions:
    return make_sessions(engine)


@pytest.fixture
def workers(engine: Engine) -> Iterator[Sessions]:
    """With the rights of a worker and no more."""
    with sessions_of(engine.url.render_as_string(hide_password=False), WORKER) as sessions:
        yield sessions


@pytest_asyncio.fixture(loop_scope="session")
async def gauges(workers: Sessions, temporal_env: WorkflowEnvironment, tmp_path: Path) -> AsyncIterator[Gauges]:
    made = new(workers, temporal_env.client, tmp_path)
    yield made
    made.close()


def new(sessions: Sessions, client: Client, folder: Path) -> Gauges:
    return Gauges(sessions, client, asyncio.get_running_loop(), folder)


async def scrape(gauges: Gauges) -> list[Metric]:
    """On a thread, as Prometheus' requests are; what was found before is not told again."""
    gauges.forget()
    return await asyncio.to_thread(lambda: list(gauges.collect()))


def value(found: list[Metric], name: str, **labels: str) -> float | None:
    samples = [each for metric in found for each in metric.samples if each.name == name and each.labels == labels]
    return samples[0].value if samples else None


async def test_records_deadlines_and_certificates_are_counted(gauges: Gauges, committed: Sessions) -> None:
    with committed.begin() as session:
        book = open_book(session)
        book.submit_all()
        book.act(Action.RETURN, HOMEROOM, book.records[:1], to_slot="toan", reason_id=book.reason())
        session.add(make_certificate(session, book.cast.homeroom))
    found = await scrape(gauges)
    assert value(found, "hocba_records", term="hk1", stage="submitted", held="false") == 2
    assert value(found, "hocba_records", term="hk1", stage="entry", held="false") == 1
    due = sum(
        value(found, "hocba_class_terms_due", within=each) or 0 for each in ("overdue", "1d", "3d", "7d", "later")
    )
    assert due == 1
    first = value(found, "hocba_deadline_slack_seconds", book="first")
    assert first is not None
    assert first == value(found, "hocba_deadline_slack_seconds", book="middle")
    assert value(found, "hocba_certificates_ending", owner="staff") == 0
    assert value(found, "hocba_gauges_up") == 1


async def test_the_engine_is_asked_too(gauges: Gauges) -> None:
    found = await scrape(gauges)
    for queue, kind, _ in QUEUES:
        assert value(found, "hocba_queue_pollers", queue=queue, kind=kind) is not None
        assert value(found, "hocba_queue_backlog_seconds", queue=queue, kind=kind) is not None
    assert value(found, "hocba_workflows_failing") == 0
    assert 0 < (value(found, "hocba_disk_free_ratio") or 0) <= 1


async def test_no_value_and_no_label_names_anybody(gauges: Gauges) -> None:
    found = await scrape(gauges)
    labels = {label for metric in found for each in metric.samples for label in each.labels.values()}
    assert all(len(each) <= len("hocba-campaign") for each in labels), labels


async def test_of_two_workers_one_tells_and_the_other_takes_over(
    gauges: Gauges, workers: Sessions, temporal_env: WorkflowEnvironment, tmp_path: Path
) -> None:
    other = new(workers, temporal_env.client, tmp_path)
    assert value(await scrape(gauges), "hocba_gauges_up") == 1
    assert await scrape(other) == []
    gauges.close()  # as when its process ends
    async with asyncio.timeout(30):
        while not (found := await scrape(other)):  # noqa: ASYNC110 - PostgreSQL notices the end of a connection soon
            await asyncio.sleep(0.05)
    assert value(found, "hocba_gauges_up") == 1
    assert await scrape(gauges) == []
    other.close()


async def test_a_lost_connection_is_a_gap_and_then_over(gauges: Gauges, engine: Engine) -> None:
    assert value(await scrape(gauges), "hocba_gauges_up") == 1
    with engine.begin() as connection:
        ours = "datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}"))  # noqa: S608
    lost = await scrape(gauges)
    assert [each.name for each in lost] == ["hocba_gauges_up"]
    assert value(lost, "hocba_gauges_up") == 0
    assert value(await scrape(gauges), "hocba_gauges_up") == 1


async def test_what_was_found_a_moment_ago_is_told_again(gauges: Gauges, committed: Sessions) -> None:
    before = await scrape(gauges)
    with committed.begin() as session:
        open_book(session)
    again = await asyncio.to_thread(lambda: list(gauges.collect()))
    assert again == before
