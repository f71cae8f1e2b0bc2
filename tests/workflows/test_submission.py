"""A packet's workflow goes on until the packet is answered, on Temporal's own server."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.submission.sending import Forgotten, SendPacket
from workflows.queues import SUBMIT_QUEUE
from workflows.submission import SubmissionInput, SubmissionSweepWorkflow, SubmissionWorkflow, workflow_id


@dataclass
class FakeStore:
    """Not ready for as many attempts as it is told; the packets that it took."""

    busy: int = 0
    taken: list[str] = field(default_factory=list)
    forgotten: list[Forgotten] = field(default_factory=list)

    @activity.defn(name="send_packet")
    def send_packet(self, work: SendPacket) -> None:
        if self.busy:
            self.busy -= 1
            raise ApplicationError("NotReached", type="NotYet", next_retry_delay=timedelta(milliseconds=10))
        self.taken.append(work.packet_id)

    @activity.defn(name="list_forgotten")
    def list_forgotten(self) -> list[Forgotten]:
        return self.forgotten


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest_asyncio.fixture(loop_scope="session")
async def queue(temporal_env: WorkflowEnvironment, store: FakeStore, threads: ThreadPoolExecutor) -> AsyncIterator[str]:
    queue, client = f"submission-{uuid4()}", temporal_env.client
    workflows = Worker(
        client,
        task_queue=queue,
        workflows=[SubmissionWorkflow, SubmissionSweepWorkflow],
        max_cached_workflows=0,
    )
    sends = Worker(
        client,
        task_queue=SUBMIT_QUEUE,
        activities=[store.send_packet, store.list_forgotten],
        activity_executor=threads,
        max_concurrent_activities=4,
    )
    async with workflows, sends:
        yield queue


async def test_a_packet_is_sent_until_it_is_answered(
    temporal_env: WorkflowEnvironment, store: FakeStore, queue: str
) -> None:
    store.busy, packet_id = 3, str(uuid4())
    work = SubmissionInput(packet_id, 1)
    await temporal_env.client.execute_workflow(
        SubmissionWorkflow.run, work, id=workflow_id(packet_id), task_queue=queue
    )
    assert (store.taken, store.busy) == ([packet_id], 0)


async def test_the_sweep_starts_what_is_not_under_way(
    temporal_env: WorkflowEnvironment, store: FakeStore, queue: str
) -> None:
    client, lost, known = temporal_env.client, str(uuid4()), str(uuid4())
    waiting = await client.start_workflow(
        SubmissionWorkflow.run, SubmissionInput(known), id=workflow_id(known), task_queue=f"{queue}-nobody"
    )
    store.forgotten = [Forgotten(lost, 2), Forgotten(known, 3)]
    started = await client.execute_workflow(SubmissionSweepWorkflow.run, id=f"sweep-{uuid4()}", task_queue=queue)
    await client.get_workflow_handle(workflow_id(lost)).result()
    assert (started, store.taken) == (1, [lost])
    await waiting.terminate()
