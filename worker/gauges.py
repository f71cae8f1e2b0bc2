"""How the installation stands, for Prometheus: asked of the database and of Temporal when somebody scrapes.

Of all main workers one answers, whoever holds the lock in the database: what is told twice would count twice.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import disk_usage
from typing import Final, TypeVar

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection, NullPool, create_engine, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from temporalio.client import Client
from temporalio.service import RPCError

from domain.matters import MatterKind
from storage import health
from storage.database import Sessions
from storage.health import Backlog
from storage.tables.mail import CHANNELS
from workflows import health as engine

LOCK: Final = 0x686F636261  # "hocba": of pg_try_advisory_lock
PATIENCE: Final = 5.0  # seconds, of each statement and of all that Temporal is asked
# Counting millions of records takes a while; it may take a twentieth of the time at most.
NOT_BEFORE: Final = 10.0  # seconds
SHARE: Final = 20
DAY: Final = timedelta(days=1)
Labels = TypeVar("Labels", bound=tuple[str, ...])
_log = logging.getLogger(__name__)


class Gauges(Collector):
    """`loop` is where `client` lives; scrapes come on threads of their own."""

    def __init__(self, sessions: Sessions, client: Client, loop: asyncio.AbstractEventLoop, disk: Path) -> None:
        # One connection, kept: the workers' own have other things to do.
        url = sessions.kw["bind"].engine.url
        self._engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True)
        self._client, self._loop = client, loop
        self._disk = disk
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._kept: list[Metric] = []
        self._not_before = 0.0

    def describe(self) -> Iterator[Metric]:
        """Nothing is asked when this is registered."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """What was found a moment ago is told again; what cannot be asked is missing, and `hocba_gauges` says so."""
        with self._lock:
            begun = time.monotonic()
            if begun >= self._not_before:
                self._kept = self._found()
                self._not_before = begun + max(NOT_BEFORE, SHARE * (time.monotonic() - begun))
            yield from self._kept

    def forget(self) -> None:
        """Have the next scrape ask anew."""
        self._not_before = 0.0

    def close(self) -> None:
        """Let another process tell."""
        with self._lock:
            self._let_go()

    def _found(self) -> list[Metric]:
        try:
            connection = self._leading()
            if connection is None:
                return []
            begun = time.monotonic()
            found = [*self._of_database(connection), *self._of_engine(), self._of_disk()]
        except (DBAPIError, RPCError, RuntimeError, TimeoutError) as error:
            self._let_go()
            _log.warning("the gauges cannot be read", exc_info=error)
            return [_gauge("gauges_up", "Whether the gauges could be read.", {(): 0})]
        took = time.monotonic() - begun
        return [
            *found,
            _gauge("gauges_up", "Whether the gauges could be read.", {(): 1}),
            _gauge("gauges_seconds", "How long it took to read them.", {(): took}),
        ]

    def _leading(self) -> Connection | None:
        """The connection that holds the lock, None while another process's does. It ends with its connection."""
        if self._connection is None:
            connection = self._engine.connect()
            if not connection.scalar(select(func.pg_try_advisory_lock(LOCK))):
                connection.close()
                return None
            connection.execute(text(f"SET statement_timeout = {int(PATIENCE * 1000)}"))
            self._connection = connection
        return self._connection

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _of_database(self, connection: Connection) -> Iterator[Metric]:
        with Session(connection) as session:
            at = datetime.now(UTC)
            skew = (health.clock(session) - at).total_seconds()
            yield _gauge("clock_skew_seconds", "The database's clock less this machine's.", {(): skew})
            yield from _of_work(session, at)
            yield from _of_trust(session, at)
            yield from _of_outbox(session, at)

    def _of_engine(self) -> Iterator[Metric]:
        asked = asyncio.run_coroutine_threadsafe(self._ask_engine(), self._loop)
        try:
            return iter(asked.result(PATIENCE))
        finally:
            asked.cancel()

    async def _ask_engine(self) -> list[Metric]:
        queues = await engine.queues(self._client, datetime.now(UTC))
        told: Mapping[tuple[str, str], Callable[[engine.QueueState], float]] = {
            ("queue_pollers", "Workers that ask for tasks."): lambda each: each.pollers,
            ("queue_backlog", "Tasks that no worker has taken."): lambda each: each.backlog,
            ("queue_backlog_seconds", "How long the first of them waits."): lambda each: each.age.total_seconds(),
        }
        failing = await engine.count_failing(self._client)
        return [
            *(
                _gauge(*name, {(each.queue, each.kind): value(each) for each in queues}, ("queue", "kind"))
                for name, value in told.items()
            ),
            _gauge("workflows_failing", "Workflows whose tasks fail again and again.", {(): failing}),
        ]

    def _of_disk(self) -> Metric:
        usage = disk_usage(self._disk)
        free = usage.free / usage.total
        return _gauge("disk_free_ratio", "What is free on the disk of the state folder.", {(): free})


