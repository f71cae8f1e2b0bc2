"""A whole handover over its pages, with real workers: from the opening to minutes that everybody has signed."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import select

from domain.calendar import TIMEZONE
from domain.matters.handovers import HandoverState
from signing.verification.verify import verify
from storage import staffing
from storage.database import Sessions
from storage.objects import Objects
from storage.tables import Document, Matter, SignatureRow
from tests.api.pages import reads
from tests.api.world import PASSPHRASE, Keyring, World, at_desk, give_keys, make_world

INSTANT = timedelta(microseconds=1)
FIELDS = {"giver": "homeroom", "taker": "music", "principal": "principal"}


@pytest.fixture
def world(live_sessions: Sessions, keys: Keyring, workers: None) -> World:
    with live_sessions.begin() as session:
        world = make_world(session, keys, number=81)
        give_keys(session, keys, world.cast)
    return world


def desk(app: FastAPI, world: World, person: str) -> AsyncClient:
    return at_desk(app, world.cookies[person])


async def press(client: AsyncClient, matter_id: UUID, act: str, **more: str) -> None:
    answer = await client.post(f"/ban-giao/{matter_id}/{act}", data={"command_id": str(uuid4()), **more})
    assert answer.status_code == 303, answer.text


async def signs(client: AsyncClient, matter_id: UUID, field: str) -> None:
    """From the handover's own page: prepared, read, confirmed, done."""
    assert f"/viec/{matter_id}/ky?phan={field}" in await until(client, f"/ban-giao/{matter_id}", f"ky?phan={field}")
    form = {"command_id": str(uuid4()), "phan": field}
    answer = await client.post(f"/viec/{matter_id}/ky", data=form)
    assert answer.status_code == 303, answer.text
    address = answer.headers["Location"]
    await until(client, address, 'name="passphrase"')
    assert (await client.post(address, data={"passphrase": PASSPHRASE})).status_code == 303
    await until(client, address, "Chữ ký đã nằm trong văn bản")


async def until(client: AsyncClient, address: str, said: str) -> str:
    page = ""
    for _ in range(150):
        page = await reads(client, address)
        if said in page:
            return page
        await asyncio.sleep(0.2)
    raise AssertionError(f"{said} is not in {page}")


async def test_a_retirement_from_the_opening_to_the_signed_minutes(
    live_app: FastAPI, live_sessions: Sessions, world: World, keys: Keyring, objects_folder: Path
) -> None:
    matter_id, at = uuid4(), datetime.now(UTC) + timedelta(days=20)
    form = {
        "command_id": str(matter_id), "loai": "retirement", "nguoi": str(world.cast.homeroom),
        "tu": at.astimezone(TIMEZONE).date().isoformat(), "reason": "Đủ tuổi nghỉ hưu",
        "phan": f"{world.cast.class_id}/toan/{world.cast.music}",
    }  # fmt: skip
    for _ in range(2):
        answer = await desk(live_app, world, "admin").post("/ban-giao/moi", data=form)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/ban-giao/{matter_id}?xong=open")
    assert "Xác nhận tình trạng công việc" in await reads(desk(live_app, world, "homeroom"), "/viec-cua-toi")
    await press(desk(live_app, world, "homeroom"), matter_id, "xac-nhan")
    await press(desk(live_app, world, "music"), matter_id, "nhan")
    for field, person in FIELDS.items():
        await signs(desk(live_app, world, person), matter_id, field)
    await press(desk(live_app, world, "admin"), matter_id, "da-bao")
    page = await reads(desk(live_app, world, "principal"), f"/ban-giao/{matter_id}")
    assert page.count("ký biên bản") >= len(FIELDS)
    with live_sessions() as session:
        document = session.scalars(select(Document).where(Document.matter_id == matter_id)).one()
        signed = session.scalars(select(SignatureRow.field).where(SignatureRow.document_id == document.id)).all()
        moment = datetime.fromisoformat(form["tu"]).replace(tzinfo=TIMEZONE)
        holders = [
            staffing.by_slot(session, world.cast.class_id, when)["toan"][0].staff_id
            for when in (moment - INSTANT, moment)
        ]
        assert session.get_one(Matter, matter_id).state == HandoverState.STANDING  # until the moment has come
    assert set(signed) == set(FIELDS)
    assert holders == [world.cast.homeroom, world.cast.music]
    found = verify(Objects(objects_folder).get(document.sha256), [keys.authority.root])
    assert [each.field for each in found.signatures] == list(FIELDS)
    assert found.verdict.value != "invalid", found
