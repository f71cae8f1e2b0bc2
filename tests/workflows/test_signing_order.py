"""The workflow that prepares an order's papers."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.testing import WorkflowEnvironment

from activities.orders import PreparedOrder
from domain.errors import Incomplete
from tests.fakes import FakeDatabase, FakePapers
from tests.workflows.playing import workers
from workflows.queues import MAIN_QUEUE
from workflows.signing_order import SigningOrderWorkflow, order_workflow_id


async def prepare(environment: WorkflowEnvironment, papers: FakePapers, threads: ThreadPoolExecutor) -> PreparedOrder:
    order_id = str(uuid4())
    async with workers(environment.client, FakeDatabase(), papers, threads):
        return await environment.client.execute_workflow(
            SigningOrderWorkflow.run, order_id, id=order_workflow_id(order_id), task_queue=MAIN_QUEUE
        )


async def test_an_order_is_prepared(
    temporal_env: WorkflowEnvironment, papers: FakePapers, threads: ThreadPoolExecutor
) -> None:
    prepared = await prepare(temporal_env, papers, threads)
    assert papers.prepared == [prepared.order_id]


async def test_a_refused_preparation_is_not_tried_again(
    temporal_env: WorkflowEnvironment, papers: FakePapers, threads: ThreadPoolExecutor
) -> None:
    papers.refuses = Incomplete("Còn môn học chưa có mức đạt được.")
    with pytest.raises(WorkflowFailureError) as failed:
        await prepare(temporal_env, papers, threads)
    assert isinstance(failed.value.cause, ActivityError)
    assert isinstance(failed.value.cause.cause, ApplicationError)
    assert (failed.value.cause.cause.type, len(papers.prepared)) == ("Incomplete", 1)
