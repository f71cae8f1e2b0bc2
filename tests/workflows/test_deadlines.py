"""The one timer of a class-term, on a clock that tests can turn."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from domain.curriculum import HOMEROOM
from domain.deadlines import Deadline, Hook
from domain.decisions import Action
from tests.fakes import FakeDatabase, FakePapers
from tests.workflows.playing import Book, opening, start_book, workers
from workflows import reading
from workflows.starting import TemporalEngine

IN_TIME = timedelta(days=10)


@pytest_asyncio.fixture(loop_scope="session")
async def book(
    clock: WorkflowEnvironment, database: FakeDatabase, papers: FakePapers, threads: ThreadPoolExecutor
) -> AsyncIterator[Book]:
    """A class-term due in ten days."""
    async with workers(clock.client, database, papers, threads):
        with clock.with_time_skipping_disabled():
            book = await start_book(clock.client, opening(due_at=datetime.now().astimezone() + IN_TIME))
            yield book
            await book.end()


async def test_the_hooks_fire_in_order(clock: WorkflowEnvironment, book: Book, database: FakeDatabase) -> None:
    await clock.fast_forward(book.handle, timedelta(days=2))
    assert database.hooks == []
    for days, hook in ((2, Hook.REMINDER), (7, Hook.OVERDUE), (2, Hook.ESCALATION)):
        await clock.fast_forward(book.handle, timedelta(days=days))
        assert database.hooks[-1] is hook
    await clock.fast_forward(book.handle, timedelta(days=30))
    assert database.hooks == list(Hook)
    assert (await book.handle.describe()).typed_search_attributes[reading.OVERDUE] is True
    snapshot = await book.snapshot()
    assert (snapshot.is_late, snapshot.fired) == (True, tuple(Hook))


async def test_a_late_decision_is_taken_and_marked(
    clock: WorkflowEnvironment, book: Book, database: FakeDatabase
) -> None:
    await book.do(Action.SUBMIT, "toan")
    await clock.fast_forward(book.handle, IN_TIME + timedelta(hours=1))
    await book.do(Action.SUBMIT, HOMEROOM)
    assert [work.is_late for work in database.written.values()] == [False, True]


async def test_moving_the_deadline_arms_the_timer_again(
    clock: WorkflowEnvironment, book: Book, database: FakeDatabase
) -> None:
    await clock.fast_forward(book.handle, timedelta(days=4))
    later = book.state.deadline.due_at + timedelta(days=20)
    assert await book.move_deadline(2, later) == 2
    await clock.fast_forward(book.handle, timedelta(days=18))
    assert database.hooks == [Hook.REMINDER, None]
    assert database.notes[1].due_at == later
    await clock.fast_forward(book.handle, timedelta(days=9))
    assert database.hooks[2:] == [Hook.REMINDER, Hook.OVERDUE]
    assert database.notes[3].policy_version == 2


async def test_a_deadline_moved_into_the_past_is_overdue_at_once(
    clock: WorkflowEnvironment, book: Book, database: FakeDatabase
) -> None:
    await book.move_deadline(2, book.state.deadline.due_at - timedelta(days=11))
    await clock.fast_forward(book.handle, timedelta(days=2))
    assert database.hooks == [None, *Hook]


@pytest.mark.parametrize("version", [0, 1])
async def test_an_older_policy_changes_nothing(
    clock: WorkflowEnvironment, book: Book, database: FakeDatabase, version: int
) -> None:
    assert await book.move_deadline(version, book.state.deadline.due_at + timedelta(days=99)) == 1
    await clock.fast_forward(book.handle, IN_TIME + timedelta(hours=1))
    assert database.hooks == [Hook.REMINDER, Hook.OVERDUE]


async def test_hooks_that_fired_do_not_fire_in_the_next_run(
    clock: WorkflowEnvironment, book: Book, database: FakeDatabase
) -> None:
    await clock.fast_forward(book.handle, timedelta(days=4))
    await book.start_afresh()
    await clock.fast_forward(book.handle, timedelta(days=7))
    assert database.hooks == [Hook.REMINDER, Hook.OVERDUE]


async def test_a_book_whose_worker_stands_still_finds_its_new_deadline_later(
    temporal_env: WorkflowEnvironment, database: FakeDatabase, papers: FakePapers, threads: ThreadPoolExecutor
) -> None:
    book = await start_book(temporal_env.client)
    engine = TemporalEngine(temporal_env.client, answer_timeout=timedelta(milliseconds=300))
    later = Deadline(2, book.state.deadline.due_at + timedelta(days=9))
    await engine.move_class(book.state.school_year, book.state.class_id, book.state.term, later)
    async with workers(temporal_env.client, database, papers, threads):
        assert (await book.snapshot()).deadline == later
        await book.end()
