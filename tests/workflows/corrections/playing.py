"""A school whose books are corrected on the real engine: real database, workflows and orders; papers have no bytes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from activities.matter_papers import MatterPaperActivities
from activities.orders import OrderActivities
from cli.seasons.clocks import Clocks
from domain.assessment import Term
from domain.decisions import Action
from domain.lifecycle import waiting_slots
from domain.matters import MatterKind, workflow_id
from domain.matters.corrections import CorrectionCommand, Deed
from domain.record_states import RecordState
from domain.stages import Stage
from storage import journal, registration, reopening, staffing
from storage.database import Sessions
from storage.opening import open_term
from storage.tables import Document, Enrolment, Matter, MatterEvent, Notice, TermRecord
from tests.correcting import ADMIN_SERIAL
from tests.database import of_worker
from tests.factories import SINCE, ClassCast, make_staff
from tests.workflows.moves import people
from tests.workflows.moves.people import ACTION_AT, Step
from tests.workflows.moves.prelude import advance
from tests.workflows.moves.world import NoQuestions, PlainPapers, World, _class
from tests.workflows.moves.world import Stage as Theatre
from tests.workflows.playing import FAILURES
from tests.workflows.replaying import replayed_at_the_end
from workflows.matter_starting import decide_correction
from workflows.opening import resumed_state
from workflows.queues import MAIN_QUEUE, SIGN_QUEUE
from workflows.starting import TemporalEngine, start_class_term
from workflows.workers import WORKFLOWS, campaign_worker, main_activities, matter_worker

NUMBERS = count(60)  # of schools; each test has its own


@asynccontextmanager
async def theatre(client: Client, sessions: Sessions) -> AsyncIterator[Theatre]:
    async with replayed_at_the_end(client) as runner, AsyncExitStack() as stack:
        workers = stack.enter_context(of_worker(sessions))
        orders = OrderActivities(workers, PlainPapers(), NoQuestions())  # type: ignore[arg-type]
        matters = MatterPaperActivities(workers, PlainPapers())  # type: ignore[arg-type]
        signing: list[Callable[..., Any]] = [orders.complete_order, matters.complete_matter_order]
        threads = stack.enter_context(ThreadPoolExecutor(12))
        main = Worker(
            client, task_queue=MAIN_QUEUE, workflows=WORKFLOWS,
            activities=main_activities(workers),
            activity_executor=threads, workflow_failure_exception_types=FAILURES, workflow_runner=runner,
        )  # fmt: skip
        sign = Worker(client, task_queue=SIGN_QUEUE, activities=signing, activity_executor=threads)
        others = (campaign_worker(client, workers, threads), matter_worker(client, workers, threads))
        for worker in (main, sign, *others):
            await stack.enter_async_context(worker)
        yield Theatre(client, sessions, TemporalEngine(client), orders, Clocks(client))


@dataclass
class School:
    """A school with one class; `books` by term."""

    stage: Theatre
    cast: ClassCast
    admin: UUID
    books: dict[Term, UUID]
    world: World = field(init=False)

    def __post_init__(self) -> None:
        self.world = World(self.stage, 1, None, (self.cast,), list(self.books.values()))  # type: ignore[arg-type]

    @property
    def principal(self) -> UUID:
        return self.cast.school.principal

    def records(self, term: Term = Term.YEAR_END) -> dict[str, RecordState]:
        with self.stage.sessions() as session:
            return reopening.standing(session, self.books[term], datetime.now(UTC)).records

    def ids(self, term: Term = Term.YEAR_END) -> tuple[str, ...]:
        return tuple(self.records(term))

    def stages(self, term: Term = Term.YEAR_END) -> list[Stage]:
        return [each.stage for each in self.records(term).values()]

    def documents(self, record: str) -> list[Document]:
        """The year records of a pupil, but for void ones."""
        with self.stage.sessions() as session:
            row = session.get_one(TermRecord, UUID(record))
            uid = session.get_one(Enrolment, row.enrolment_id).record_uid
            query = select(Document).where(Document.record_uid == uid, Document.state != "void")
            return list(session.scalars(query.order_by(Document.version)))

    async def work_on(self, goal: Stage, records: Sequence[str], term: Term = Term.YEAR_END) -> None:
        """People do what these records wait for, until they stand there."""
        while any(self.records(term)[each].stage is not goal for each in records):
            await self._next(records, term)

    async def _next(self, records: Sequence[str], term: Term) -> None:
        now = self.records(term)
        first = next(now[each] for each in records if waiting_slots(now[each]))
        slot = waiting_slots(first)[0]
        alike = [each for each in records if slot in waiting_slots(now[each]) and now[each].stage is first.stage]
        with self.stage.sessions() as session:
            holder = staffing.by_slot(session, self.cast.class_id, datetime.now(UTC))[slot][0].staff_id
        step = Step(self.books[term], ACTION_AT[first.stage], slot, tuple(alike), holder)
        await people.do(self.world, step)

    async def send(self, slot: str, records: Sequence[str], term: Term) -> None:
        with self.stage.sessions() as session:
            holder = staffing.by_slot(session, self.cast.class_id, datetime.now(UTC))[slot][0].staff_id
        await people.do(self.world, Step(self.books[term], Action.SUBMIT, slot, tuple(records), holder))


def make_school(stage: Theatre, **terms: Stage) -> School:
    """With a book of each term, all of whose records stand there."""
    number = next(NUMBERS)
    with stage.sessions.begin() as session:
        cast = _class(session, number)
        admin = make_staff(session, cast.school.school_id, 100 * number + ADMIN_SERIAL)
        registration.add_position(session, cast.school.school_id, admin, "system_admin", "Quản trị", (SINCE, None))
        due = datetime.now(UTC) + timedelta(days=2000)
        books = {Term(each): open_term(session, cast.class_id, Term(each), due).class_term_id for each in terms}
    school = School(stage, cast, admin, books)
    for term, goal in terms.items():
        advance(school.world, books[Term(term)], goal)
    return school


async def begin(school: School, *terms: Term) -> None:
    """Start the workflows of books; those that are finished end at once, so they are left."""
    for term in terms or tuple(school.books):
        with school.stage.sessions() as session:
            state = resumed_state(reopening.book(session, school.books[term]))
        await start_class_term(school.stage.client, state)


@dataclass
class Case:
    """One correction, whose commands go the way that the pages' commands go."""

    school: School
    kind: MatterKind
    id: UUID = field(default_factory=uuid4)

    @property
    def workflow_id(self) -> str:
        return workflow_id(self.kind, self.id)

    async def do(self, deed: Deed, staff_id: UUID, command_id: str = "", **more: Any) -> CorrectionCommand:  # noqa: ANN401
        command = await asyncio.to_thread(self._command, deed, staff_id, command_id or str(uuid4()), more)
        await decide_correction(self.school.stage.client, command)
        return command

    async def refusal(self, deed: Deed, staff_id: UUID, **more: Any) -> ApplicationError:  # noqa: ANN401
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await self.do(deed, staff_id, **more)
        assert isinstance(refused.value.cause, ApplicationError)
        return refused.value.cause

    def _command(self, deed: Deed, staff_id: UUID, command_id: str, more: dict[str, Any]) -> CorrectionCommand:
        reason_id = uuid4()
        with self.school.stage.sessions.begin() as session:
            journal.add_reason(session, reason_id, self.school.cast.school.school_id, staff_id, "Nhập nhầm điểm.")
        return CorrectionCommand(
            self.kind.value, str(self.id), deed, str(staff_id), command_id=command_id, reason_id=str(reason_id), **more
        )

    @property
    def state(self) -> str:
        with self.school.stage.sessions() as session:
            return session.get_one(Matter, self.id).state

    @property
    def diary(self) -> list[str]:
        with self.school.stage.sessions() as session:
            query = select(MatterEvent.deed).where(MatterEvent.matter_id == self.id).order_by(MatterEvent.seq)
            return list(session.scalars(query))

    def told(self, staff_id: UUID) -> list[str]:
        with self.school.stage.sessions() as session:
            return _told(session, staff_id, self.id)

    async def end(self) -> str:
        """Wait until the workflow has ended; its history comes back as text."""
        handle = self.school.stage.client.get_workflow_handle(self.workflow_id)
        await handle.result()
        return (await handle.fetch_history()).to_json()


def _told(session: Session, staff_id: UUID, matter_id: UUID) -> list[str]:
    query = select(Notice.subject_ref).where(Notice.staff_id == staff_id, Notice.kind == "matter")
    return sorted(each.partition("/")[0] for each in session.scalars(query) if str(matter_id) in each)


async def recall(school: School, record: str, *slots: str, **more: Any) -> Case:  # noqa: ANN401
    """The homeroom teacher asks, the principal decides."""
    case = Case(school, MatterKind.RECALL)
    await case.do(Deed.ASK, school.cast.homeroom, record_ids=(record,), slots=slots, **more)
    await case.do(Deed.GRANT, school.principal)
    return case


async def unlock(school: School, term: Term, records: Sequence[str], *slots: str, days: float = 1) -> Case:
    case = Case(school, MatterKind.UNLOCK)
    asked: dict[str, Any] = {"record_ids": tuple(records), "slots": slots}
    book, until = str(school.books[term]), datetime.now(UTC) + timedelta(days=days)
    await case.do(Deed.ASK, school.cast.homeroom, class_term_id=book, **asked)
    await case.do(Deed.GRANT, school.principal, until=until, **asked)
    await case.do(Deed.EXECUTE, school.admin)
    return case
