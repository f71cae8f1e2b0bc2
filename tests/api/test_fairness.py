"""One school's many orders delay no other school's: on Temporal's own server, with one place for all of them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextvars import copy_context
from datetime import timedelta
from uuid import UUID, uuid4

import pytest_asyncio
from temporalio import activity
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import ActivityHandle, Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from api.fairness import Fairness
from cli.services.temporal import FAIR
from cli.services.temporal_in_memory import temporal_server
from storage import scope

MANY = 60
BUSY, CALM = UUID(int=1), UUID(int=2)


@activity.defn
async def prepare(school: str) -> None:
    """Stands for a signing order that takes its while."""
    ORDER.append(school)
    await asyncio.sleep(0.005)


ORDER: list[str] = []


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def fair() -> AsyncIterator[WorkflowEnvironment]:
    async with temporal_server(arguments=FAIR) as environment:
        yield environment


def start(client: Client, queue: str, school: UUID) -> Awaitable[ActivityHandle[None]]:
    async def started() -> ActivityHandle[None]:
        return await client.start_activity(
            prepare, str(school), id=str(uuid4()), task_queue=queue, start_to_close_timeout=timedelta(seconds=30)
        )

    context = copy_context()
    context.run(scope.limit_to, school)
    return asyncio.get_running_loop().create_task(started(), context=context)


async def until_waiting(client: Client, queue: str, orders: int) -> None:
    """Until the server has put all of them in line: it answers a start before it has done so."""
    question = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        report_stats=True,
    )
    async with asyncio.timeout(30):
        while True:
            answer = await client.workflow_service.describe_task_queue(question)
            if answer.stats.approximate_backlog_count >= orders:
                return
            await asyncio.sleep(0.05)


async def places(client: Client) -> list[int]:
    """At which places the calm school's orders were done, that were asked for after all of the busy one's."""
    ORDER.clear()
    queue = f"fair-{uuid4()}"
    asked = [await start(client, queue, BUSY) for _ in range(MANY)] + [await start(client, queue, CALM) for _ in "abc"]
    await until_waiting(client, queue, len(asked))
    worker = Worker(client, task_queue=queue, activities=[prepare], max_concurrent_activities=1)
    async with worker:
        await asyncio.gather(*(handle.result() for handle in asked))
    return [at for at, school in enumerate(ORDER) if school == str(CALM)]


async def test_a_calm_school_is_served_in_turn(fair: WorkflowEnvironment) -> None:
    server = fair.client
    client = Client(
        server.service_client,
        namespace=server.namespace,
        data_converter=server.data_converter,
        interceptors=[Fairness()],
    )
    assert max(await places(client)) < 10


async def test_without_lines_it_would_wait_for_all_others(fair: WorkflowEnvironment) -> None:
    assert max(await places(fair.client)) > MANY // 2
