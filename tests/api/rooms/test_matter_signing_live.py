"""A matter's paper from the page to its seal, with the real workers and a workflow of its own."""

import asyncio

from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import select
from temporalio.testing import WorkflowEnvironment

from storage.database import Sessions
from storage.tables import Document, Matter, MatterWait
from tests.api.matters import opened, running_matter
from tests.api.pages import reads
from tests.api.world import PASSPHRASE, Keyring, at_desk, sign_in
from tests.matters import SEALED, papers_of_matters, who  # noqa: F401 - a fixture


async def test_a_paper_goes_from_the_page_to_its_seal(  # fixtures, passed by name
    live_app: FastAPI,
    live_sessions: Sessions,
    keys: Keyring,
    workers: None,
    temporal_env: WorkflowEnvironment,
    papers_of_matters: None,  # noqa: F811 - the fixture
) -> None:
    async with running_matter(temporal_env.client, live_sessions, keys, 71) as (cast, matter, handle):
        with live_sessions.begin() as session:
            cookies = {field: sign_in(session, who(cast, field)) for field in SEALED}
        for field in SEALED:
            await _signs(at_desk(live_app, cookies[field]), matter, field)
        assert await handle.result() == list(SEALED)
    with live_sessions() as session:
        document = session.scalars(select(Document).where(Document.matter_id == matter.id)).one()
        assert document.sealed_at is not None
        assert session.scalars(select(MatterWait.id).where(MatterWait.matter_id == matter.id)).all() == []


async def _signs(client: AsyncClient, matter: Matter, field: str) -> None:
    """Prepared, read, confirmed, and told that it is done."""
    address = await opened(client, matter, field)
    await until(client, address, 'name="passphrase"')
    assert (await client.post(address, data={"passphrase": PASSPHRASE})).status_code == 303
    await until(client, address, "đã nằm trong văn bản và đã được lưu")


async def until(client: AsyncClient, address: str, said: str) -> None:
    for _ in range(150):
        page = await reads(client, address)
        if said in page:
            return
        assert "note trouble" not in page, page
        await asyncio.sleep(0.2)
    raise AssertionError(said)
