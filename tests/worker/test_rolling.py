"""Worker processes are replaced one after the other while people decide: nobody is refused, nothing is done again."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest_asyncio
from sqlalchemy import make_url
from temporalio.api.enums.v1 import EventType, TimeoutType
from temporalio.client import WorkflowHandle, WorkflowHistory

from cli.services.services import Services, python_part
from cli.services.temporal import GENTLE
from cli.services.temporal_in_memory import temporal_server
from config.settings import Settings
from config.temporal import connect
from domain.assessment import Term
from domain.curriculum import PRINCIPAL
from domain.decisions import Action, Decision
from storage import journal
from storage.grants import WORKER
from storage.opening import OpenedTerm, open_term
from tests.cli.conftest import until
from tests.database import migrated_database, sessions_of
from tests.factories import make_class, make_school
from tests.ops.conftest import three_ports
from workflows.class_term import ClassTermWorkflow, workflow_id
from workflows.messages import Outcome
from workflows.opening import opening_state
from workflows.starting import start_class_term

AT_ONCE = 3  # classes in which somebody decides all the time


@dataclass(frozen=True)
class School:
    settings: Settings
    principal: UUID
    reason_id: UUID
    books: list[OpenedTerm]


@pytest_asyncio.fixture(loop_scope="session")
async def school(postgres_url: str, tmp_path: Path) -> AsyncIterator[School]:
    address = migrated_database(postgres_url, "rolling")
    with sessions_of(address) as sessions, sessions.begin() as session:
        made, due = make_school(session), datetime.now(UTC) + timedelta(days=30)
        classes = [make_class(session, made, f"1A{number}").class_id for number in range(1, AT_ONCE + 1)]
        books = [open_term(session, class_id, Term.HK1, due) for class_id in classes]
        journal.add_reason(session, reason_id := uuid4(), made.school_id, made.principal, "Chờ giấy tờ.")
    own = make_url(address).set(username=WORKER).render_as_string(hide_password=False)
    async with temporal_server(arguments=GENTLE) as environment:
        host, _, port = environment.client.service_client.config.target_host.partition(":")
        settings = Settings(
            var_dir=tmp_path / "var", database_url=own, temporal_host=host, temporal_port=int(port),
            metrics_port=three_ports(),
        )  # fmt: skip
        yield School(settings, made.principal, reason_id, books)


async def test_nobody_is_refused_while_workers_are_replaced(school: School) -> None:
    part = python_part("worker", ["-m", "worker"], school.settings)
    async with Services(school.settings, [part]) as services:
        people = [Principal(school, book, await _opened(school, book)) for book in school.books]
        deciding = [asyncio.create_task(each.hold_and_release()) for each in people]
        processes = [services.children["worker"].pid]
        for _ in range(2):
            await services.replace("worker")
            processes.append(services.children["worker"].pid)
            await _all_go_on(people)
        for each in people:
            each.over = True
        await asyncio.gather(*deciding)
        histories = [await each.handle.fetch_history() for each in people]
    assert len(set(processes)) == 3
    for each, history in zip(people, histories, strict=True):
        assert each.numbers == list(range(1, len(each.numbers) + 1))
        assert TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START not in _missed(history)
        assert max(event.activity_task_started_event_attributes.attempt for event in history.events) == 1


def _missed(history: WorkflowHistory) -> list[int]:
    """How tasks of a workflow were missed; "schedule to start" are those that waited for a worker that was gone.

    A task that is on its way to a worker in the very millisecond in which that stops may still be lost in the server.
    """
    missed = [event for event in history.events if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT]
    return [event.workflow_task_timed_out_event_attributes.timeout_type for event in missed]


async def _opened(school: School, book: OpenedTerm) -> WorkflowHandle[ClassTermWorkflow, str]:
    client = await connect(school.settings)
    await start_class_term(client, opening_state(book))
    at = workflow_id(book.school_year, str(book.class_id), book.term)
    return client.get_workflow_handle_for(ClassTermWorkflow.run, at)


async def _all_go_on(people: Sequence["Principal"]) -> None:
    before = [len(each.numbers) for each in people]
    await until(lambda: all(len(each.numbers) > count for each, count in zip(people, before, strict=True)), 60)


@dataclass
class Principal:
    """Holds a pupil of a class back and lets go again, as fast as the answers come."""

    school: School
    book: OpenedTerm
    handle: WorkflowHandle[ClassTermWorkflow, str]
    numbers: list[int] = field(default_factory=list)
    over: bool = False

    async def hold_and_release(self) -> None:
        while not self.over:
            holds = len(self.numbers) % 2 == 0
            decision = Decision(
                Action.HOLD if holds else Action.RELEASE,
                PRINCIPAL,
                (str(self.book.record_ids[0]),),
                actor_id=str(self.school.principal),
                reason_id=str(self.school.reason_id) if holds else "",
            )
            sent = self.handle.execute_update(decision.action.value, decision, id=str(uuid4()), result_type=Outcome)
            self.numbers.append((await sent).seq)
