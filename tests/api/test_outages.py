"""When Temporal or the workers are away: 503, come back, and what was asked for happens once."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from httpx import Response
from sqlalchemy import func, select
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.decisions import DecisionActivities
from api.approvals import Approvals
from api.main import create_app
from api.services import Services
from config.settings import LOOPBACK
from domain.assessment import Term
from domain.curriculum import HOMEROOM
from storage.database import Sessions
from storage.opening import open_term
from storage.tables import Command
from tests.api.classroom import Classroom, make_classroom
from tests.api.world import Keyring
from tests.factories import DUE
from tests.ports import hold_port, port_of
from workflows.class_term import ClassTermWorkflow, workflow_id
from workflows.opening import opening_state

SHORT = timedelta(seconds=1)
UNATTENDED = "unattended"


class Line:
    """A connection to Temporal that can be cut, as by a switch or a dead server."""

    def __init__(self, target: str) -> None:
        self._host, _, port = target.partition(":")
        self._port = int(port)
        self._writers: list[asyncio.StreamWriter] = []

    async def open(self, port: int) -> str:
        self._server = await asyncio.start_server(self._join, LOOPBACK, port)
        return f"{LOOPBACK}:{port}"

    async def cut(self) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await self._server.wait_closed()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, away = await asyncio.open_connection(self._host, self._port)
        self._writers += [writer, away]
        with suppress(ConnectionError):
            await asyncio.gather(_carry(reader, away), _carry(there, writer))


async def _carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        sink.write(data)
        await sink.drain()
    sink.close()


@asynccontextmanager
async def line_to(environment: WorkflowEnvironment) -> AsyncIterator[tuple[Line, Client]]:
    """A client of Temporal over a line that the test can cut."""
    line = Line(environment.client.service_client.config.target_host)
    # Held, so that nobody answers in its place once it is cut.
    with hold_port() as held:
        address = await line.open(port_of(held))
        client = await Client.connect(address, namespace="hocba", data_converter=environment.client.data_converter)
        yield line, client
        await line.cut()


@pytest.fixture
def room(services: Services, live_sessions: Sessions, keys: Keyring) -> Classroom:
    """A class whose book is not open yet; its application is given by each test."""
    return make_classroom(create_app(services), live_sessions, keys)


def served(services: Services, client: Client, live_sessions: Sessions, patience: timedelta = SHORT) -> FastAPI:
    return create_app(replace(services, sessions=live_sessions, approvals=Approvals(client, patience)))


def assert_come_back(answer: Response) -> None:
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json()["type"] == "urn:hocba:Unavailable"


async def test_without_temporal_people_are_asked_to_come_back_and_nothing_is_lost(
    temporal_env: WorkflowEnvironment, services: Services, live_sessions: Sessions, room: Classroom, workers: None
) -> None:
    command_id = uuid4()
    async with line_to(temporal_env) as (line, client):
        room.app = served(services, client, live_sessions)
        assert (await room.as_("admin").get("/readyz")).status_code == 200
        await room.open()
        await room.enter("toan")
        await line.cut()
        answers = [await room.submit("toan", command_id), await room.as_("admin").get("/readyz")]
        answers += [await room.ask_to_open(), await room.prepare("sign", HOMEROOM, uuid4())]
        assert (await room.enter("toan")).status_code == 200
    for answer in answers:
        assert_come_back(answer)
    room.app = served(services, temporal_env.client, live_sessions, timedelta(seconds=20))
    answer = await room.submit("toan", command_id)
    assert (answer.status_code, answer.json().get("seq")) == (200, 1)


async def test_without_workers_a_decision_waits_and_takes_effect_once(
    temporal_env: WorkflowEnvironment, services: Services, live_sessions: Sessions, room: Classroom
) -> None:
    command_id, client = uuid4(), temporal_env.client
    await start_unattended(client, live_sessions, room)
    room.app = served(services, client, live_sessions)
    await room.enter("toan")
    assert_come_back(await room.submit("toan", command_id))
    room.app = served(services, client, live_sessions, timedelta(seconds=20))
    async with attended(client, live_sessions):
        answers = [await room.submit("toan", command_id) for _ in range(2)]
    assert [answer.json().get("seq") for answer in answers] == [1, 1]
    with live_sessions() as session:
        assert session.scalar(select(func.count()).where(Command.class_term_id == UUID(room.id))) == 1


async def start_unattended(client: Client, sessions: Sessions, room: Classroom) -> None:
    """Open the book on a queue that nobody serves yet."""
    with sessions.begin() as session:
        opened = open_term(session, room.cast.class_id, Term.HK1, DUE)
    room.id, room.records = str(opened.class_term_id), [str(each) for each in opened.record_ids]
    name = workflow_id(opened.school_year, str(opened.class_id), opened.term)
    await client.start_workflow(ClassTermWorkflow.run, opening_state(opened), id=name, task_queue=UNATTENDED)


@asynccontextmanager
async def attended(client: Client, sessions: Sessions) -> AsyncIterator[None]:
    decisions = DecisionActivities(sessions)
    with ThreadPoolExecutor(2) as threads:
        async with Worker(
            client, task_queue=UNATTENDED, workflows=[ClassTermWorkflow], activity_executor=threads,
            activities=[decisions.record_decision, decisions.note_deadline],
        ):  # fmt: skip
            yield
