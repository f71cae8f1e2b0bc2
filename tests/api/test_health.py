"""Whether the process lives, and whether it can do its work."""

from dataclasses import replace

import pytest

from api.errors import Unavailable
from api.main import create_app
from api.services import Services
from storage.database import make_engine, make_sessions
from tests.api.conftest import As
from tests.api.fakes import FakeApprovals
from tests.api.world import visitor


async def test_a_living_process_says_so_to_anybody(as_: As) -> None:
    answer = await as_("nobody").get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_it_is_ready_while_database_and_temporal_answer(as_: As) -> None:
    answer = await as_("nobody").get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


async def test_it_is_not_ready_without_temporal(as_: As, approvals: FakeApprovals) -> None:
    approvals.refuses = Unavailable()
    assert (await as_("nobody").get("/readyz")).status_code == 503


@pytest.mark.parametrize("path", ["/readyz", "/api/v1/class-terms", "/tien-do"])
async def test_without_the_database_people_are_asked_to_come_back(services: Services, path: str) -> None:
    gone = make_sessions(make_engine("postgresql://hocba@/hocba?host=/nowhere&connect_timeout=1"))
    app = create_app(replace(services, sessions=gone))
    answer = await visitor(app, "token").get(path)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.json()["type"] == "urn:hocba:Unavailable"
    assert "nowhere" not in answer.text
