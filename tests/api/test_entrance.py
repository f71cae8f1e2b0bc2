"""The door: names and passwords, what it says to whom, and what it does to whoever guesses."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from activities import passwords
from activities.signing_in import DISABLED, LEFT, WRONG
from api.__main__ import server_config
from api.pages.door import DEVICE_COOKIE
from config.settings import Settings
from storage import visitors
from storage.tables import Account, AccountEvent, AccountSession, Notice, SignInAttempt, Staff, TeachingAssignment
from tests.api.conftest import As
from tests.api.world import World, visitor
from tests.factories import make_school, make_staff

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


@pytest.fixture
def music(db: Session, world: World) -> Account:
    """A subject teacher, who needs no second factor."""
    return give_password(db, world.who("music"))


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


async def test_name_and_password_lead_where_one_wanted_to_go(app: FastAPI, music: Account) -> None:
    client = visitor(app)
    page = (await client.get(f"/dang-nhap?back={BOARD}")).text
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    entered = await sign_in(client, f" {music.login.upper()} ", back=BOARD)
    assert (entered.status_code, entered.headers["Location"]) == (303, BOARD)
    assert "Giáo viên Mẫu" in (await client.get(BOARD)).text


async def test_a_mail_address_of_ones_own_serves_as_a_name(app: FastAPI, db: Session, world: World) -> None:
    give_password(db, world.who("music"), email="am.nhac@truong.example")
    assert (await sign_in(visitor(app), "Am.Nhac@truong.example")).status_code == 303
    give_password(db, world.who("other"), email="am.nhac@truong.example")
    assert WRONG in (await sign_in(visitor(app), "am.nhac@truong.example")).text


@pytest.mark.parametrize("back", ["https://example.com", "//example.com", "/\\example.com", "javascript:alert(1)"])
async def test_signing_in_leads_to_no_other_site(app: FastAPI, music: Account, back: str) -> None:
    assert (await sign_in(visitor(app), music.login, back=back)).headers["Location"] == "/viec-cua-toi"


async def test_a_mistake_is_told_in_the_same_words_whether_or_not_the_name_is_known(
    app: FastAPI, music: Account
) -> None:
    known = await sign_in(visitor(app), music.login, "sai mật khẩu", back=BOARD)
    unknown = await sign_in(visitor(app), "khong-ai-ca", "sai mật khẩu", back=BOARD)
    assert known.status_code == unknown.status_code == 422
    assert known.text.replace(music.login, "?") == unknown.text.replace("khong-ai-ca", "?")
    assert f'value="{BOARD}"' in known.text
    assert "sai mật khẩu" not in known.text
    assert "Set-Cookie" not in known.headers


async def test_an_unknown_name_costs_as_much_work_as_a_known_one(
    app: FastAPI, music: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    verify = Argon2Hasher.verify

    def noting(self: Argon2Hasher, given: str | bytes, kept: str | bytes) -> bool:
        verified.append(str(kept).split("$")[3])
        return verify(self, given, kept)

    monkeypatch.setattr(Argon2Hasher, "verify", noting)
    await sign_in(visitor(app), "khong-ai-ca", "sai mật khẩu")
    await sign_in(visitor(app), music.login, "sai mật khẩu")
    assert verified == [HASH.split("$")[3]] * 2


async def test_an_account_without_a_password_lets_nobody_in(app: FastAPI, db: Session, world: World) -> None:
    account = visitors.account_of(db, world.who("music"))
    assert account is not None
    for password in ("", "nobody's", "None"):
        assert WRONG in (await sign_in(visitor(app), account.login, password)).text


async def test_a_hash_of_older_parameters_is_renewed(app: FastAPI, db: Session, music: Account) -> None:
    music.password_hash = Argon2Hasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    db.commit()
    assert (await sign_in(visitor(app), music.login)).status_code == 303
    db.refresh(music)
    assert str(music.password_hash).split("$")[3] == HASH.split("$")[3]


async def test_a_sign_in_never_keeps_the_token_that_the_browser_came_with(
    app: FastAPI, db: Session, music: Account
) -> None:
    client = visitor(app)
    client.cookies.set("hocba", "chosen-by-somebody-else", domain="127.0.0.1", path="/")
    await sign_in(client, music.login)
    first = client.cookies["hocba"]
    assert first != "chosen-by-somebody-else"
    await sign_in(client, music.login)
    assert client.cookies["hocba"] != first
    old = visitor(app)
    old.cookies.set("hocba", first)
    assert (await old.get(BOARD, headers={"Accept": "text/html"})).status_code == 303


@pytest.mark.parametrize("sign", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://example.com"}])
async def test_another_site_signs_nobody_in(app: FastAPI, music: Account, sign: dict[str, str]) -> None:
    client = visitor(app)
    client.headers.update(sign)
    answer = await sign_in(client, music.login)
    assert (answer.status_code, answer.headers.get("Set-Cookie")) == (403, None)
    for path in ("/quen-mat-khau", "/lien-ket/x"):
        assert (await client.post(path, data={"name": music.login})).status_code in {403, 404}


async def test_over_https_the_cookies_stay_there(app: FastAPI, music: Account) -> None:
    client = visitor(app)
    client.base_url = "https://127.0.0.1"
    entered = await sign_in(client, music.login, back=BOARD)
    cookies = entered.headers.get_list("Set-Cookie")
    assert any(each.startswith("__Host-hocba=") for each in cookies)
    assert all({"secure", "httponly", "samesite=lax", "path=/"} <= _words(each) for each in cookies)
    assert (await client.get(BOARD)).status_code == 200


def _words(cookie: str) -> set[str]:
    return {word.strip().lower() for word in cookie.split(";")}


async def test_a_disabled_account_is_told_so_only_with_its_password(app: FastAPI, db: Session, music: Account) -> None:
    music.disabled_at = datetime.now(UTC)
    db.commit()
    assert WRONG in (await sign_in(visitor(app), music.login, "sai mật khẩu")).text
    answer = await sign_in(visitor(app), music.login)
    assert (answer.status_code, DISABLED in answer.text) == (422, True)


async def test_whoever_has_nothing_left_to_do_keeps_nothing(
    app: FastAPI, db: Session, world: World, music: Account
) -> None:
    client = visitor(app)
    await sign_in(client, music.login)
    assert (await client.get(BOARD)).status_code == 200
    past = datetime(2026, 9, 1, tzinfo=UTC)
    gone = update(TeachingAssignment).where(TeachingAssignment.staff_id == world.who("music"))
    db.execute(gone.values(valid_to=past))
    db.commit()
    assert (await client.get(BOARD, headers={"Accept": "text/html"})).headers["Location"].startswith("/dang-nhap")
    assert LEFT in (await sign_in(visitor(app), music.login)).text
    key = visitor(app, world.tokens["music"])
    assert (await key.get("/api/v1/class-terms")).status_code == 401


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


async def test_leaving_clears_what_the_browser_kept(app: FastAPI, music: Account) -> None:
    client = visitor(app)
    await sign_in(client, music.login)
    client.headers["X-CSRF-Token"] = csrf_of(client)
    left = await client.post("/dang-xuat")
    assert left.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "hocba" not in client.cookies


def csrf_of(client: AsyncClient) -> str:
    return sha256(b"csrf:" + client.cookies["hocba"].encode()).hexdigest()


async def test_a_person_of_two_schools_goes_from_one_to_the_other(
    app: FastAPI, db: Session, world: World, music: Account
) -> None:
    other_school = make_school(db, 77)
    colleague = make_staff(db, other_school.school_id, 7777)
    db.get_one(Staff, other_school.principal).account_id = None
    db.add(
        TeachingAssignment(
            class_id=world.foreign.class_id, slot="x", staff_id=colleague, is_signer=False,
            valid_from=datetime(2026, 8, 1, tzinfo=UTC),
        )
    )  # fmt: skip
    db.get_one(Staff, colleague).account_id = music.id
    db.commit()
    client = visitor(app)
    await sign_in(client, music.login)
    client.headers["X-CSRF-Token"] = csrf_of(client)
    page = (await client.get(BOARD)).text
    assert "Trường Tiểu học Mẫu số 77" in page
    wanted = colleague if f'value="{colleague}" aria-current' not in page else world.who("music")
    assert (await client.post("/truong", data={"staff_id": str(wanted)})).status_code == 303
    assert f'value="{wanted}" aria-current' in (await client.get(BOARD)).text
    assert (await client.post("/truong", data={"staff_id": str(world.who("clerk"))})).status_code == 404


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


async def test_a_signed_out_person_is_offered_the_form_and_no_demo_elsewhere(as_: As) -> None:
    page = (await as_("nobody").get("/dang-nhap")).text
    assert page.index('action="/dang-nhap"') < page.index('action="/demo/enter"')
