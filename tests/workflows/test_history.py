"""What a class-term leaves in Temporal: few events, and nothing about a person."""

import base64
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from config.payloads import KEY_ID, EncryptingCodec
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
        written = readable(await whole_term_with_a_return(book), temporal_env.client)
    assert str(stored.id) in written
    assert "submit" in written
    for column in (PupilRow.full_name, PupilRow.personal_id, PupilRow.pupil_code, Staff.full_name, Staff.personal_id):
        assert not [value for value in db.scalars(select(column)) if value in written]
    comments = select(Assessment.value).where(Assessment.kind == "comment")
    assert not [value for value in db.scalars(comments) if value and value in written]
    assert not [value for value in db.scalars(select(School.name)) if value in written]


def readable(history: str, client: Client) -> str:
    """The history with its payloads decrypted, as whoever has the key reads it."""
    codec = client.data_converter.payload_codec
    assert isinstance(codec, EncryptingCodec)
    payloads = list(encrypted_in(json.loads(history)))
    assert payloads
    return history + "\n".join(each.data.decode() for each in codec.decode_now(payloads))


def encrypted_in(part: Any) -> Iterator[Payload]:  # noqa: ANN401 - whatever JSON has
    """Every encrypted payload, wherever in the history it is."""
    if isinstance(part, dict) and KEY_ID in part.get("metadata", {}):
        metadata = {name: base64.b64decode(value) for name, value in part["metadata"].items()}
        yield Payload(metadata=metadata, data=base64.b64decode(part["data"]))
    held = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    for each in held:
        yield from encrypted_in(each)
