"""Playing a chore, with an activity that has nothing to do."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from activities.upkeep import Chore
from workflows.queues import MAIN_QUEUE, PROOF_QUEUE
from workflows.upkeep import UpkeepInput, UpkeepWorkflow


@activity.defn
def do_chore(_: Chore) -> int:
    return 1


@asynccontextmanager
async def upkeep_workers(client: Client, threads: ThreadPoolExecutor) -> AsyncIterator[None]:
    main = Worker(client, task_queue=MAIN_QUEUE, workflows=[UpkeepWorkflow])
    async with main, Worker(client, task_queue=PROOF_QUEUE, activities=[do_chore], activity_executor=threads):
        yield


async def upkeep(client: Client) -> dict[str, str]:
    """One chore, done."""
    handle = await client.start_workflow(
        UpkeepWorkflow.run, UpkeepInput(Chore.PROVE), id="upkeep-run/prove", task_queue=MAIN_QUEUE
    )
    await handle.result()
    return {"upkeep": (await handle.fetch_history()).to_json()}
