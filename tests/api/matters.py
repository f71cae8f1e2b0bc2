"""A matter that runs beside the real workers: its paper is signed, nothing else of it."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from httpx import AsyncClient
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Worker

from domain.matters import MatterKind, workflow_id
from storage.database import Sessions
from storage.tables import Matter
from tests.api.world import Keyring, give_keys
from tests.factories import ClassCast, make_class, make_school
from tests.matters import SEALED, make_matter
from tests.workflows.signed_matter import SignedMatter
from workflows.matter_signing import PaperState


@asynccontextmanager
async def running_matter(
    client: Client, sessions: Sessions, keys: Keyring, number: int
) -> AsyncIterator[tuple[ClassCast, Matter, WorkflowHandle[Any, list[str]]]]:
    """A transfer of a school of its own; principal and clerk have their keys."""
    with sessions() as session:
        cast = make_class(session, make_school(session, number))
        give_keys(session, keys, cast)
        matter = make_matter(session, cast)
        session.commit()
    queue = f"matters-{matter.id}"
    with ThreadPoolExecutor(2) as threads:
        async with Worker(client, task_queue=queue, workflows=[SignedMatter], activity_executor=threads):
            handle = await client.start_workflow(
                SignedMatter.run,
                args=[str(matter.id), SEALED, PaperState()],
                id=workflow_id(MatterKind.TRANSFER, matter.id),
                task_queue=queue,
            )
            yield cast, matter, handle


def page_of(matter: Matter) -> str:
    return f"/viec/{matter.id}/ky"


async def opened(client: AsyncClient, matter: Matter, field: str = "principal", command_id: str = "") -> str:
    form = {"command_id": command_id or str(uuid4()), "phan": field}
    answer = await client.post(page_of(matter), data=form)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])
