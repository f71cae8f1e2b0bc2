"""Single sign-on against a real provider: who gets in, who does not, and what is not believed."""

import re
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from activities.entrance import Entrance
from activities.single_sign_on import Provider, ProviderSilent, SignOnFailed, SingleSignOn
from api.main import create_app
from api.services import Services
from storage.database import Sessions
from storage.tables import Account
from tests.api.assembled import VAULT
from tests.api.doors import BOARD, give_password
from tests.api.rooms.test_second_factor import CODE
from tests.api.world import World, visitor
from tests.signing.pki import closed_address
from tests.single_sign_on.provider import CLIENT_ID, CLIENT_SECRET, SITE, RealProvider, real_provider

MAIL = "am.nhac@truong.example"
PEOPLE: dict[str, dict[str, Any]] = {
    "teacher": {"email": MAIL, "email_verified": True},
    "teacher-again": {"email": MAIL, "email_verified": True},
    "unverified": {"email": MAIL, "email_verified": False},
    "stranger": {"email": "nguoi.la@truong.example", "email_verified": True},
    "head": {"email": "hieu.truong@truong.example", "email_verified": True},
}
START = "/dang-nhap/mot-lan"


@pytest.fixture(scope="module")
def provider() -> Iterator[RealProvider]:
    with real_provider(PEOPLE) as provider:
        yield provider


def agreed(issuer: str, second_factor: frozenset[str] = frozenset()) -> Provider:
    return Provider(issuer, CLIENT_ID, CLIENT_SECRET, "tài khoản thử", SITE, second_factor)


def app_with(services: Services, sessions: Sessions, provider: Provider) -> FastAPI:
    return create_app(replace(services, entrance=Entrance.make(sessions, VAULT, SITE, provider)))


@pytest.fixture
def app(services: Services, sessions: Sessions, provider: RealProvider) -> FastAPI:
    return app_with(services, sessions, agreed(provider.issuer))


@pytest.fixture
def music(db: Session, world: World) -> Account:
    return give_password(db, world.who("music"), email=MAIL.upper())


async def come(client: AsyncClient, provider: RealProvider, login: str, *, cancel: bool = False) -> Response:
    """By the button, over the provider's forms, and back."""
    departed = await client.get(f"{START}?back={BOARD}")
    assert departed.status_code == 303
    assert "code_challenge_method=S256" in departed.headers["Location"]
    return await client.get(provider.leave_by(departed.headers["Location"], login, cancel=cancel))


async def test_a_person_who_is_known_by_a_verified_address_gets_in_and_is_known_by_subject_from_then_on(
    app: FastAPI, provider: RealProvider, db: Session, music: Account
) -> None:
    client = visitor(app)
    assert "tài khoản thử" in (await client.get("/dang-nhap")).text
    came = await come(client, provider, "teacher")
    assert (came.status_code, came.headers["Location"]) == (303, BOARD)
    assert (await client.get(BOARD)).status_code == 200
    db.refresh(music)
    assert (music.issuer, music.subject) == (provider.issuer, "teacher")
    music.email = ""
    db.commit()
    assert (await come(visitor(app), provider, "teacher")).headers["Location"] == BOARD


@pytest.mark.parametrize("login", ["stranger", "unverified"])
async def test_nobody_is_made_and_an_unverified_address_proves_nothing(
    app: FastAPI, provider: RealProvider, db: Session, music: Account, login: str
) -> None:
    before = db.scalar(select(func.count()).select_from(Account))
    client = visitor(app)
    came = await come(client, provider, login)
    assert (came.status_code, "chưa được nối với người nào" in came.text) == (422, True)
    assert "hocba" not in client.cookies
    assert db.scalar(select(func.count()).select_from(Account)) == before


async def test_a_second_subject_does_not_take_over_a_linked_account(
    app: FastAPI, provider: RealProvider, music: Account
) -> None:
    await come(visitor(app), provider, "teacher")
    assert (await come(visitor(app), provider, "teacher-again")).status_code == 422


async def test_an_address_of_two_accounts_names_nobody(
    app: FastAPI, provider: RealProvider, db: Session, world: World, music: Account
) -> None:
    give_password(db, world.who("other"), email=MAIL)
    assert (await come(visitor(app), provider, "teacher")).status_code == 422


async def test_an_office_still_gives_its_code(app: FastAPI, provider: RealProvider, db: Session, world: World) -> None:
    give_password(db, world.who("principal"), email="hieu.truong@truong.example")
    assert (await come(visitor(app), provider, "head")).headers["Location"] == f"{CODE}?back={BOARD}"


async def test_whoever_cancels_is_told_so(app: FastAPI, provider: RealProvider, music: Account) -> None:
    came = await come(visitor(app), provider, "teacher", cancel=True)
    assert (came.status_code, "đã dừng đăng nhập" in came.text) == (422, True)


