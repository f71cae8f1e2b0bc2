"""One's own account: the password, signed-in browsers, how messages arrive."""

from uuid import uuid4

import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.tables import Account, AccountSession
from tests.api.assembled import VAULT
from tests.api.conftest import As
from tests.api.doors import BOARD, PASSWORD, csrf_of, give_password, sign_in
from tests.api.rooms.test_links import NEW
from tests.api.world import World, visitor

OWN = "/tai-khoan"
CHANNEL = "tgram://123456789:abcdefg_hijklmnop/12315544/"
CALM = {"digest": "true", "quiet_from": "20:30", "quiet_until": "06:15"}


@pytest.fixture
def music(db: Session, world: World) -> Account:
    return give_password(db, world.who("music"))


@pytest_asyncio.fixture(loop_scope="session")
async def own(app: FastAPI, music: Account) -> AsyncClient:
    client = visitor(app)
    client.headers.update({"Accept": "text/html", "User-Agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/5"})
    await sign_in(client, music.login)
    client.headers["X-CSRF-Token"] = csrf_of(client)
    return client


async def change(client: AsyncClient, old: str = PASSWORD, new: str = NEW, again: str = NEW) -> tuple[int, str]:
    answer = await client.post(f"{OWN}/mat-khau", data={"old": old, "password": new, "again": again})
    return answer.status_code, answer.text


async def test_the_page_shows_this_browser_in_words(own: AsyncClient, music: Account) -> None:
    page = (await own.get(OWN)).text
    assert "Chrome trên Windows" in page
    assert "Thiết bị này" in page
    assert "127.0.0.1" in page
    assert music.login in page
    assert (await own.get(OWN)).headers["Cache-Control"] == "private, no-store"


async def test_a_new_password_signs_the_other_browsers_out(app: FastAPI, own: AsyncClient, music: Account) -> None:
    other, before = visitor(app), own.cookies["hocba"]
    await sign_in(other, music.login)
    assert (await change(own))[0] == 303
    assert own.cookies["hocba"] != before
    assert (await own.get(BOARD)).status_code == 200
    assert (await other.get(BOARD, headers={"Accept": "text/html"})).status_code == 303
    assert (await sign_in(visitor(app), music.login, NEW)).status_code == 303


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("sai mật khẩu", NEW, NEW), "đang dùng chưa đúng"), ((PASSWORD, NEW, "khác"), "chưa giống nhau"),
        ((PASSWORD, "ngắn", "ngắn"), "ít nhất 10 ký tự"), ((PASSWORD, "Matkhau@2026", "Matkhau@2026"), "dễ đoán"),
    ],
)  # fmt: skip
async def test_a_bad_change_changes_nothing(
    app: FastAPI, own: AsyncClient, music: Account, typed: tuple[str, str, str], sentence: str
) -> None:
    status, page = await change(own, *typed)
    assert (status, sentence in page) == (422, True)
    assert f'value="{typed[1]}"' not in page
    assert (await sign_in(visitor(app), music.login)).status_code == 303


async def test_guessing_the_old_password_at_an_open_browser_is_slowed(own: AsyncClient) -> None:
    for _ in range(5):
        await change(own, "sai mật khẩu")
    assert "Hãy đợi" in (await change(own))[1]


async def test_browsers_are_ended_one_by_one_or_all_but_this(
    app: FastAPI, own: AsyncClient, music: Account, db: Session, world: World
) -> None:
    others = [visitor(app) for _ in range(3)]
    for other in others:
        await sign_in(other, music.login)
    mine = select(AccountSession.id).where(AccountSession.account_id == music.id, AccountSession.ended_at.is_(None))
    newest = db.scalars(mine.order_by(AccountSession.created_at.desc())).first()
    ended = await own.post(f"{OWN}/phien/{newest}/ket-thuc")
    assert ended.status_code == 303
    assert (await own.post(f"{OWN}/phien/{newest}/ket-thuc")).status_code == 404
    assert (await others[2].get(BOARD, headers={"Accept": "text/html"})).status_code == 303
    theirs = select(AccountSession.id).where(AccountSession.staff_id == world.who("clerk"))
    assert (await own.post(f"{OWN}/phien/{db.scalars(theirs).first()}/ket-thuc")).status_code == 404
    for _ in range(2):
        assert (await own.post(f"{OWN}/phien/ket-thuc-het")).status_code == 303
    assert (await others[0].get(BOARD, headers={"Accept": "text/html"})).status_code == 303
    assert (await own.get(BOARD)).status_code == 200


async def test_how_messages_arrive_is_kept_and_the_channel_is_a_secret(
    own: AsyncClient, music: Account, db: Session
) -> None:
    assert (await own.post(f"{OWN}/thong-bao", data={**CALM, "channel": CHANNEL})).status_code == 303
    db.refresh(music)
    assert (music.wants_digest, music.wants_mail, music.quiet_from.isoformat()) == (True, False, "20:30:00")
    assert music.channel_locked is not None
    assert b"tgram" not in music.channel_locked
    assert VAULT.unlock("channel", str(music.id), music.channel_locked).decode() == CHANNEL
    page = (await own.get(OWN)).text
    assert "Telegram</span>" in page
    assert "hijklmnop" not in page
    await own.post(f"{OWN}/thong-bao", data=CALM)
    db.refresh(music)
    assert music.channel_locked is not None
    await own.post(f"{OWN}/thong-bao", data={**CALM, "forget_channel": "true"})
    db.refresh(music)
    assert music.channel_locked is None


@pytest.mark.parametrize(
    "channel",
    [
        "json://127.0.0.1:8233/",
        "file:///etc/passwd",
        "tgram://x",
        "không phải địa chỉ",
        f"{CHANNEL}?template=file:///x",
    ],
)
async def test_a_channel_leads_nowhere_into_our_own_network(
    own: AsyncClient, music: Account, db: Session, channel: str
) -> None:
    answer = await own.post(f"{OWN}/thong-bao", data={**CALM, "channel": channel})
    assert (answer.status_code, f'value="{channel}"' in answer.text) == (422, True)
    db.refresh(music)
    assert music.channel_locked is None


async def test_a_time_that_is_none_is_refused(own: AsyncClient) -> None:
    answer = await own.post(f"{OWN}/thong-bao", data=CALM | {"quiet_from": "tối"})
    assert (answer.status_code, "giờ:phút" in answer.text) == (422, True)


async def test_a_key_for_systems_has_no_account_page(as_: As) -> None:
    for path in (OWN, f"{OWN}/xac-thuc"):
        assert (await as_("clerk").get(path)).status_code == 403
    assert (await as_("clerk").post(f"{OWN}/phien/{uuid4()}/ket-thuc")).status_code == 403
