"""One packet on its way to its store, until the store has answered; and a look now and then at what was forgotten."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
)
from temporalio.common import Priority, RetryPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities.submission.sending import SendPacket, SubmitActivities

    from workflows.queues import DATABASE_RETRY, DATABASE_TIMEOUT, HEARTBEAT_TIMEOUT, MAIN_QUEUE, SUBMIT_QUEUE

SEND_TIMEOUT = timedelta(minutes=3)
# The activity says itself how long to wait; this is for what it did not foresee. There is no last attempt: a packet is
# sent until it is answered, and a file that found its way ends the sending as well.
_RETRY = RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=15))
_SWEEP_EVERY = timedelta(minutes=10)


@dataclass(frozen=True)
class SubmissionInput:
    """A packet, and how urgent it is: 1 is sent first."""

    packet_id: str
    urgency: int = 3


def workflow_id(packet_id: str) -> str:
    return f"submission/{packet_id}"


def submission_options(packet_id: str) -> dict[str, Any]:
    """Under which id a packet's workflow is started, where it runs, and how it shows itself."""
    return {"id": workflow_id(packet_id), "task_queue": MAIN_QUEUE, "static_summary": "Gửi gói tin học bạ số"}


@workflow.defn
class SubmissionWorkflow:
    @workflow.run
    async def run(self, work: SubmissionInput) -> None:
        await workflow.execute_activity_method(
            SubmitActivities.send_packet,
            SendPacket(work.packet_id),
            task_queue=SUBMIT_QUEUE,
            start_to_close_timeout=SEND_TIMEOUT,
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
            retry_policy=_RETRY,
            priority=Priority(priority_key=work.urgency),
            summary="Gửi gói tin",
        )


@workflow.defn
class SubmissionSweepWorkflow:
    """Starts what should be under way and is not: the confirmation was kept, and then something died."""

    @workflow.run
    async def run(self) -> int:
        found = await workflow.execute_activity_method(
            SubmitActivities.list_forgotten,
            task_queue=SUBMIT_QUEUE,
            start_to_close_timeout=DATABASE_TIMEOUT,
            retry_policy=DATABASE_RETRY,
        )
        started = 0
        for each in found:
            try:
                await workflow.start_child_workflow(
                    SubmissionWorkflow.run,
                    SubmissionInput(each.packet_id, each.urgency),
                    id=workflow_id(each.packet_id),
                    id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                    parent_close_policy=ParentClosePolicy.ABANDON,
                )
                started += 1
            except WorkflowAlreadyStartedError:
                continue  # it waits for its store, which is as it should be
        return started


async def ensure_submission_schedule(client: Client) -> None:
    """Make the schedule if it is not there yet; one that is stays as an operator may have set it."""
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(
            SubmissionSweepWorkflow.run, id="submission-run/sweep", task_queue=MAIN_QUEUE
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=_SWEEP_EVERY)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=_SWEEP_EVERY),
    )
    try:
        await client.create_schedule("submission/sweep", schedule)
    except ScheduleAlreadyRunningError:
        return
