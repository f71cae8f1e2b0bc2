"""A city's campaign: starts its schools and their books, spreads every move of a deadline, and closes."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.campaigns import CampaignActivities
    from domain.campaigns.messages import CampaignChange, CampaignRef, OpenBooks, Spread
    from domain.campaigns.states import CampaignState as Standing

    from workflows.queues import CAMPAIGN_QUEUE, DATABASE_RETRY, HEARTBEAT_TIMEOUT

_LONG = timedelta(hours=2)
_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))


def campaign_workflow_id(school_year: str, grade: int) -> str:
    return f"campaign/{school_year}/{grade}"


@dataclass(frozen=True)
class CampaignState:
    """What a campaign carries over continue-as-new. `spread`: the newest decision that every workflow knows."""

    campaign_id: str
    school_year: str
    grade: int
    terms: tuple[str, ...]  # whose books it opens, with those that have begun
    spread: int = 0
    waiting: tuple[int, ...] = ()
    has_begun: bool = False


@workflow.defn
class CampaignWorkflow:
    """Updates only note what is to be done; `run` alone tells thousands of workflows, one round after another."""

    @workflow.init
    def __init__(self, start: CampaignState) -> None:
        self.state = start
        self.looks_again = not start.has_begun
        self.is_closed = False

    @workflow.run
    async def run(self, start: CampaignState) -> int:  # noqa: ARG002  # taken by __init__
        while not self.is_closed:
            if self.looks_again:
                await self._take_in_schools()
            elif self.state.waiting:
                await self._spread()
            elif self._may_continue_as_new():
                workflow.continue_as_new(self.state)
            else:
                await workflow.wait_condition(self._has_work)
        await self._bulk(CampaignActivities.close_schools, CampaignRef(self.state.campaign_id))
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.state.spread

    @workflow.update(description="Báo cho mọi trường và lớp một quyết định dời hạn")
    async def spread(self, version: int) -> int:
        """Version 0 tells all deadlines anew; a decision that was told is not told again. Returns the newest told.

        A smaller number may come later than a larger one, and is told as well: it may be another school's.
        """
        self.state = replace(self.state, waiting=tuple(sorted({*self.state.waiting, version})))
        return self.state.spread

    @workflow.update(description="Tạm dừng, tiếp tục, đóng, hoặc đổi kế hoạch")
    async def change(self, change: CampaignChange) -> None:
        """The database takes the change first; what follows from it is the loop's."""
        try:
            await self._quick(CampaignActivities.change_campaign, change)
        except ActivityError as error:
            if isinstance(error.cause, ApplicationError):
                raise error.cause from error
            raise
        if change.policy_id:
            self.state = replace(self.state, waiting=tuple(sorted({*self.state.waiting, 0})))
        self.is_closed = self.is_closed or change.state == Standing.CLOSED.value

    @workflow.signal(description="Nhận trường và lớp mới")
    async def look_again(self) -> None:
        self.looks_again = True

    @workflow.query(description="Đã báo đến quyết định số mấy")
    def snapshot(self) -> CampaignState:
        return self.state

    async def _take_in_schools(self) -> None:
        self.looks_again = False
        campaign_id = self.state.campaign_id
        await self._bulk(CampaignActivities.start_schools, CampaignRef(campaign_id))
        await self._bulk(CampaignActivities.open_books, OpenBooks(campaign_id, self.state.terms))
        self.state = replace(self.state, has_begun=True)

    async def _spread(self) -> None:
        """The oldest first. Several that came meanwhile follow one by one, so each has its own count and time."""
        version, *waiting = self.state.waiting
        # What is asked for while a round is under way gets a round of its own.
        self.state = replace(self.state, waiting=tuple(waiting))
        await self._bulk(CampaignActivities.spread, Spread(self.state.campaign_id, version))
        self.state = replace(self.state, spread=max(self.state.spread, version))

    def _has_work(self) -> bool:
        return self.is_closed or self.looks_again or bool(self.state.waiting) or self._may_continue_as_new()

    async def _bulk(self, activity: Any, argument: Any) -> Any:  # noqa: ANN401
        """Thousands of workflows; taken up where it stopped when its worker dies."""
        return await workflow.execute_activity_method(
            activity,
            argument,
            task_queue=CAMPAIGN_QUEUE,
            start_to_close_timeout=_LONG,
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
            retry_policy=_RETRY,
        )

    async def _quick(self, activity: Any, argument: Any) -> Any:  # noqa: ANN401
        return await workflow.execute_activity_method(
            activity,
            argument,
            task_queue=CAMPAIGN_QUEUE,
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=DATABASE_RETRY,
        )

    def _may_continue_as_new(self) -> bool:
        return workflow.info().is_continue_as_new_suggested() and workflow.all_handlers_finished()
