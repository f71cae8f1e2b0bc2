"""Each night, in the time of Vietnam: the day is counted, and workflows are compared with the database."""

from datetime import timedelta
from typing import Final

from temporalio import workflow
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
)
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.nightly import NightlyActivities
    from domain.calendar import TIMEZONE
    from domain.campaigns.messages import CampaignRef

    from workflows.queues import CAMPAIGN_QUEUE, HEARTBEAT_TIMEOUT, MAIN_QUEUE

NIGHT: Final = (0, 30)
_RETRY: Final = RetryPolicy(
    initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=5), maximum_attempts=10
)
_LONG: Final = timedelta(hours=2)


@workflow.defn
class NightlyWorkflow:
    """Campaigns one after the other; what one night could not do, the next one does."""

    @workflow.run
    async def run(self) -> int:
        campaigns = await workflow.execute_activity_method(
            NightlyActivities.list_campaigns,
            task_queue=CAMPAIGN_QUEUE,
            start_to_close_timeout=timedelta(minutes=1),
            retry_policy=_RETRY,
        )
        differed = await workflow.execute_activity_method(
            NightlyActivities.reconcile,
            task_queue=CAMPAIGN_QUEUE,
            start_to_close_timeout=_LONG,
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
            retry_policy=_RETRY,
            summary="Đối chiếu tiến trình với cơ sở dữ liệu",
        )
        for campaign_id in campaigns:
            await workflow.execute_activity_method(
                NightlyActivities.count,
                CampaignRef(campaign_id),
                task_queue=CAMPAIGN_QUEUE,
                start_to_close_timeout=_LONG,
                heartbeat_timeout=HEARTBEAT_TIMEOUT,
                retry_policy=_RETRY,
                summary="Đếm tiến độ trong ngày và dự báo",
            )
        return differed


async def ensure_night_schedule(client: Client) -> None:
    """Make it unless it is there; one that is stays as an operator may have set it."""
    hour, minute = NIGHT
    at = ScheduleCalendarSpec(hour=[ScheduleRange(hour)], minute=[ScheduleRange(minute)])
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(NightlyWorkflow.run, id="nightly-run", task_queue=MAIN_QUEUE),
        spec=ScheduleSpec(calendars=[at], time_zone_name=str(TIMEZONE)),
        # A machine that was off at midnight counts the day until noon: after that it would be another day's.
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(hours=11)),
    )
    try:
        await client.create_schedule("campaigns/nightly", schedule)
    except ScheduleAlreadyRunningError:
        return
