"""The front door: open in demo mode and to this machine, shut to everybody else; what every page offers."""

from dataclasses import replace
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.guard import CSRF_HEADER
from api.main import create_app
from api.services import Services
from domain.duties import Duty
from storage.tables import AccountSession
from tests.api.conftest import As
from tests.api.world import ELSEWHERE, World, at_desk, sign_in, visitor

BOARD = "/tien-do"


def entering(world: World, person: str = "clerk") -> dict[str, str]:
    return {"staff_id": str(world.who(person)), "back": BOARD}


async def test_it_offers_people_with_their_duties(as_: As) -> None:
    page = (await as_("nobody").get("/dang-nhap")).text
    assert "Hiệu trưởng" in page
    assert "Chủ nhiệm lớp 1A1" in page
    assert "Quản trị hệ thống" in page


async def test_entering_leads_where_one_wanted_to_go_as_that_person(app: FastAPI, world: World) -> None:
    client = visitor(app)
    entered = await client.post("/demo/enter", data=entering(world))
    assert (entered.status_code, entered.headers["Location"]) == (303, BOARD)
    assert "Giáo viên Mẫu 102" in (await client.get(BOARD)).text


@pytest.mark.parametrize(
    "back", ["", "https://example.com", "//example.com", "/\\\\example.com", "/", "tien-do", "/a\r\nb"]
)
async def test_nobody_is_led_to_another_site(app: FastAPI, world: World, back: str) -> None:
    entered = await visitor(app).post("/demo/enter", data=entering(world) | {"back": back})
    assert entered.headers["Location"] == "/viec-cua-toi"


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(app: FastAPI, world: World) -> None:
    entered = await visitor(app).post("/demo/enter", data=entering(world))
    words = {word.strip().lower() for word in entered.headers["Set-Cookie"].split(";")}
    assert {"httponly", "samesite=lax", "path=/"} <= words
    assert not any(word.startswith("domain=") for word in words)


async def test_leaving_ends_the_session_and_takes_the_cookie_away(app: FastAPI, world: World, db: Session) -> None:
    cookie = sign_in(db, world.who("clerk"))
    db.commit()
    client = at_desk(app, cookie)
    left = await client.post("/dang-xuat")
    assert (left.status_code, left.headers["Location"]) == (303, "/dang-nhap")
    assert 'hocba=""' in left.headers["Set-Cookie"]
    again = await at_desk(app, cookie).get(BOARD)
    assert (again.status_code, again.headers["Location"]) == (303, "/dang-nhap?back=/tien-do")


async def test_nobody_unknown_enters(as_: As, db: Session) -> None:
    before = db.scalar(select(func.count()).select_from(AccountSession))
    answer = await as_("nobody").post("/demo/enter", data={"staff_id": str(uuid4())})
    assert (answer.status_code, answer.headers.get("Set-Cookie")) == (404, None)
    assert (await as_("nobody").post("/demo/enter", data={"staff_id": "1"})).status_code == 422
    assert (await as_("nobody").get("/demo/enter")).status_code == 405
    assert db.scalar(select(func.count()).select_from(AccountSession)) == before


@pytest.mark.parametrize("shut", ["not in demo mode", "from elsewhere", "under another name", "from another site"])
async def test_a_shut_door_offers_nobody_and_lets_nobody_in(
    services: Services, world: World, db: Session, shut: str
) -> None:
    app = create_app(replace(services, demo=shut != "not in demo mode"))
    client = visitor(app, address=ELSEWHERE) if shut == "from elsewhere" else visitor(app)
    if shut == "under another name":
        client.headers["Host"] = "rebound.example.com"
    if shut == "from another site":
        client.headers["Sec-Fetch-Site"] = "cross-site"
    else:
        assert "Giáo viên Mẫu" not in (await client.get("/dang-nhap")).text
    answer = await client.post("/demo/enter", data=entering(world))
    assert (answer.status_code, answer.headers.get("Set-Cookie")) == (404, None)


async def test_a_form_without_the_word_of_its_page_is_refused(desk: As) -> None:
    client = desk("clerk")
    del client.headers[CSRF_HEADER]
    assert (await client.post("/vai-tro", data={"duty": "seal_clerk"})).status_code == 403
    assert (await client.post("/vai-tro", data={"duty": "seal_clerk", "csrf_token": "x"})).status_code == 403


@pytest.mark.parametrize("sign", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://example.com"}])
async def test_a_form_of_another_site_is_refused(desk: As, sign: dict[str, str]) -> None:
    answer = await desk("clerk").post("/vai-tro", data={"duty": "seal_clerk"}, headers=sign)
    assert answer.status_code == 403
    assert "Hãy tải lại trang" in answer.text


async def test_a_desk_is_changed_in_one_click_but_only_to_ones_own(desk: As, world: World, db: Session) -> None:
    client = desk("homeroom")
    assert (await client.post("/vai-tro", data={"duty": "subject_teacher"})).status_code == 303
    newest = select(AccountSession.duty).where(AccountSession.staff_id == world.who("homeroom"))
    assert db.scalar(newest) == Duty.SUBJECT_TEACHER
    assert (await client.post("/vai-tro", data={"duty": "principal"})).status_code == 404


async def test_language_and_appearance_stay_chosen(desk: As) -> None:
    client = desk("clerk")
    assert (await client.post("/ngon-ngu", data={"language": "en", "back": BOARD})).headers["Location"] == BOARD
    assert (await client.post("/giao-dien", data={"theme": "dark"})).status_code == 303
    page = (await client.get(BOARD)).text
    assert '<html lang="en" data-theme="dark">' in page
    assert (await client.post("/ngon-ngu", data={"language": "fr"})).status_code == 422
    assert (await client.post("/giao-dien", data={"theme": "pink"})).status_code == 422


async def test_an_office_without_its_second_factor_goes_no_further(app: FastAPI, world: World, db: Session) -> None:
    client = at_desk(app, sign_in(db, world.who("principal"), has_second_factor=False))
    db.commit()
    answer = await client.get(BOARD)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/tai-khoan/xac-thuc")
    part = await client.get("/tien-do/dong", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (401, "/tai-khoan/xac-thuc")
    assert (await client.post("/dang-xuat")).status_code == 303


@pytest.mark.parametrize(("path", "field"), [("/ngon-ngu", {"language": "en"}), ("/giao-dien", {"theme": "dark"})])
async def test_another_site_sets_neither_language_nor_appearance(
    app: FastAPI, path: str, field: dict[str, str]
) -> None:
    stranger = visitor(app)
    forged = await stranger.post(path, data=field, headers={"Sec-Fetch-Site": "cross-site"})
    assert (forged.status_code, forged.headers.get("Set-Cookie")) == (403, None)
    assert (await stranger.post(path, data=field)).status_code == 303
