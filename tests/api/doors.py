"""People with passwords at the door, for the tests of it."""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from httpx import AsyncClient, Response
from sqlalchemy import update
from sqlalchemy.orm import Session

from activities import passwords
from activities.signing_in import WRONG
from storage import visitors
from storage.tables import Account, SignInAttempt

PASSWORD = "mèo trèo cây cau"
HASH = passwords.hash_of(PASSWORD)
BOARD = "/tien-do"


def give_password(db: Session, staff_id: UUID, login: str = "", email: str = "") -> Account:
    """An account with the password of the tests."""
    account = visitors.account_of(db, staff_id)
    assert account is not None
    account.password_hash, account.login, account.email = HASH, login or f"nguoi-{uuid4().hex[:8]}", email
    db.commit()
    return account


async def sign_in(client: AsyncClient, login: str, password: str = PASSWORD, **more: str) -> Response:
    return await client.post("/dang-nhap", data={"login": login, "password": password, **more})


async def fail(client: AsyncClient, login: str, times: int) -> None:
    for _ in range(times):
        assert WRONG in (await sign_in(client, login, "sai mật khẩu")).text


def away(db: Session, **passed: int) -> None:
    """Let time pass for what was tried."""
    since = timedelta(**passed)
    db.execute(update(SignInAttempt).values(attempted_at=SignInAttempt.attempted_at - since))
    db.commit()


def csrf_of(client: AsyncClient) -> str:
    return sha256(b"csrf:" + client.cookies["hocba"].encode()).hexdigest()
