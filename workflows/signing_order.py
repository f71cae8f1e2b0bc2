"""Prepares the papers of one signing order; the person's confirmation then reaches the class-term as a decision."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.orders import OrderActivities, PreparedOrder

    from workflows.queues import HEARTBEAT_TIMEOUT, SIGN_QUEUE

# The person is waiting at the page: after these tries the order fails and its leases run out.
PREPARE_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=5)


def order_workflow_id(order_id: str) -> str:
    return f"signing-order/{order_id}"


@workflow.defn
class SigningOrderWorkflow:
    @workflow.run
    async def run(self, order_id: str) -> PreparedOrder:
        return await workflow.execute_activity_method(
            OrderActivities.prepare_order,
            order_id,
            task_queue=SIGN_QUEUE,
            start_to_close_timeout=timedelta(minutes=5),
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
            retry_policy=PREPARE_RETRY,
            summary="Chuẩn bị văn bản để ký",
        )
