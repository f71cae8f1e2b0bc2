"""Whoever guesses is slowed, and nobody is locked out by somebody else."""

from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from activities import passwords
from api.pages.entrance.door import DEVICE_COOKIE
from api.running import server_config
from config.settings import Settings
from storage.tables import Account, AccountEvent, AccountSession, Notice, SignInAttempt
from tests.api.doors import away, fail, give_password, sign_in
from tests.api.world import World, visitor


@pytest.fixture
def music(db: Session, world: World) -> Account:
    """A subject teacher, who needs no second factor."""
    return give_password(db, world.who("music"))


async def test_guessing_is_slowed_and_says_for_how_long(app: FastAPI, db: Session, music: Account) -> None:
    stranger = visitor(app, address=("192.0.2.9", 1))
    await fail(stranger, music.login, 5)
    answer = await sign_in(stranger, music.login)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert "Hãy đợi 1 phút" in answer.text
    away(db, minutes=3)
    assert (await sign_in(stranger, music.login)).status_code == 303


async def test_a_name_that_nobody_has_is_slowed_in_the_same_way(app: FastAPI, music: Account) -> None:
    stranger = visitor(app, address=("192.0.2.9", 1))
    await fail(stranger, "khong-ai-ca", 5)
    assert (await sign_in(stranger, "khong-ai-ca")).status_code == 429


async def test_whoever_guesses_does_not_lock_the_owner_out(app: FastAPI, db: Session, music: Account) -> None:
    """Neither from elsewhere, nor from the same network, nor from so many networks that the login itself is slowed."""
    owner = visitor(app, address=("192.0.2.1", 1))
    assert (await sign_in(owner, music.login)).status_code == 303
    for number in range(22):
        await sign_in(visitor(app, address=(f"198.51.100.{number}", 1)), music.login, "sai mật khẩu")
    neighbour = visitor(app, address=("192.0.2.1", 2))
    for _ in range(7):
        await sign_in(neighbour, music.login, "sai mật khẩu")
    assert (await sign_in(visitor(app, address=("203.0.113.5", 1)), music.login)).status_code == 429
    assert (await sign_in(neighbour, music.login)).status_code == 429
    assert (await sign_in(owner, music.login)).status_code == 303


async def test_a_known_browser_is_slowed_by_its_own_mistakes(app: FastAPI, music: Account) -> None:
    owner = visitor(app)
    await sign_in(owner, music.login)
    await fail(owner, music.login, 5)
    assert (await sign_in(owner, music.login)).status_code == 429
    assert (await sign_in(visitor(app, address=("203.0.113.5", 1)), music.login)).status_code == 303


async def test_an_invented_device_is_a_stranger(app: FastAPI, music: Account) -> None:
    owner, forger = visitor(app), visitor(app, address=("192.0.2.9", 1))
    await sign_in(owner, music.login)
    device_id = owner.cookies[DEVICE_COOKIE].partition(".")[0]
    forger.cookies.set(DEVICE_COOKIE, f"{device_id}.{'0' * 64}")
    for _ in range(5):
        await sign_in(forger, music.login, "sai mật khẩu")
    other = visitor(app, address=("192.0.2.9", 2))
    assert (await sign_in(other, music.login)).status_code == 429
    assert (await sign_in(owner, music.login)).status_code == 303


async def test_one_network_cannot_try_one_password_on_everybody(app: FastAPI, db: Session, music: Account) -> None:
    moment = datetime.now(UTC)
    db.add_all(
        SignInAttempt(login_sha256=f"{number}", network="192.0.2.9", attempted_at=moment) for number in range(62)
    )
    db.commit()
    assert (await sign_in(visitor(app, address=("192.0.2.9", 1)), music.login)).status_code == 429
    assert (await sign_in(visitor(app, address=("192.0.2.10", 1)), music.login)).status_code == 303


async def test_a_try_counts_before_it_is_looked_at(app: FastAPI, db: Session, music: Account) -> None:
    """So a hundred at the same moment do not all pass the brake."""
    client = visitor(app)
    seen: list[int] = []
    original = passwords.check

    def counting(given: str, kept: str | None) -> tuple[bool, str | None]:
        seen.append(len(db.scalars(select(SignInAttempt.id)).all()))
        return original(given, kept)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "check", counting)
        await sign_in(client, music.login)
    assert seen == [1]
    assert db.scalars(select(SignInAttempt.id)).all() == []


async def test_a_new_browser_is_told_to_its_owner_and_the_first_one_is_not(
    app: FastAPI, db: Session, world: World, music: Account
) -> None:
    first, second = visitor(app), visitor(app, address=("203.0.113.5", 1))
    notices = select(Notice).where(Notice.staff_id == world.who("music"), Notice.kind == "new_device")
    await sign_in(first, music.login)
    assert db.scalars(notices).all() == []
    await sign_in(second, music.login)
    await sign_in(second, music.login)
    assert len(db.scalars(notices).all()) == 1
    kinds = select(AccountEvent.kind).where(AccountEvent.account_id == music.id)
    assert db.scalars(kinds).all() == ["signed_in"] * 3


@pytest.mark.parametrize(
    ("trusted", "network"), [("", "192.0.2.9"), ("192.0.2.9, 10.0.0.0/8", "203.0.113.77"), ("10.0.0.0/8", "192.0.2.9")]
)
async def test_a_forwarded_address_is_believed_of_listed_proxies_only(
    app: FastAPI, music: Account, db: Session, trusted: str, network: str
) -> None:
    config = server_config(app, Settings(trusted_proxies=trusted))
    config.load()
    transport = ASGITransport(config.loaded_app, client=("192.0.2.9", 1))
    client = AsyncClient(transport=transport, base_url="http://127.0.0.1")
    client.headers["X-Forwarded-For"] = "203.0.113.77"
    await sign_in(client, music.login)
    newest = select(AccountSession.network).where(AccountSession.account_id == music.id)
    assert db.scalars(newest.order_by(AccountSession.created_at.desc())).first() == network
