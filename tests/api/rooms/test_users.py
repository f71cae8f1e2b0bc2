"""The accounts of a school: inviting, shutting, a lost device, keys for systems; all of it written down."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from activities.account_links import token_of
from storage import visitors
from storage.tables import Account, AccountEvent, AccountLink, ApiToken, MailRow, Staff
from tests.api.assembled import VAULT
from tests.api.conftest import As
from tests.api.doors import BOARD, give_password, sign_in
from tests.api.rooms.test_links import NEW, choose
from tests.api.world import World, visitor

USERS, KEYS = "/nguoi-dung", "/nguoi-dung/ma-truy-cap"
MAIL = "am.nhac@truong.example"


@pytest.fixture
def admin(desk: As) -> AsyncClient:
    return desk("admin")


def forget_account(db: Session, staff_id: UUID) -> None:
    db.get_one(Staff, staff_id).account_id = None
    db.commit()


def kinds(db: Session, account: Account) -> list[str]:
    query = select(AccountEvent.kind).where(AccountEvent.account_id == account.id).order_by(AccountEvent.id)
    return list(db.scalars(query))


def account_of(db: Session, staff_id: UUID) -> Account:
    account = visitors.account_of(db, staff_id)
    assert account is not None
    return account


async def test_the_list_names_everybody_with_duties_and_state(admin: AsyncClient, db: Session, world: World) -> None:
    forget_account(db, world.who("music"))
    page = (await admin.get(USERS)).text
    assert "Chưa có tài khoản" in page
    assert "Giáo viên chủ nhiệm · " in page or " · Giáo viên chủ nhiệm" in page
    assert str(world.who("foreigner")) not in page
    assert "Cần bật" in page


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("vai-tro=principal", "principal", "clerk"), ("trang-thai=none", "music", "clerk"),
        ("xac-thuc=no", "clerk", "principal"),
    ],
)  # fmt: skip
async def test_it_is_narrowed_by_its_address(
    admin: AsyncClient, db: Session, world: World, query: str, shown: str, hidden: str
) -> None:
    forget_account(db, world.who("music"))
    account_of(db, world.who("principal")).totp_locked = b"x"
    db.commit()
    page = (await admin.get(f"{USERS}?{query}")).text
    assert f"{USERS}/{world.who(shown)}" in page
    assert f"{USERS}/{world.who(hidden)}" not in page
    exported = await admin.get(f"{USERS}/danh-sach.xlsx?{query}")
    assert exported.headers["Content-Type"].startswith("application/vnd.openxmlformats")


async def test_a_name_is_looked_for_in_the_body_and_never_stands_in_an_address(
    admin: AsyncClient, world: World
) -> None:
    page = (await admin.post(USERS, data={"words": "mẫu 101"})).text
    assert f"{USERS}/{world.who('principal')}" in page
    assert f"{USERS}/{world.who('clerk')}" not in page
    assert "Không có ai khớp" in (await admin.post(USERS, data={"words": "khong-ai"})).text
    assert f"{USERS}/{world.who('clerk')}" in (await admin.get(f"{USERS}?q=101")).text


async def invite(client: AsyncClient, staff_id: UUID, **more: str) -> str:
    answer = await client.post(f"{USERS}/{staff_id}/moi", data={"command_id": str(uuid4()), **more})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


async def test_an_invitation_by_mail_is_one_mail_even_when_sent_twice(
    admin: AsyncClient, db: Session, world: World
) -> None:
    music = world.who("music")
    forget_account(db, music)
    form = {"command_id": str(uuid4()), "login": "am.nhac", "email": MAIL}
    for _ in range(2):
        answer = await admin.post(f"{USERS}/{music}/moi", data=form)
        assert answer.headers["Location"] == f"{USERS}/{music}?xong=moi"
    account = account_of(db, music)
    assert (account.login, account.email, kinds(db, account)) == ("am.nhac", MAIL, ["invited"])
    assert [row.kind for row in db.scalars(select(MailRow).where(MailRow.account_id == account.id))] == ["invitation"]
    page = (await admin.get(f"{USERS}/{music}")).text
    assert "/lien-ket/" not in page
    assert "Giáo viên Mẫu 103" in page


async def test_without_an_address_the_link_is_handed_over(
    app: FastAPI, admin: AsyncClient, db: Session, world: World
) -> None:
    music = world.who("music")
    forget_account(db, music)
    assert (await invite(admin, music, login="am.nhac")).endswith("#lien-ket")
    letters = (await admin.get(f"{USERS}/thu-moi")).text
    found = re.search(r"http://127\.0\.0\.1/lien-ket/([\w-]+)", (await admin.get(f"{USERS}/{music}")).text)
    assert found is not None
    assert found[0] in letters
    assert (await choose(visitor(app), found[1])).status_code == 303
    assert (await sign_in(visitor(app), "am.nhac", NEW)).status_code == 303
    assert "/lien-ket/" not in (await admin.get(f"{USERS}/{music}")).text
    assert kinds(db, account_of(db, music)) == ["invited", "invitation_taken", "signed_in", "signed_in"]


async def test_everybody_without_an_account_is_invited_at_once(admin: AsyncClient, db: Session, world: World) -> None:
    for person in ("music", "other"):
        forget_account(db, world.who(person))
    form = {"command_id": str(uuid4())}
    asked = re.search(r"Mời (\d+) người chưa có tài khoản", (await admin.get(USERS)).text)
    assert asked is not None
    invited = await admin.post(f"{USERS}/moi-tat-ca", data=form)
    assert invited.headers["Location"] == f"{USERS}/thu-moi?moi={asked[1]}"
    assert (await admin.post(f"{USERS}/moi-tat-ca", data=form)).headers["Location"].endswith("thu-moi?moi=0")
    logins = {account_of(db, world.who(person)).login for person in ("music", "other")}
    assert len(logins) == 2


@pytest.mark.parametrize(
    ("login", "email", "sentence"),
    [
        ("am nhạc", "", "Tên đăng nhập có từ 3 ký tự"), ("am.nhac", "khong-phai-thu", "chưa đúng dạng"),
        ("TAKEN", "", "đã có người dùng"),
    ],
)  # fmt: skip
async def test_a_refused_invitation_keeps_what_was_typed(
    admin: AsyncClient, db: Session, world: World, login: str, email: str, sentence: str
) -> None:
    give_password(db, world.who("other"), login="taken")
    forget_account(db, world.who("music"))
    form = {"command_id": str(uuid4()), "login": login, "email": email}
    answer = await admin.post(f"{USERS}/{world.who('music')}/moi", data=form)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert f'value="{login}"' in answer.text


async def test_a_shut_account_is_out_at_once_and_can_be_opened_again(
    app: FastAPI, admin: AsyncClient, db: Session, world: World
) -> None:
    music, client = give_password(db, world.who("music")), visitor(app)
    await sign_in(client, music.login)
    one = f"{USERS}/{world.who('music')}"
    refused = await admin.post(f"{one}/khoa", data={"reason": " x "})
    assert (refused.status_code, "Hãy ghi lý do" in refused.text) == (422, True)
    for _ in range(2):
        assert (await admin.post(f"{one}/khoa", data={"reason": "Nghỉ dài hạn"})).status_code == 303
    assert (await client.get(BOARD, headers={"Accept": "text/html"})).status_code == 303
    assert (await sign_in(visitor(app), music.login)).status_code == 422
    key = visitor(app, world.tokens["music"])
    assert (await key.get("/api/v1/class-terms")).status_code == 401
    assert "Nghỉ dài hạn" in (await admin.get(one)).text
    assert "đang bị khoá" in (await admin.post(f"{one}/moi", data={"command_id": str(uuid4())})).text
    for _ in range(2):
        assert (await admin.post(f"{one}/mo")).status_code == 303
    assert (await sign_in(visitor(app), music.login)).status_code == 303
    assert kinds(db, music).count("disabled") == kinds(db, music).count("enabled") == 1


async def test_a_lost_device_is_forgotten_with_a_reason_and_once(admin: AsyncClient, db: Session, world: World) -> None:
    account = account_of(db, world.who("principal"))
    account.totp_locked = b"x"
    db.commit()
    one = f"{USERS}/{world.who('principal')}"
    assert (await admin.post(f"{one}/dat-lai-xac-thuc", data={})).status_code == 422
    for _ in range(2):
        answer = await admin.post(f"{one}/dat-lai-xac-thuc", data={"reason": "Mất điện thoại"})
        assert answer.headers["Location"].endswith("xong=xac-thuc")
    db.refresh(account)
    assert not account.totp_locked
    assert kinds(db, account) == ["second_factor_reset"]


@pytest.mark.parametrize("deed", ["khoa", "dat-lai-xac-thuc"])
async def test_nobody_does_it_to_oneself(admin: AsyncClient, world: World, deed: str) -> None:
    answer = await admin.post(f"{USERS}/{world.who('admin')}/{deed}", data={"reason": "Thử xem sao"})
    assert (answer.status_code, "Không tự làm" in answer.text) == (422, True)


async def test_an_account_of_two_schools_is_only_taken_off_this_one(
    app: FastAPI, admin: AsyncClient, db: Session, world: World
) -> None:
    """An administrator of one school must not get hold of what a person does at another."""
    shared, music = give_password(db, world.who("foreigner")), db.get_one(Staff, world.who("music"))
    personal_id = db.get_one(Staff, world.who("foreigner")).personal_id
    music.account_id, music.personal_id = None, personal_id
    shared.totp_locked = VAULT.lock("totp", str(shared.id), b"JBSWY3DPEHPK3PXP")
    db.commit()
    one = f"{USERS}/{music.id}"
    assert await invite(admin, music.id) == f"{one}?xong=noi"
    assert account_of(db, music.id).id == shared.id
    assert db.scalar(select(func.count()).where(AccountLink.account_id == shared.id)) == 0
    refused = await admin.post(f"{one}/moi", data={"command_id": str(uuid4()), "email": MAIL})
    assert (refused.status_code, "còn dùng ở trường khác" in refused.text) == (422, True)
    assert (await admin.post(f"{one}/dat-lai-xac-thuc", data={"reason": "Mất máy"})).status_code == 422
    key = visitor(app, world.tokens["music"])
    assert (await key.get("/api/v1/class-terms")).status_code == 200
    assert (await admin.post(f"{one}/khoa", data={"reason": "Chuyển đi"})).headers["Location"].endswith("xong=go")
    assert (await key.get("/api/v1/class-terms")).status_code == 401
    db.expire_all()
    assert visitors.account_of(db, music.id) is None
    assert (shared.disabled_at, shared.totp_locked is not None) == (None, True)


async def test_a_forgotten_password_without_mail_is_helped_by_hand(
    app: FastAPI, admin: AsyncClient, db: Session, world: World
) -> None:
    music = give_password(db, world.who("music"))
    await invite(admin, world.who("music"))
    link = db.scalars(select(AccountLink).where(AccountLink.account_id == music.id)).one()
    assert link.purpose == "password_reset"
    assert (await choose(visitor(app), token_of(VAULT, link.nonce))).status_code == 303
    assert kinds(db, music)[:2] == ["reset_sent", "password_reset"]


def key_form(**more: object) -> dict[str, object]:
    until = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
    return {"command_id": str(uuid4()), "name": "Phần mềm thời khoá biểu", "scopes": ["read"], "until": until} | more


async def made(admin: AsyncClient, form: dict[str, object]) -> str:
    """The key as the page shows it once."""
    assert (await admin.post(KEYS, data=form)).status_code == 303
    found = re.search(r'value="(hocba_[\w-]+)"', (await admin.get(KEYS)).text)
    assert found is not None
    return found[1]


async def test_a_key_is_shown_once_works_within_its_scopes_and_ends(
    app: FastAPI, admin: AsyncClient, db: Session
) -> None:
    form = key_form()
    token = await made(admin, form)
    assert token not in (await admin.get(KEYS)).text
    assert await made(admin, form) == token
    assert db.scalar(select(func.count()).where(ApiToken.name == form["name"])) == 1
    system = visitor(app, token)
    assert (await system.get("/api/v1/class-terms")).status_code == 200
    assert (await system.post(f"/api/v1/class-terms/{uuid4()}/slots/toan/submit", json={})).status_code in {403, 404}
    row = db.scalars(select(ApiToken).where(ApiToken.name == form["name"])).one()
    assert token not in {row.token_sha256, row.name}
    for _ in range(2):
        assert (await admin.post(f"{KEYS}/{row.id}/ket-thuc")).status_code == 303
    assert (await system.get("/api/v1/class-terms")).status_code == 401
    assert (await admin.post(f"{KEYS}/{uuid4()}/ket-thuc")).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": " "}, "Hãy đặt tên"), ({"scopes": []}, "ít nhất một việc"), ({"scopes": ["everything"]}, "một việc"),
        ({"until": ""}, "Hãy chọn ngày"), ({"until": "2020-01-01"}, "một năm sau"),
        ({"until": (date.today() + timedelta(days=400)).isoformat()}, "một năm sau"),  # noqa: DTZ011
    ],
)  # fmt: skip
async def test_a_key_needs_a_name_scopes_and_an_end(
    admin: AsyncClient, wrong: dict[str, object], sentence: str
) -> None:
    answer = await admin.post(KEYS, data=key_form(**wrong))
    assert (answer.status_code, sentence in answer.text) == (422, True)


async def test_a_key_of_another_school_is_not_there(admin: AsyncClient, db: Session, world: World) -> None:
    theirs = db.scalars(select(ApiToken.id).where(ApiToken.staff_id == world.who("foreigner"))).first()
    assert (await admin.post(f"{KEYS}/{theirs}/ket-thuc")).status_code == 404
    assert str(theirs) not in (await admin.get(KEYS)).text
