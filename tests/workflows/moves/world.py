"""Two small schools on the real engine: real database, real workflows, real orders; only the papers have no bytes."""

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from activities.carrying import CarryActivities
from activities.confirming import Confirming
from activities.keys import OWN_PROGRAM
from activities.matter_papers import MatterPaperActivities
from activities.orders import OrderActivities
from activities.papers import Beat
from activities.refusals import refusals_are_final
from activities.workbench import PreparedPaper, PrepareTask
from cli.seasons.clocks import Clocks
from domain.assessment import Term
from domain.transfers.messages import TransferRef, TransferStanding
from storage import registration
from storage.database import Sessions
from storage.opening import open_term
from storage.transfers import following
from tests.database import of_worker
from tests.factories import DUE, SINCE, ClassCast, make_certificate, make_class, make_school, make_staff
from tests.workflows.playing import FAILURES
from workflows.queues import MAIN_QUEUE, PROOF_QUEUE, SIGN_QUEUE
from workflows.starting import TemporalEngine
from workflows.workers import LEAN, WORKFLOWS, campaign_worker, main_activities, matter_worker

PUPILS = 3
THREADS = 12


class PlainPapers:
    """Papers without bytes: what a paper would say makes its hash."""

    def prepare(self, tasks: Sequence[PrepareTask], _beat: Beat) -> list[PreparedPaper]:
        return [self._prepared(task) for task in tasks]

    @staticmethod
    def _prepared(task: PrepareTask) -> PreparedPaper:
        content = hashlib.sha256(repr(task.content).encode()).hexdigest() if task.content else ""
        return PreparedPaper(content, hashlib.sha256(f"{content}{task.sha256}{task.field}".encode()).hexdigest())


@dataclass
class Packages:
    """Packages without bytes; now and then something in one does not hold."""

    sessions: Sessions

    @activity.defn
    def pack_transfer(self, ref: TransferRef) -> TransferStanding:
        sha256 = hashlib.sha256(ref.matter_id.encode()).hexdigest()
        package: tuple[str, bool, dict[str, object]] = (sha256, sha256[0] != "0", {"members": []})
        with refusals_are_final(), self.sessions.begin() as session:
            return following.note_packed(session, UUID(ref.matter_id), package, ref.at or datetime.now(UTC))


class NoProof:
    """Nothing waits for a time stamp here."""

    def prove(self, _order_id: UUID) -> None:
        return None


class NoQuestions:
    """Nobody is asked how certificates stand: that has tests of its own."""

    def clear(self, _order_id: UUID) -> None:
        return None


@dataclass(frozen=True)
class Stage:
    """The engine that all worlds play on."""

    client: Client
    sessions: Sessions
    engine: TemporalEngine
    orders: OrderActivities
    clocks: Clocks


@asynccontextmanager
async def stage(client: Client, sessions: Sessions) -> AsyncIterator[Stage]:
    engine = TemporalEngine(client)
    async with AsyncExitStack() as stack:
        workers = stack.enter_context(of_worker(sessions))
        orders = OrderActivities(workers, PlainPapers(), NoQuestions())  # type: ignore[arg-type]
        threads = stack.enter_context(ThreadPoolExecutor(THREADS))
        main = Worker(
            client, task_queue=MAIN_QUEUE, workflows=WORKFLOWS,
            activities=main_activities(workers),
            activity_executor=threads, workflow_failure_exception_types=FAILURES, workflow_runner=LEAN,
        )  # fmt: skip
        papers = MatterPaperActivities(workers, PlainPapers())  # type: ignore[arg-type]
        signing: list[Callable[..., Any]] = [orders.complete_order, papers.complete_matter_order]
        sign = Worker(client, task_queue=SIGN_QUEUE, activities=signing, activity_executor=threads)
        confirming = Confirming(workers, {})
        carry = CarryActivities(workers, client, confirming, NoProof())  # type: ignore[arg-type]
        beside: list[Callable[..., Any]] = [Packages(workers).pack_transfer, carry.carry_order]
        packs = Worker(client, task_queue=PROOF_QUEUE, activities=beside, activity_executor=threads)
        others = (campaign_worker(client, workers, threads), matter_worker(client, workers, threads))
        for worker in (main, sign, packs, *others):
            await stack.enter_async_context(worker)
        yield Stage(client, sessions, engine, orders, Clocks(client))


@dataclass
class World:
    """What one interleaving plays in: a class at each of two schools, each with a book."""

    stage: Stage
    number: int
    random: Random
    classes: tuple[ClassCast, ...]
    books: list[UUID]
    helpers: dict[UUID, tuple[UUID, ...]] = field(default_factory=dict)  # by school: who may take over
    told: list[str] = field(default_factory=list)
    dues: dict[UUID, list[datetime]] = field(default_factory=dict)  # every deadline that a book ever had

    @property
    def schools(self) -> tuple[UUID, ...]:
        return tuple(each.school.school_id for each in self.classes)


TERMS = ((Term.HK1,), (Term.YEAR_END,), (Term.HK1, Term.YEAR_END))


def build(stage: Stage, number: int) -> World:
    """The same number makes the same world."""
    random = Random(number)  # noqa: S311 - sample schools, not secrets
    terms = random.choice(TERMS)
    with stage.sessions.begin() as session:
        classes = tuple(_class(session, 2 * number + each) for each in (1, 2))
        books = [open_term(session, cast.class_id, term, DUE).class_term_id for cast in classes for term in terms]
        helpers = {cast.school.school_id: _helpers(session, cast) for cast in classes}
    return World(stage, number, random, classes, books, helpers, dues={each: [DUE] for each in books})


def _helpers(session: Session, cast: ClassCast) -> tuple[UUID, ...]:
    """Three colleagues with certificates, the first of whom is the administrator."""
    school_id = cast.school.school_id
    found = tuple(make_staff(session, school_id, 100 * cast.school.number + serial) for serial in (11, 12, 13))
    for staff_id in (*found, cast.school.clerk):
        make_certificate(session, staff_id, provider=OWN_PROGRAM)
    registration.add_position(session, school_id, found[0], "system_admin", "Quản trị", (SINCE, None))
    return found


def _class(session: Session, number: int) -> ClassCast:
    """A class whose people can sign; who teaches most subjects has them all."""
    cast = make_class(session, make_school(session, number), pupils=PUPILS)
    for staff_id in (cast.homeroom, cast.music, cast.school.principal):
        make_certificate(session, staff_id, provider=OWN_PROGRAM)
    make_certificate(session, None, school_id=cast.school.school_id, provider=OWN_PROGRAM)
    return cast