async def test_an_answer_without_the_browser_that_asked_is_refused(
    app: FastAPI, provider: RealProvider, music: Account
) -> None:
    """Or somebody could be signed in as somebody else by following a link."""
    departed = await visitor(app).get(START)
    back = provider.leave_by(departed.headers["Location"], "teacher")
    other = visitor(app)
    assert (await other.get(back)).status_code == 422
    await other.get(START)
    assert (await other.get(back)).status_code == 422
    assert "hocba" not in other.cookies


@pytest.mark.parametrize("change", [r"state=[^&]+", r"iss=[^&]+", r"code=[^&]+"])
async def test_a_changed_answer_is_refused(app: FastAPI, provider: RealProvider, music: Account, change: str) -> None:
    client = visitor(app)
    back = provider.leave_by((await client.get(START)).headers["Location"], "teacher")
    assert re.search(change, back)
    changed = re.sub(change, change.partition("=")[0] + "=https%3A%2F%2Fexample.com", back)
    assert (await client.get(changed)).status_code == 422
    assert "hocba" not in client.cookies


async def test_an_answer_serves_once(app: FastAPI, provider: RealProvider, music: Account) -> None:
    client = visitor(app)
    back = provider.leave_by((await client.get(START)).headers["Location"], "teacher")
    assert (await client.get(back)).status_code == 303
    assert (await client.get(back)).status_code == 422


def good(provider: RealProvider) -> dict[str, Any]:
    now = int(time.time())
    return {"iss": provider.issuer, "aud": CLIENT_ID, "sub": "teacher", "iat": now, "exp": now + 300, "nonce": "n"}


def sign_on(provider: RealProvider) -> SingleSignOn:
    return SingleSignOn(agreed(provider.issuer), VAULT)


def test_a_good_token_is_believed(provider: RealProvider) -> None:
    assert sign_on(provider).checked(provider.signed(good(provider)), "", "n")["sub"] == "teacher"


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"}, {"nonce": None}, {"iss": "https://example.com"}, {"aud": "another-client"},
        {"aud": [CLIENT_ID, "another-client"]}, {"azp": "another-client"}, {"exp": 1_700_000_000}, {"sub": None},
        {"exp": None}, {"iat": 4_000_000_000},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_that_does_not_fit_is_not_believed(provider: RealProvider, wrong: dict[str, Any]) -> None:
    claims = {name: value for name, value in (good(provider) | wrong).items() if value is not None}
    with pytest.raises(SignOnFailed):
        sign_on(provider).checked(provider.signed(claims), "", "n")


def test_a_token_under_another_key_or_none_is_not_believed(provider: RealProvider) -> None:
    claims, public = good(provider), OctKey.import_key(CLIENT_SECRET)
    stranger = RSAKey.generate_key(2048, {"kid": str(provider.key.kid)}, private=True)
    forged = (
        jwt.encode({"alg": "RS256", "kid": provider.key.kid}, claims, stranger),
        jwt.encode({"alg": "HS256"}, claims, public, algorithms=["HS256"]),
        "eyJhbGciOiJub25lIn0." + provider.signed(claims).split(".")[1] + ".",
        "no token",
        "",
    )
    for token in forged:
        with pytest.raises(SignOnFailed):
            sign_on(provider).checked(token, "", "n")


def test_the_providers_second_factor_counts_only_where_it_is_agreed(provider: RealProvider) -> None:
    said = {"amr": ["pwd", "otp"], "acr": "silver"}
    for words, counts in ((frozenset[str](), False), (frozenset({"otp"}), True), (frozenset({"silver"}), True)):
        one = SingleSignOn(agreed(provider.issuer, second_factor=words), VAULT)
        assert one._has_second_factor(said) is counts


async def test_a_silent_provider_leaves_the_other_ways_in(services: Services, sessions: Sessions) -> None:
    app = app_with(services, sessions, agreed(closed_address()))
    answer = await visitor(app).get(START)
    assert (answer.status_code, "chưa trả lời" in answer.text) == (422, True)
    assert 'action="/dang-nhap"' in answer.text


def test_while_the_provider_is_silent_nobody_waits_for_it_again() -> None:
    """Each who waits holds a thread of the application, and many click when it is down."""
    with socket.create_server(("127.0.0.1", 0)) as listening:  # takes connections and never answers
        one = SingleSignOn(agreed(f"http://127.0.0.1:{listening.getsockname()[1]}"), VAULT)
        one.patience_s = 0.2
        for _ in range(50):
            with pytest.raises(ProviderSilent):
                one.depart("")
        listening.settimeout(0.1)
        listening.accept()[0].close()
        with pytest.raises(TimeoutError):
            listening.accept()


def test_a_description_of_another_issuer_is_not_used(provider: RealProvider) -> None:
    with pytest.raises(ProviderSilent):
        SingleSignOn(agreed(provider.issuer + "/"), VAULT).depart("")


async def test_without_a_provider_there_is_no_such_door(services: Services) -> None:
    client = visitor(create_app(services))
    assert (await client.get(START)).status_code == 422
    assert START not in (await client.get("/dang-nhap")).text
