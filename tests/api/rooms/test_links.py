"""Invitations and forgotten passwords: the same answer to everybody, links that serve once, mails composed twice."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from activities.account_links import token_of
from activities.account_mail import compose_link_mail
from domain.errors import NotFound
from storage.tables import Account, AccountLink, MailRow
from tests.api.assembled import VAULT
from tests.api.doors import BOARD, PASSWORD, csrf_of, give_password, sign_in
from tests.api.rooms.test_second_factor import CODE
from tests.api.world import World, visitor

NEW = "trời xanh mây trắng"
SITE = "https://hocba.truong.example/"
MAIL = "giao.vien@truong.example"


@pytest.fixture
def music(db: Session, world: World) -> Account:
    return give_password(db, world.who("music"), email=MAIL)


async def ask(client: AsyncClient, name: str) -> Response:
    return await client.post("/quen-mat-khau", data={"name": name})


def links(db: Session, account: Account) -> list[AccountLink]:
    query = select(AccountLink).where(AccountLink.account_id == account.id).order_by(AccountLink.created_at)
    return list(db.scalars(query.execution_options(populate_existing=True)))


async def forgotten(app: FastAPI, db: Session, account: Account) -> str:
    """The token of a link just asked for."""
    await ask(visitor(app), account.login)
    return token_of(VAULT, links(db, account)[-1].nonce)


async def choose(client: AsyncClient, token: str, password: str = NEW, again: str = NEW) -> Response:
    return await client.post(f"/lien-ket/{token}", data={"password": password, "again": again})


async def test_the_answer_is_the_same_whether_or_not_there_is_such_an_account(
    app: FastAPI, db: Session, music: Account
) -> None:
    known, unknown = await ask(visitor(app), MAIL), await ask(visitor(app), "khong-ai@truong.example")
    assert known.status_code == unknown.status_code == 303
    told = [
        {name: value for name, value in each.headers.items() if name != "x-request-id"} for each in (known, unknown)
    ]
    assert told[0] == told[1]
    (link,) = links(db, music)
    mail = db.scalars(select(MailRow)).one()
    assert (mail.key, mail.kind, mail.account_id) == (f"link/{link.id}", "password_reset", music.id)
    page = (await visitor(app).get(known.headers["Location"])).text
    assert "Nếu có tài khoản như vậy" in page


async def test_the_token_is_kept_nowhere(app: FastAPI, db: Session, music: Account) -> None:
    token = await forgotten(app, db, music)
    (link,) = links(db, music)
    assert token not in {link.token_sha256, link.nonce.hex()}
    assert len(token) >= 43


async def test_a_link_chooses_a_password_once_and_ends_every_session(app: FastAPI, db: Session, music: Account) -> None:
    elsewhere = visitor(app)
    await sign_in(elsewhere, music.login)
    token, client = await forgotten(app, db, music), visitor(app)
    for _ in range(2):
        assert music.login in (await client.get(f"/lien-ket/{token}")).text
    assert (await choose(client, token)).status_code == 303
    assert (await client.get(BOARD)).status_code == 200
    assert (await elsewhere.get(BOARD, headers={"Accept": "text/html"})).status_code == 303
    assert (await choose(visitor(app), token, "một câu khác hẳn", "một câu khác hẳn")).status_code == 404
    assert (await sign_in(visitor(app), music.login, PASSWORD)).status_code == 422
    assert (await sign_in(visitor(app), music.login, NEW)).status_code == 303


async def test_a_link_that_is_old_replaced_or_invented_opens_nothing(app: FastAPI, db: Session, music: Account) -> None:
    first = await forgotten(app, db, music)
    second = await forgotten(app, db, music)
    assert (await choose(visitor(app), first)).status_code == 404
    assert (await choose(visitor(app), "x" * 43)).status_code == 404
    db.execute(update(AccountLink).values(expires_at=datetime.now(UTC)))
    db.commit()
    answer = await visitor(app).get(f"/lien-ket/{second}")
    assert (answer.status_code, "đã hết hạn" in answer.text) == (404, True)


async def test_a_reset_lasts_an_hour_and_an_invitation_a_week(app: FastAPI, db: Session, music: Account) -> None:
    await ask(visitor(app), music.login)
    music.password_hash = None
    db.commit()
    await ask(visitor(app), music.login)
    reset, invitation = links(db, music)
    assert (reset.purpose, invitation.purpose) == ("password_reset", "invitation")
    assert invitation.expires_at - invitation.created_at == timedelta(days=7)
    assert reset.expires_at - reset.created_at <= timedelta(hours=1)


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        (NEW, "khác", "chưa giống nhau"), ("ngắn", "ngắn", "ít nhất 10 ký tự"),
        ("matkhau12345", "matkhau12345", "dễ đoán"), ("giao.vien-2026-xyz", "giao.vien-2026-xyz", "chứa tên"),
    ],
)  # fmt: skip
async def test_a_bad_password_does_not_use_the_link_up(
    app: FastAPI, db: Session, music: Account, password: str, again: str, sentence: str
) -> None:
    token = await forgotten(app, db, music)
    answer = await choose(visitor(app), token, password, again)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert f'value="{password}"' not in answer.text
    assert (await choose(visitor(app), token)).status_code == 303


async def test_a_reset_does_not_go_around_the_second_factor(app: FastAPI, db: Session, world: World) -> None:
    account = give_password(db, world.who("principal"), email=MAIL)
    account.totp_locked = VAULT.lock("totp", str(account.id), b"JBSWY3DPEHPK3PXP")
    db.commit()
    client = visitor(app)
    assert (await choose(client, await forgotten(app, db, account))).headers["Location"] == CODE
    assert (await client.get(BOARD, headers={"Accept": "text/html"})).headers["Location"] == CODE


async def test_a_disabled_account_gets_no_mail_and_its_links_are_useless(
    app: FastAPI, db: Session, music: Account
) -> None:
    token = await forgotten(app, db, music)
    music.disabled_at = datetime.now(UTC)
    db.commit()
    assert (await choose(visitor(app), token)).status_code == 404
    await ask(visitor(app), music.login)
    assert len(links(db, music)) == 1


async def test_nobody_is_flooded_with_mail(app: FastAPI, db: Session, music: Account) -> None:
    for number in range(6):
        assert (await ask(visitor(app, address=(f"198.51.100.{number}", 1)), music.login)).status_code == 303
    assert len(links(db, music)) == 3
    one_network = visitor(app, address=("192.0.2.9", 1))
    for number in range(21):
        await ask(one_network, f"ten-{number}")
    answer = await ask(one_network, "ten-khac")
    assert (answer.status_code, "Hãy đợi" in answer.text) == (429, True)


async def test_signing_in_after_a_reset_is_not_slowed_by_strangers(app: FastAPI, db: Session, music: Account) -> None:
    token, client = await forgotten(app, db, music), visitor(app)
    await choose(client, token)
    for number in range(22):
        await sign_in(visitor(app, address=(f"198.51.100.{number}", 1)), music.login, "sai mật khẩu")
    client.headers["X-CSRF-Token"] = csrf_of(client)
    await client.post("/dang-xuat")
    assert (await sign_in(client, music.login, NEW)).status_code == 303


@pytest.mark.parametrize("purpose", ["password_reset", "invitation"])
async def test_a_mail_composed_twice_says_the_same(app: FastAPI, db: Session, music: Account, purpose: str) -> None:
    if purpose == "invitation":
        music.password_hash = None
        db.commit()
    token = await forgotten(app, db, music)
    key = f"link/{links(db, music)[-1].id}"
    first, second = (compose_link_mail(db, key, VAULT, SITE) for _ in range(2))
    assert first == second
    assert f"{SITE}lien-ket/{token}" in first.text
    assert f'href="{SITE}lien-ket/{token}"' in first.html
    assert music.login in first.text
    assert "\n" not in first.subject
    assert "{" not in first.text
    assert (await choose(visitor(app), token)).status_code == 303
    with pytest.raises(NotFound):
        compose_link_mail(db, key, VAULT, SITE)
    with pytest.raises(NotFound):
        compose_link_mail(db, f"link/{uuid4()}", VAULT, SITE)
