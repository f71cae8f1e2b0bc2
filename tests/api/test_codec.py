"""The codec server: histories in the clear for a head of the city's office, from Temporal's pages, and on record."""

from base64 import b64decode, b64encode
from typing import Any

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from temporalio.api.common.v1 import Payload

from config.history_keys import HistoryKeys, KeySet
from config.payloads import EncryptingCodec
from domain.account_states import AccountEventKind
from storage.tables import AccountEvent
from tests.api.assembled import HISTORY_KEYS
from tests.api.conftest import As
from tests.api.office_desk import At

PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'{"record_ids":["r1"]}')
ENGINE_PAGES = "http://127.0.0.1:8233"


async def encrypted(keys: HistoryKeys = HISTORY_KEYS) -> dict[str, Any]:
    (sealed,) = await EncryptingCodec(keys).encode([PLAIN])
    return as_json(sealed)


def as_json(payload: Payload) -> dict[str, Any]:
    metadata = {name: b64encode(value).decode() for name, value in payload.metadata.items()}
    return {"metadata": metadata, "data": b64encode(payload.data).decode()}


async def ask(client: AsyncClient, *payloads: dict[str, Any], origin: str = ENGINE_PAGES) -> Response:
    client.headers.pop("X-CSRF-Token", None)  # another origin's page knows none
    headers = {"Origin": origin, "Sec-Fetch-Site": "same-site", "Accept": "application/json"}
    return await client.post("/codec/decode", json={"payloads": payloads}, headers=headers)


async def test_a_head_of_the_city_sees_histories_in_the_clear(at: At) -> None:
    answer = await ask(at("head"), await encrypted(), as_json(PLAIN))
    assert answer.status_code == 200
    assert [b64decode(each["data"]) for each in answer.json()["payloads"]] == [PLAIN.data] * 2
    assert answer.json()["payloads"][0] == as_json(PLAIN)
    assert answer.headers["Access-Control-Allow-Origin"] == ENGINE_PAGES
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"


async def test_that_somebody_looked_stands_with_the_account_once_an_hour(at: At, db: Session) -> None:
    for _ in range(2):
        await ask(at("head"), await encrypted())
    noted = select(func.count()).where(AccountEvent.kind == AccountEventKind.HISTORY_READ.value)
    assert db.scalar(noted) == 1


@pytest.mark.parametrize("who", ["officer", "ward head"])
async def test_nobody_else_of_an_office_does(at: At, who: str) -> None:
    assert (await ask(at(who), await encrypted())).status_code == 403


@pytest.mark.parametrize("who", ["admin", "principal", "music"])
async def test_nobody_at_a_school_does(desk: As, who: str) -> None:
    assert (await ask(desk(who), await encrypted())).status_code == 403


async def test_a_stranger_does_not(as_: As) -> None:
    assert (await ask(as_("nobody"), await encrypted())).status_code == 401


@pytest.mark.parametrize("origin", ["", "http://127.0.0.1:8234", "https://evil.example", "null"])
async def test_no_other_page_may_ask_in_that_person_s_name(at: At, origin: str) -> None:
    answer = await ask(at("head"), await encrypted(), origin=origin)
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_a_browser_is_told_that_the_engine_s_pages_may_ask(as_: As) -> None:
    asking = {"Origin": ENGINE_PAGES, "Access-Control-Request-Method": "POST"}
    answer = await as_("nobody").options("/codec/decode", headers=asking)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Methods"] == "POST"
    assert (await as_("nobody").options("/codec/decode", headers={"Origin": "https://evil.example"})).status_code == 403


async def test_what_cannot_be_read_is_said(at: At) -> None:
    stranger = HistoryKeys(KeySet.of_one())
    answer = await ask(at("head"), await encrypted(stranger))
    assert answer.status_code == 422
    assert "khoá mà hệ thống không có" in answer.json()["detail"]
    assert (await ask(at("head"), {"data": "không phải base64"})).status_code == 422