def _of_work(session: Session, at: datetime) -> Iterator[Metric]:
    records = {(term, stage, str(held).lower()): n for (term, stage, held), n in health.records(session, at).items()}
    yield _gauge("records", "Records of this year's books.", records, ("term", "stage", "held"))
    slack = health.slack(session, at)
    bands = {(band,): count for band, count in slack.bands.items()}
    yield _gauge("class_terms_due", "Open books by the time that is left to them.", bands, ("within",))
    left = {("first",): slack.first, ("middle",): slack.middle}
    seconds = {which: time_left.total_seconds() for which, time_left in left.items() if time_left is not None}
    yield _gauge("deadline_slack_seconds", "Time left to open books; negative when it is past.", seconds, ("book",))
    yield from _backlogs("orders", "Signing orders under way", health.orders(session, at), "state", at)
    waiting = {("none",): 0} | {(code or "none",): count for code, count in health.troubles(session, at).items()}
    yield _gauge("orders_waiting", "Confirmed orders, by what they wait for.", waiting, ("cause",))
    matters = {(kind.value,): 0 for kind in MatterKind} | {(k,): count for k, count in health.matters(session).items()}
    yield _gauge("matters", "Transfers, handovers, recalls and the like under way.", matters, ("kind",))
    stuck = sum(each.count for each in health.stuck_matters(session).values())
    yield _gauge("matters_stuck", "Matters that something refuses.", {(): stuck})
    yield _gauge("drifts", "Books unlike their workflow since yesterday.", {(): health.drifts(session, at - DAY)})


def _of_trust(session: Session, at: datetime) -> Iterator[Metric]:
    both = {"evidence": health.unproven(session), "history": health.unpublished(session)}
    yield from _backlogs("proofs", "Signed orders without evidence, and issued papers not in the log", both, "of", at)
    certificates = health.certificates(session, at, at + health.ENDING)
    counts = {(owner,): count for owner, (count, _) in certificates.items()}
    yield _gauge("certificates_ending", "Owners whose last certificate ends within 30 days.", counts, ("owner",))
    left = {(owner,): (first - at).total_seconds() for owner, (_, first) in certificates.items() if first}
    yield _gauge("certificate_left_seconds", "Time until the first of those ends.", left, ("owner",))


def _of_outbox(session: Session, at: datetime) -> Iterator[Metric]:
    mails = dict.fromkeys(CHANNELS, Backlog()) | health.mails(session, at)
    yield from _backlogs("mails", "Messages that should have left", mails, "channel", at)
    yield from _backlogs("packets", "Packets that no store has answered", health.packets(session), "state", at)


def _backlogs(name: str, what: str, found: Mapping[str, Backlog], by: str, at: datetime) -> Iterator[Metric]:
    yield _gauge(name, f"{what}.", {(each,): backlog.count for each, backlog in found.items()}, (by,))
    ages = {(each,): backlog.age(at).total_seconds() for each, backlog in found.items()}
    yield _gauge(f"{name}_oldest_seconds", f"{what}: since when the first of them.", ages, (by,))


def _gauge(name: str, what: str, values: Mapping[Labels, float], labels: tuple[str, ...] = ()) -> Metric:
    family = GaugeMetricFamily(f"hocba_{name}", what, labels=labels)
    for each, value in values.items():
        family.add_metric(each, value)
    return family
