"""Playing a class-term against Temporal's own server: one small book, its workers, and the decisions of its people."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.worker import Worker
from temporalio.workflow import NondeterminismError

from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.deadlines import Deadline
from domain.decisions import Action, Decision
from domain.lifecycle import open_class_term
from tests.fakes import FakeDatabase, FakePapers
from workflows.class_term import ClassTermWorkflow, workflow_id
from workflows.messages import ClassTermState, Outcome, Snapshot
from workflows.queues import MAIN_QUEUE, SIGN_QUEUE

SUBJECTS = ("toan", "am_nhac")
FAR = datetime(2099, 6, 30, 17, tzinfo=UTC)
FAILURES = [NondeterminismError]  # a history that does not replay fails at once instead of being tried for ever


@asynccontextmanager
async def workers(
    client: Client,
    database: FakeDatabase,
    papers: FakePapers,
    threads: ThreadPoolExecutor,
    workflow: type = ClassTermWorkflow,
    *,
    cached: int = 0,
) -> AsyncIterator[None]:
    """Both workers; without a cache every workflow task replays its whole history."""
    async with AsyncExitStack() as stack:
        main = Worker(
            client, task_queue=MAIN_QUEUE, workflows=[workflow],
            activities=database.activities(), activity_executor=threads,
            max_cached_workflows=cached, workflow_failure_exception_types=FAILURES,
        )  # fmt: skip
        sign = Worker(client, task_queue=SIGN_QUEUE, activities=papers.activities(), activity_executor=threads)
        for worker in (main, sign):
            await stack.enter_async_context(worker)
        yield


def records_of(pupils: int) -> tuple[str, ...]:
    return tuple(f"r{number:02}" for number in range(1, pupils + 1))


def opening(pupils: int = 3, subjects: Sequence[str] = SUBJECTS, due_at: datetime = FAR) -> ClassTermState:
    term = open_class_term(subjects, records_of(pupils))
    return ClassTermState(
        class_term_id=str(uuid4()),
        school_id="school-1",
        class_id=str(uuid4()),
        school_year="2026-2027",
        term="hk1",
        label="1A1 · Học kì I 2026-2027",
        subject_slots=term.subject_slots,
        records=dict(term.records),
        deadline=Deadline(1, due_at),
    )


async def start_book(client: Client, state: ClassTermState | None = None) -> "Book":
    state = state or opening()
    handle = await client.start_workflow(
        ClassTermWorkflow.run,
        state,
        id=workflow_id(state.school_year, state.class_id, state.term),
        task_queue=MAIN_QUEUE,
        static_summary=f"Sổ lớp {state.label}",
    )
    return Book(client, handle, state)


@dataclass
class Book:
    """One running class-term and those who decide on it."""

    client: Client
    handle: WorkflowHandle[ClassTermWorkflow, str]
    state: ClassTermState
    sent: int = 0
    records: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.records = tuple(self.state.records)

    async def send(self, decision: Decision, command_id: str = "", *, update: str = "") -> Outcome:
        """Send a decision as the API does."""
        outcome: Outcome = await self.handle.execute_update(
            update or decision.action.value, decision, id=command_id or str(uuid4()), result_type=Outcome
        )
        return outcome

    async def do(self, action: Action, slot: str, records: Iterable[str] = (), **more: Any) -> Outcome:  # noqa: ANN401
        return await self.send(self.decision(action, slot, records, **more))

    def decision(self, action: Action, slot: str, records: Iterable[str] = (), **more: Any) -> Decision:  # noqa: ANN401
        return Decision(action, slot, tuple(records) or self.records, actor_id=f"staff-{slot}", **more)

    async def refusal(self, decision: Decision, command_id: str = "", *, update: str = "") -> ApplicationError:
        """The refusal that a decision gets."""
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await self.send(decision, command_id, update=update)
        assert isinstance(refused.value.cause, ApplicationError)
        return refused.value.cause

    async def submit_all(self, records: Iterable[str] = ()) -> None:
        for slot in (*self.state.subject_slots, HOMEROOM):
            await self.do(Action.SUBMIT, slot, records)

    async def sign_subjects(self, records: Iterable[str] = ()) -> None:
        for slot in self.state.subject_slots:
            await self.do(Action.SIGN, slot, records)

    async def finish(self, records: Iterable[str] = ()) -> None:
        """From subject_signed to issued."""
        await self.do(Action.SIGN, HOMEROOM, records)
        await self.do(Action.APPROVE, PRINCIPAL, records)
        await self.do(Action.SEAL, SEAL, records)

    async def whole_term(self) -> None:
        await self.submit_all()
        await self.do(Action.REVIEW, HOMEROOM)
        await self.sign_subjects()
        await self.finish()

    async def snapshot(self) -> Snapshot:
        return await self.handle.query(ClassTermWorkflow.snapshot)

    async def move_deadline(self, version: int, due_at: datetime) -> int:
        answer: int = await self.handle.execute_update("set_deadline", Deadline(version, due_at), result_type=int)
        return answer

    async def start_afresh(self) -> None:
        """Continue as new, and return once the new run is there.

        Asked without queries: one that meets a workflow task in the worker's buffer can replace it, and the server
        hands the lost task out again only after its timeout of ten seconds.
        """
        before = await self.handle.describe()
        await self.handle.signal(ClassTermWorkflow.start_afresh)
        async with asyncio.timeout(30):
            while (await self.handle.describe()).run_id == before.run_id:  # noqa: ASYNC110 - the server decides
                await asyncio.sleep(0.02)

    async def event_count(self) -> int:
        return len((await self.handle.fetch_history()).events)

    async def history(self) -> str:
        return (await self.handle.fetch_history()).to_json()

    async def end(self) -> None:
        """Stop what a test left running."""
        try:
            await self.handle.terminate()
        except RPCError:
            return  # it has ended by itself
