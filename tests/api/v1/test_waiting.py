"""A seal whose time-stamp service is away: it waits, says why, holds nobody up, and goes on by itself."""

import asyncio
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
import pytest_asyncio

from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from tests.api.classroom import Classroom
from tests.signing.pki import Stage, answering


@pytest_asyncio.fixture
async def approved(new_class: Callable[[], Classroom]) -> Classroom:
    """A class that waits for the clerk."""
    room = new_class()
    await room.open()
    await room.review_all()
    await room.sign_subjects()
    await room.sign("sign", HOMEROOM)
    await room.sign("approve", PRINCIPAL)
    return room


@pytest.fixture
def away(stage: Stage) -> Iterator[Callable[[], None]]:
    """Take the time-stamp service away; it is back after the test."""
    yield lambda: stage.put("/tsa", answering(b"", 503))
    stage.reset()


async def until(room: Classroom, order: str, state: str) -> dict[str, object]:
    for _ in range(120):
        found: dict[str, object] = (await room.as_(SEAL).get(f"/api/v1/orders/{order}")).json()
        if found["state"] == state:
            return found
        await asyncio.sleep(0.25)
    raise AssertionError(found)


async def test_a_seal_prepares_itself_once_the_service_is_back(
    approved: Classroom, away: Callable[[], None], stage: Stage
) -> None:
    away()
    order_id = uuid4()
    waiting = await approved.prepare("seal", SEAL, order_id)
    assert waiting.status_code == 200
    assert (waiting.json()["state"], waiting.json()["papers"]) == ("preparing", 0)
    assert waiting.json()["trouble"]["code"] == "ProviderUnavailable"
    assert "Dịch vụ cấp dấu thời gian" in waiting.json()["trouble"]["message"]
    stage.reset()
    found = await until(approved, str(order_id), "prepared")
    assert (found["papers"], found["trouble"], found["level"]) == (1, None, "B-LT")
    assert (await approved.confirm(SEAL, order_id)).status_code == 200


async def test_a_confirmed_seal_waits_for_its_stamp_and_then_issues_by_itself(
    approved: Classroom, away: Callable[[], None], stage: Stage, new_class: Callable[[], Classroom]
) -> None:
    order_id = uuid4()
    await approved.prepare("seal", SEAL, order_id)
    away()
    confirmed = await approved.confirm(SEAL, order_id)
    [line] = confirmed.json()
    assert (confirmed.status_code, line["waits"], line["outcome"], line["problem"]) == (200, True, None, None)
    found = (await approved.as_(SEAL).get(f"/api/v1/orders/{order_id}")).json()
    assert (found["state"], found["trouble"]["code"]) == ("signed", "ProviderUnavailable")
    assert (await approved.detail())["stage"] == "approved"
    # Meanwhile another class enters and hands in, and the clerk who presses again loses nothing.
    other = new_class()
    await other.open()
    assert (await other.enter("toan")).status_code == 200
    assert (await other.submit("toan")).status_code == 200
    assert (await approved.confirm(SEAL, order_id)).json()[0]["waits"] is True
    stage.reset()
    await until(approved, str(order_id), "completed")
    assert (await approved.detail())["stage"] == "issued"
