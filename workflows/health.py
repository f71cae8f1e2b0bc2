"""How the engine stands, asked of Temporal itself, for whoever watches. No workflow calls this."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from activities.upkeep import Chore
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, DescribeWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from workflows.queues import CAMPAIGN_QUEUE, MAIN_QUEUE, MATTER_QUEUE, PROOF_QUEUE, SIGN_QUEUE, SUBMIT_QUEUE
from workflows.upkeep import schedule_id

_WORKFLOW, _ACTIVITY = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY
# What our workers poll, and what people call it.
QUEUES: Final = (
    (MAIN_QUEUE, "workflow", _WORKFLOW),
    *((queue, "activity", _ACTIVITY) for queue in (MAIN_QUEUE, SIGN_QUEUE, PROOF_QUEUE, MATTER_QUEUE, SUBMIT_QUEUE)),
    (CAMPAIGN_QUEUE, "activity", _ACTIVITY),
)
SCHEDULES: Final = (
    *map(schedule_id, Chore), "mail/minute", "mail/morning", "submission/sweep", "campaigns/nightly",
)  # fmt: skip
# A poll lasts a minute; the server remembers a dead worker for five.
POLLED: Final = timedelta(seconds=90)
# With the pauses of `workflows.queues` that is some minutes in.
MANY_ATTEMPTS: Final = 10
MOST_ASKED: Final = 5000
MOST_NAMED: Final = 100
_AT_ONCE: Final = 20
# The server says so after several failed workflow tasks in a row.
_FAILING: Final = 'ExecutionStatus = "Running" AND TemporalReportedProblems IS NOT NULL'
_RUNNING: Final = 'ExecutionStatus = "Running"'

Found = TypeVar("Found")


@dataclass(frozen=True)
class QueueState:
    """`kind` of task: workflow or activity; `age` is how long the first of the backlog waits."""

    queue: str
    kind: str
    pollers: int
    backlog: int
    age: timedelta


@dataclass(frozen=True)
class Labour:
    """An activity of a workflow that is tried again and again; `cause` is the type of its last failure."""

    workflow_id: str
    activity: str
    attempt: int
    cause: str


async def queues(client: Client, at: datetime) -> list[QueueState]:
    return [await _queue(client, queue, kind, code, at) for queue, kind, code in QUEUES]


async def _queue(client: Client, queue: str, kind: str, code: TaskQueueType.ValueType, at: datetime) -> QueueState:
    asked = DescribeTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=code, report_stats=True
    )
    found = await client.workflow_service.describe_task_queue(asked)
    alive = [each for each in found.pollers if at.timestamp() - each.last_access_time.seconds < POLLED.total_seconds()]
    stats = found.stats
    age = stats.approximate_backlog_age.ToTimedelta()
    return QueueState(queue, kind, len(alive), stats.approximate_backlog_count, age)


async def count_failing(client: Client) -> int:
    return (await client.count_workflows(_FAILING)).count


async def failing(client: Client) -> list[str]:
    """Ids of workflows whose tasks fail: code that raises, or that does not fit its history."""
    return [each.id async for each in client.list_workflows(_FAILING, limit=MOST_NAMED)]


async def labours(client: Client, attempts: int = MANY_ATTEMPTS) -> tuple[list[Labour], int]:
    """Activities at their tenth attempt or later, of running workflows; and how many workflows were looked at."""
    gate, found, asked = asyncio.Semaphore(_AT_ONCE), list[Labour](), 0
    async for page in _by(500, client.list_workflows(_RUNNING, limit=MOST_ASKED)):
        many = await asyncio.gather(*(_labours_of(client, each.id, gate) for each in page))
        found += [labour for labours_of_one in many for labour in labours_of_one if labour.attempt >= attempts]
        asked += len(page)
    return found, asked


async def _labours_of(client: Client, workflow_id: str, gate: asyncio.Semaphore) -> Iterable[Labour]:
    asked = DescribeWorkflowExecutionRequest(
        namespace=client.namespace, execution=WorkflowExecution(workflow_id=workflow_id)
    )
    async with gate:
        try:
            found = await client.workflow_service.describe_workflow_execution(asked)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:  # it has ended since it was listed
                return ()
            raise
    return [
        Labour(workflow_id, each.activity_type.name, each.attempt, each.last_failure.application_failure_info.type)
        for each in found.pending_activities
    ]


async def schedules(client: Client) -> dict[str, str]:
    """Schedules that do nothing, and why: missing or paused."""
    found: dict[str, str] = {}
    for name in SCHEDULES:
        try:
            described = await client.get_schedule_handle(name).describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            found[name] = "missing"
        else:
            if described.schedule.state.paused:
                found[name] = "paused"
    return found


async def _by(count: int, items: AsyncIterator[Found]) -> AsyncIterator[list[Found]]:
    page: list[Found] = []
    async for each in items:
        page.append(each)
        if len(page) == count:
            yield page
            page = []
    if page:
        yield page
