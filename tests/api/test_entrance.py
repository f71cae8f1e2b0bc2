"""The demo's front door: open in demo mode and to this machine, shut to everybody else."""

from dataclasses import replace
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.deps import COOKIE
from api.main import create_app
from api.services import Services
from storage.tables import DemoToken
from tests.api.conftest import As
from tests.api.world import ELSEWHERE, World, visitor


def entering(world: World, person: str = "clerk") -> dict[str, str]:
    return {"staff_id": str(world.who(person))}


async def test_it_offers_people_with_their_duties(as_: As) -> None:
    page = (await as_("nobody").get("/")).text
    assert "Hiệu trưởng" in page
    assert "Chủ nhiệm lớp 1A1" in page
    assert "Quản trị hệ thống" in page


async def test_entering_leads_to_the_board_as_that_person(app: FastAPI, world: World) -> None:
    client = visitor(app)
    entered = await client.post("/demo/enter", data=entering(world))
    assert (entered.status_code, entered.headers["Location"]) == (303, "/board")
    board = await client.get("/board")
    assert "Giáo viên Mẫu 102" in board.text


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(app: FastAPI, world: World) -> None:
    entered = await visitor(app).post("/demo/enter", data=entering(world))
    words = {word.strip().lower() for word in entered.headers["Set-Cookie"].split(";")}
    assert {"httponly", "samesite=strict", "path=/"} <= words
    assert not any(word.startswith("domain=") for word in words)


async def test_leaving_takes_the_cookie_away(app: FastAPI, world: World) -> None:
    client = visitor(app)
    await client.post("/demo/enter", data=entering(world))
    left = await client.post("/demo/leave")
    assert (left.status_code, left.headers["Location"]) == (303, "/")
    assert COOKIE not in client.cookies
    assert (await client.get("/board")).status_code == 401


async def test_nobody_unknown_enters(as_: As, db: Session) -> None:
    before = db.scalar(select(func.count()).select_from(DemoToken))
    answer = await as_("nobody").post("/demo/enter", data={"staff_id": str(uuid4())})
    assert (answer.status_code, answer.headers.get("Set-Cookie")) == (404, None)
    assert (await as_("nobody").post("/demo/enter", data={"staff_id": "1"})).status_code == 422
    assert (await as_("nobody").get("/demo/enter")).status_code == 405
    assert db.scalar(select(func.count()).select_from(DemoToken)) == before


@pytest.mark.parametrize("shut", ["not in demo mode", "from elsewhere", "under another name"])
async def test_a_shut_door_offers_nobody_and_lets_nobody_in(
    services: Services, world: World, db: Session, shut: str
) -> None:
    app = create_app(replace(services, demo=shut != "not in demo mode"))
    client = visitor(app, address=ELSEWHERE) if shut == "from elsewhere" else visitor(app)
    if shut == "under another name":
        client.headers["Host"] = "rebound.example.com"
    entrance = await client.get("/")
    assert "Bản dùng thử chưa có dữ liệu, hoặc không mở trên máy này." in entrance.text
    assert "Giáo viên Mẫu" not in entrance.text
    answer = await client.post("/demo/enter", data=entering(world))
    assert (answer.status_code, answer.headers.get("Set-Cookie")) == (404, None)
