"""The second factor: demanded of whoever signs for the school, each code once, and a way in without the device."""

import re
from datetime import UTC, datetime

import pyotp
import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from activities.second_factor import matching_step
from storage.tables import Account, AccountEvent, KnownDevice, RecoveryCode
from tests.api.assembled import VAULT
from tests.api.conftest import As
from tests.api.doors import BOARD, PASSWORD, csrf_of, give_password, sign_in
from tests.api.world import World, visitor

CODE = "/tai-khoan/xac-thuc"


@pytest.fixture
def principal(db: Session, world: World) -> Account:
    return give_password(db, world.who("principal"))


async def at_code(app: FastAPI, account: Account, back: str = BOARD) -> AsyncClient:
    """A browser behind the password and before the code."""
    client = visitor(app)
    client.headers["Accept"] = "text/html"
    entered = await sign_in(client, account.login, PASSWORD, back=back)
    assert entered.headers["Location"] == f"{CODE}?back={back}"
    client.headers["X-CSRF-Token"] = csrf_of(client)
    return client


async def secret_of(client: AsyncClient) -> tuple[str, str]:
    page = (await client.get(f"{CODE}?back={BOARD}")).text
    found, sealed = re.search(r">([A-Z2-7]{32})</code>", page), re.search(r'name="sealed" value="([^"]+)"', page)
    assert found is not None
    assert sealed is not None
    assert 'src="data:image/svg+xml' in page
    return found[1], sealed[1]


def code_of(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(datetime.now(UTC).timestamp()) + 30 * steps)


async def set_up(client: AsyncClient) -> tuple[str, list[str]]:
    """The secret and the recovery codes of somebody who has just set it up."""
    secret, sealed = await secret_of(client)
    done = await client.post(f"{CODE}/bat", data={"sealed": sealed, "code": code_of(secret, -1), "back": BOARD})
    assert (done.status_code, done.headers["Location"]) == (303, CODE)
    client.headers["X-CSRF-Token"] = csrf_of(client)
    codes = re.findall(r"<li><code>([0-9a-z-]{14})</code>", (await client.get(CODE)).text)
    return secret, codes


async def test_an_office_goes_no_further_than_setting_it_up(app: FastAPI, principal: Account, db: Session) -> None:
    client = await at_code(app, principal)
    assert (await client.get(BOARD)).headers["Location"] == CODE
    before = client.cookies["hocba"]
    secret, codes = await set_up(client)
    assert client.cookies["hocba"] != before
    assert len(set(codes)) == 10
    assert codes[0] not in (await client.get(CODE)).text
    assert (await client.get(BOARD)).status_code == 200
    db.refresh(principal)
    assert principal.totp_locked is not None
    assert secret.encode() not in principal.totp_locked
    assert VAULT.unlock("totp", str(principal.id), principal.totp_locked).decode() == secret
    kept = db.scalars(select(RecoveryCode.code_mac).where(RecoveryCode.account_id == principal.id)).all()
    assert not {code.replace("-", "") for code in codes} & set(kept)


async def test_it_is_asked_at_the_door_and_each_code_serves_once(app: FastAPI, principal: Account) -> None:
    secret, _ = await set_up(await at_code(app, principal))
    client = await at_code(app, principal)
    assert "Bật mã xác thực" not in (await client.get(CODE)).text
    used = await client.post(CODE, data={"code": code_of(secret, -1)})
    assert (used.status_code, "Mã chưa đúng" in used.text) == (422, True)
    now = code_of(secret)
    given = await client.post(CODE, data={"code": f"{now[:3]} {now[3:]}", "back": BOARD})
    assert (given.status_code, given.headers["Location"]) == (303, BOARD)
    assert (await client.get(BOARD)).status_code == 200
    again = await at_code(app, principal)
    assert (await again.post(CODE, data={"code": now})).status_code == 422


async def test_a_recovery_code_serves_once(app: FastAPI, principal: Account, db: Session) -> None:
    _, codes = await set_up(await at_code(app, principal))
    first, second = await at_code(app, principal), await at_code(app, principal)
    assert (await first.post(CODE, data={"code": codes[0].upper()})).status_code == 303
    assert (await second.post(CODE, data={"code": codes[0]})).status_code == 422
    assert (await second.post(CODE, data={"code": codes[1].replace("-", " ")})).status_code == 303
    kinds = db.scalars(select(AccountEvent.kind).where(AccountEvent.account_id == principal.id)).all()
    assert kinds.count("recovery_code_used") == 2


async def test_guessing_codes_is_slowed(app: FastAPI, principal: Account, db: Session) -> None:
    secret, _ = await set_up(await at_code(app, principal))
    db.query(KnownDevice).delete()
    db.commit()
    client = await at_code(app, principal)
    for _ in range(5):
        assert (await client.post(CODE, data={"code": "000000"})).status_code == 422
    answer = await client.post(CODE, data={"code": code_of(secret)})
    assert (answer.status_code, "Hãy đợi" in answer.text) == (429, True)


