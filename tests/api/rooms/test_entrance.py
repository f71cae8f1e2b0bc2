"""The door: names and passwords, what it says to whom, what the browser keeps."""

from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import update
from sqlalchemy.orm import Session

from activities.signing_in import DISABLED, LEFT, WRONG
from storage import visitors
from storage.tables import Account, Staff, TeachingAssignment
from tests.api.conftest import As
from tests.api.doors import BOARD, HASH, PASSWORD, csrf_of, give_password, sign_in
from tests.api.world import World, visitor
from tests.factories import make_school, make_staff


@pytest.fixture
def music(db: Session, world: World) -> Account:
    """A subject teacher, who needs no second factor."""
    return give_password(db, world.who("music"))


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


async def test_leaving_clears_what_the_browser_kept(app: FastAPI, music: Account) -> None:
    client = visitor(app)
    await sign_in(client, music.login)
    client.headers["X-CSRF-Token"] = csrf_of(client)
    left = await client.post("/dang-xuat")
    assert left.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "hocba" not in client.cookies


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


async def test_a_signed_out_person_is_offered_the_form_and_no_demo_elsewhere(as_: As) -> None:
    page = (await as_("nobody").get("/dang-nhap")).text
    assert page.index('action="/dang-nhap"') < page.index('action="/demo/enter"')
