"""Starts what is done for a signing order beside any workflow: preparing its papers, carrying its confirmation."""

from datetime import timedelta
from typing import Final

from activities.carrying import Carry, CarryActivities
from activities.orders import OrderActivities
from domain.matters import workflow_id as matter_workflow_id
from storage.orders import LIFETIME
from storage.rebuilding import ConfirmedOrder
from temporalio.client import Client
from temporalio.common import ActivityIDConflictPolicy, ActivityIDReusePolicy
from temporalio.exceptions import ActivityAlreadyStartedError

from workflows.class_term import workflow_id
from workflows.queues import (
    CARRY_RETRY,
    CARRY_TIMEOUT,
    HEARTBEAT_TIMEOUT,
    PREPARE_RETRY,
    PREPARE_TIMEOUT,
    PROOF_QUEUE,
    SIGN_QUEUE,
)

# A dozen teachers one after the other, each with some minutes to confirm.
QUEUE_TIMEOUT: Final = timedelta(hours=2)
# Who asks again finds what is under way.
ONCE: Final = ActivityIDConflictPolicy.USE_EXISTING


def preparing_id(order_id: str) -> str:
    return f"signing-order/{order_id}"


def carrying_id(order_id: str) -> str:
    return f"carry-order/{order_id}"


async def start_preparing(
    client: Client, order_id: str, *, queues: bool, conflict: ActivityIDConflictPolicy = ONCE
) -> None:
    """Have an order's papers prepared; one that may have to queue behind other teachers' is tried for longer.

    Raises ActivityAlreadyStartedError once they are.
    """
    await client.start_activity_method(
        OrderActivities.prepare_order,
        args=[order_id],
        id=preparing_id(order_id),
        task_queue=SIGN_QUEUE,
        start_to_close_timeout=PREPARE_TIMEOUT,
        schedule_to_close_timeout=QUEUE_TIMEOUT if queues else LIFETIME,
        heartbeat_timeout=HEARTBEAT_TIMEOUT,
        retry_policy=PREPARE_RETRY,
        id_conflict_policy=conflict,
        id_reuse_policy=ActivityIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
        summary="Chuẩn bị văn bản để ký",
    )


async def start_carrying(
    client: Client, order_id: str, workflow_id: str, *, conflict: ActivityIDConflictPolicy = ONCE
) -> None:
    """Have a confirmed order carried to the workflow that its decision is for."""
    await client.start_activity_method(
        CarryActivities.carry_order,
        args=[Carry(order_id, workflow_id)],
        id=carrying_id(order_id),
        task_queue=PROOF_QUEUE,
        start_to_close_timeout=CARRY_TIMEOUT,
        heartbeat_timeout=HEARTBEAT_TIMEOUT,
        retry_policy=CARRY_RETRY,
        id_conflict_policy=conflict,
        id_reuse_policy=ActivityIDReusePolicy.ALLOW_DUPLICATE,
        summary="Chờ dịch vụ ký số và dấu thời gian",
    )


def target_of(order: ConfirmedOrder) -> str:
    """The workflow that an order's decision is for."""
    if order.matter is not None:
        return matter_workflow_id(*order.matter)
    if order.book is None:
        raise ValueError(order.order_id)
    school_year, class_id, term = order.book
    return workflow_id(school_year, str(class_id), term)


async def carry_unless_carried(client: Client, order: ConfirmedOrder) -> bool:
    """False where it is carried already."""
    conflict = ActivityIDConflictPolicy.FAIL
    try:
        await start_carrying(client, str(order.order_id), target_of(order), conflict=conflict)
    except ActivityAlreadyStartedError:
        return False
    return True
