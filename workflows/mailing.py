"""Messages: what cannot wait, every minute; one message each morning for everybody with something to do."""

from dataclasses import dataclass
from datetime import timedelta

from temporalio import workflow
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
)
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.mailing import MailingActivities, Readers
    from domain.calendar import TIMEZONE, day_of

    from workflows.queues import HEARTBEAT_TIMEOUT, MAIN_QUEUE, PROOF_QUEUE

MORNING = (6, 30)
_RETRY = RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=5), maximum_attempts=10)
_SHORT = timedelta(minutes=5)


@workflow.defn
class MailWorkflow:
    """One look at what has to be told, and one at what is due to be sent."""

    @workflow.run
    async def run(self) -> int:
        await workflow.execute_activity_method(
            MailingActivities.gather_notices,
            task_queue=PROOF_QUEUE,
            start_to_close_timeout=_SHORT,
            retry_policy=_RETRY,
        )
        return await workflow.execute_activity_method(
            MailingActivities.send_mails,
            task_queue=PROOF_QUEUE,
            start_to_close_timeout=timedelta(hours=1),
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
            retry_policy=_RETRY,
        )


@dataclass(frozen=True)
class DigestInput:
    """A morning, and how far it came: filled in when a run with many people begins afresh."""

    day: str = ""
    after: str = ""
    queued: int = 0


@workflow.defn
class DailyDigestWorkflow:
    """Goes through the accounts page by page; only their ids pass through here."""

    @workflow.run
    async def run(self, work: DigestInput) -> int:
        day = work.day or day_of(workflow.now()).isoformat()
        after, queued = work.after, work.queued
        while page := await self._page(after):
            queued += await workflow.execute_activity_method(
                MailingActivities.queue_digests,
                Readers(day, tuple(page)),
                task_queue=PROOF_QUEUE,
                start_to_close_timeout=_SHORT,
                retry_policy=_RETRY,
            )
            after = page[-1]
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(DigestInput(day, after, queued))
        return queued

    async def _page(self, after: str) -> list[str]:
        return await workflow.execute_activity_method(
            MailingActivities.list_readers,
            after,
            task_queue=PROOF_QUEUE,
            start_to_close_timeout=_SHORT,
            retry_policy=_RETRY,
        )


async def ensure_mail_schedules(client: Client) -> None:
    """Make the schedules that are not there yet; those that are stay as an operator may have set them."""
    for name, schedule in (("mail/minute", _every_minute()), ("mail/morning", _every_morning())):
        try:
            await client.create_schedule(name, schedule)
        except ScheduleAlreadyRunningError:
            continue


def _every_minute() -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(MailWorkflow.run, id="mail-run/minute", task_queue=MAIN_QUEUE),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(minutes=1))]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(minutes=1)),
    )


def _every_morning() -> Schedule:
    hour, minute = MORNING
    at = ScheduleCalendarSpec(hour=[ScheduleRange(hour)], minute=[ScheduleRange(minute)])
    return Schedule(
        action=ScheduleActionStartWorkflow(
            DailyDigestWorkflow.run, DigestInput(), id="mail-run/morning", task_queue=MAIN_QUEUE
        ),
        spec=ScheduleSpec(calendars=[at], time_zone_name=str(TIMEZONE)),
        # A machine that was off in the morning still tells until noon; nobody wants yesterday's message.
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(hours=5)),
    )
