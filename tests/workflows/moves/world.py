"""Two small schools on the real engine: real database, real workflows, real orders; only the papers have no bytes."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from sqlalchemy.orm import Session
from temporalio.client import Client
from temporalio.worker import Worker

from activities.keys import OWN_PROGRAM
from activities.orders import OrderActivities
from activities.papers import Beat
from activities.workbench import PreparedPaper, PrepareTask
from cli.seasons.clocks import Clocks
from domain.assessment import Term
from storage.database import Sessions
from storage.opening import open_term
from tests.factories import DUE, ClassCast, make_certificate, make_class, make_school
from tests.workflows.playing import FAILURES
from workflows.queues import MAIN_QUEUE, SIGN_QUEUE
from workflows.starting import TemporalEngine
from workflows.workers import WORKFLOWS, campaign_worker, main_activities

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
    orders = OrderActivities(sessions, PlainPapers(), NoQuestions())  # type: ignore[arg-type]
    engine = TemporalEngine(client)
    async with AsyncExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(THREADS))
        main = Worker(
            client, task_queue=MAIN_QUEUE, workflows=WORKFLOWS,
            activities=main_activities(sessions),
            activity_executor=threads, workflow_failure_exception_types=FAILURES,
        )  # fmt: skip
        sign = Worker(client, task_queue=SIGN_QUEUE, activities=[orders.complete_order], activity_executor=threads)
        for worker in (main, sign, campaign_worker(client, sessions, threads)):
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
    told: list[str] = field(default_factory=list)

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
    return World(stage, number, random, classes, books)


def _class(session: Session, number: int) -> ClassCast:
    """A class whose people can sign; who teaches most subjects has them all."""
    cast = make_class(session, make_school(session, number), pupils=PUPILS)
    for staff_id in (cast.homeroom, cast.music, cast.school.principal):
        make_certificate(session, staff_id, provider=OWN_PROGRAM)
    make_certificate(session, None, school_id=cast.school.school_id, provider=OWN_PROGRAM)
    return cast
