"""What a class-term leaves in Temporal: few events, and nothing about a person."""

import base64
import re
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from temporalio.testing import WorkflowEnvironment

from domain.curriculum import HOMEROOM, curriculum_for
from domain.decisions import Action
from storage.tables import Assessment, PupilRow, School, Staff
from tests.factories import fill, open_book
from tests.fakes import FakeDatabase, FakePapers
from tests.workflows.playing import Book, opening, start_book, workers
from workflows.opening import opening_state

MOST_EVENTS = 500


async def whole_term_with_a_return(book: Book) -> str:
    await book.submit_all()
    await book.do(Action.RETURN, HOMEROOM, book.records[:1], to_slot="toan", reason_id="reason-1")
    await book.do(Action.SUBMIT, "toan", book.records[:1])
    await book.do(Action.REVIEW, HOMEROOM)
    await book.sign_subjects()
    await book.finish()
    await book.handle.result()
    return await book.history()


async def test_a_class_of_35_needs_no_more_than_500_events(
    temporal_env: WorkflowEnvironment,
    database: FakeDatabase,
    papers: FakePapers,
    threads: ThreadPoolExecutor,
    capsys: pytest.CaptureFixture[str],
) -> None:
    subjects = curriculum_for(1).slots[:-1]
    assert len(subjects) == 8
    async with workers(temporal_env.client, database, papers, threads, cached=10):
        book = await start_book(temporal_env.client, opening(35, subjects))
        await whole_term_with_a_return(book)
    events = await book.event_count()
    size = (await book.handle.describe()).raw_description.workflow_execution_info.history_size_bytes
    with capsys.disabled():
        sys.stdout.write(f"\n35 pupils, 8 subjects, one term: {events} events, {size:,} bytes\n")
    assert events <= MOST_EVENTS
    assert size < 1_000_000


async def test_no_person_is_in_the_history(
    temporal_env: WorkflowEnvironment,
    database: FakeDatabase,
    papers: FakePapers,
    threads: ThreadPoolExecutor,
    db: Session,
) -> None:
    stored = open_book(db)
    fill(stored)
    async with workers(temporal_env.client, database, papers, threads, cached=10):
        book = await start_book(temporal_env.client, opening_state(stored.opened))
        written = readable(await whole_term_with_a_return(book))
    assert str(stored.id) in written
    assert "submit" in written
    for column in (PupilRow.full_name, PupilRow.personal_id, PupilRow.pupil_code, Staff.full_name, Staff.personal_id):
        assert not [value for value in db.scalars(select(column)) if value in written]
    comments = select(Assessment.value).where(Assessment.kind == "comment")
    assert not [value for value in db.scalars(comments) if value and value in written]
    assert not [value for value in db.scalars(select(School.name)) if value in written]


def readable(history: str) -> str:
    """The history with its payloads decoded."""
    payloads = re.findall(r'"data": "([A-Za-z0-9+/=]+)"', history)
    assert payloads
    return history + "\n".join(base64.b64decode(payload).decode() for payload in payloads)