async def test_a_browser_is_known_only_once_the_code_was_given(app: FastAPI, principal: Account, db: Session) -> None:
    secret, _ = await set_up(await at_code(app, principal))
    known = select(KnownDevice.device_sha256).where(KnownDevice.account_id == principal.id)
    assert len(db.scalars(known).all()) == 1
    client = await at_code(app, principal)
    assert len(db.scalars(known).all()) == 1
    await client.post(CODE, data={"code": code_of(secret)})
    assert len(db.scalars(known).all()) == 2


async def test_a_wrong_first_code_keeps_the_secret_on_the_page(app: FastAPI, principal: Account) -> None:
    client = await at_code(app, principal)
    secret, sealed = await secret_of(client)
    answer = await client.post(f"{CODE}/bat", data={"sealed": sealed, "code": "000000", "back": BOARD})
    assert answer.status_code == 422
    assert f">{secret}</code>" in answer.text
    forged = await client.post(f"{CODE}/bat", data={"sealed": sealed[:-4] + "AAAA", "code": code_of(secret)})
    assert (forged.status_code, "mở đã lâu" in forged.text) == (422, True)


async def test_a_secret_offered_to_one_is_not_taken_from_another(app: FastAPI, principal: Account) -> None:
    secret, sealed = await secret_of(await at_code(app, principal))
    other = await at_code(app, principal)
    answer = await other.post(f"{CODE}/bat", data={"sealed": sealed, "code": code_of(secret)})
    assert (answer.status_code, "mở đã lâu" in answer.text) == (422, True)


async def test_it_cannot_be_set_up_over_the_one_there_is(app: FastAPI, principal: Account) -> None:
    """Whoever has the password alone could otherwise bring a device of his own."""
    thief = await at_code(app, principal)
    secret, sealed = await secret_of(thief)
    await set_up(await at_code(app, principal))
    answer = await thief.post(f"{CODE}/bat", data={"sealed": sealed, "code": code_of(secret)})
    assert answer.status_code == 422
    for path in ("ma-du-phong", "tat"):
        refused = await thief.post(f"{CODE}/{path}", data={"code": code_of(secret)})
        assert (refused.status_code, refused.headers["Location"]) == (303, CODE)


async def test_whoever_must_have_one_cannot_put_it_off_and_others_can(
    app: FastAPI, principal: Account, db: Session, world: World
) -> None:
    client = await at_code(app, principal)
    secret, _ = await set_up(client)
    assert "bắt buộc" in (await client.post(f"{CODE}/tat", data={"code": code_of(secret)})).text
    teacher = give_password(db, world.who("music"))
    own = visitor(app)
    await sign_in(own, teacher.login)
    own.headers["X-CSRF-Token"] = csrf_of(own)
    secret, codes = await set_up(own)
    assert (await sign_in(visitor(app), teacher.login)).headers["Location"] == CODE
    assert (await own.post(f"{CODE}/tat", data={"code": "000000"})).status_code == 422
    assert (await own.post(f"{CODE}/tat", data={"code": codes[0]})).headers["Location"] == f"{CODE}?xong=tat"
    assert (await sign_in(visitor(app), teacher.login)).headers["Location"] == "/viec-cua-toi"


async def test_new_recovery_codes_put_the_old_ones_out_of_use(app: FastAPI, principal: Account) -> None:
    client = await at_code(app, principal)
    secret, old = await set_up(client)
    assert (await client.post(f"{CODE}/ma-du-phong", data={"code": code_of(secret)})).status_code == 303
    new = re.findall(r"<li><code>([0-9a-z-]{14})</code>", (await client.get(CODE)).text)
    assert len(set(new) - set(old)) == 10
    other = await at_code(app, principal)
    assert (await other.post(CODE, data={"code": old[0]})).status_code == 422
    assert (await other.post(CODE, data={"code": new[0]})).status_code == 303


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "0x1234"])
def test_what_is_no_code_fits_no_step(code: str) -> None:
    assert matching_step(pyotp.random_base32(), code, datetime.now(UTC)) is None


async def test_the_journal_of_accounts_is_never_changed(app: FastAPI, principal: Account, db: Session) -> None:
    await set_up(await at_code(app, principal))
    for statement in ("UPDATE account_events SET reason = 'x'", "DELETE FROM account_events"):
        with pytest.raises(DBAPIError), db.begin_nested():
            db.execute(text(statement))


async def test_one_click_of_the_demo_asks_for_no_code(as_: As, world: World) -> None:
    client = as_("nobody")
    await client.post("/demo/enter", data={"staff_id": str(world.who("principal"))})
    assert (await client.get(BOARD)).status_code == 200
