"""What the workflows of corrections share: decisions one at a time, what class-terms are told, and one timer.

Where a matter stands is the database's: it follows what happens to its records in the transaction of that very step.
So a workflow holds nothing that would be lost with it. It ends when nobody has to be reminded any more, and whoever
decides something later starts it again.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.corrections import CorrectionActivities, MatterAlarm, StuckBook
    from domain.decisions import Action, BookDecision
    from domain.matters.corrections import Alarm, CorrectionCommand, CorrectionPlan

    from workflows.matter_work import in_database, refusal_of, refused_as_it_is, tell_book
    from workflows.pending import current_command_id


class Correcting:
    """`begin` in `__init__`, `follow` as the workflow's `run`."""

    def begin(self, matter_id: str) -> None:
        self.matter_id = matter_id
        self.lock = asyncio.Lock()
        self.is_stale = True
        self.state = ""

    async def follow(self) -> None:
        """Wait for the next alarm, or for people; end once there is neither."""
        plan = CorrectionPlan()
        while True:
            if self.is_stale:
                self.is_stale = False
                plan = await self._plan()
            elif not workflow.all_handlers_finished():
                await workflow.wait_condition(lambda: self.is_stale or workflow.all_handlers_finished())
            elif not plan.alarms:
                return
            else:
                await self._wait(min(plan.alarms, key=lambda each: each.at))

    @workflow.update(description="Quyết định về việc này")
    async def decide(self, command: CorrectionCommand) -> None:
        """One decision at a time. What class-terms have to do for it is done before it is answered."""
        command = replace(command, command_id=current_command_id(), at=workflow.now())
        async with self.lock:
            await refused_as_it_is(self._take(command))

    @workflow.signal(description="Làm tiếp việc dở dang")
    async def take_up(self) -> None:
        """Temporal's state was lost: what follows from the last decision may not have come to its end."""
        async with self.lock:
            await self._catch_up()

    async def _catch_up(self) -> None:
        """Class-terms answer a command that they have taken as they did; what they refuse stands in the diary."""
        try:
            await refusal_of(self._tell_all((await self._plan()).books))
        finally:
            self.is_stale = True

    async def _take(self, command: CorrectionCommand) -> None:
        await in_database(CorrectionActivities.take_correction, command)
        try:
            await self._tell_all((await self._plan()).books)
        finally:
            self.is_stale = True

    async def _tell_all(self, orders: Sequence[BookDecision]) -> None:
        """One after the other; raises the first refusal. What is opened has an order, and stops there; renewals have
        none, and all are told.
        """
        refused = None
        for order in orders:
            try:
                await self._tell(order)
            except ActivityError as error:
                if order.decision.action is not Action.RENEW or not workflow.patched("every book is told"):
                    raise
                refused = refused or error
        if refused is not None:
            raise refused

    async def _tell(self, order: BookDecision) -> None:
        """A class-term's refusal stands in the matter's diary, and is the answer."""
        try:
            await tell_book(order)
        except ActivityError as error:
            if isinstance(error.cause, ApplicationError):
                stuck = StuckBook(self.matter_id, order.command_id, error.cause.type or "")
                await in_database(CorrectionActivities.note_stuck, stuck)
            raise

    async def _wait(self, alarm: Alarm) -> None:
        timeout = max(timedelta(0), alarm.at - workflow.now())
        try:
            await workflow.wait_condition(lambda: self.is_stale, timeout=timeout, timeout_summary=alarm.key)
        except TimeoutError:
            await in_database(CorrectionActivities.note_alarm, MatterAlarm(self.matter_id, alarm))
            self.is_stale = True

    async def _plan(self) -> CorrectionPlan:
        plan: CorrectionPlan = await in_database(CorrectionActivities.plan_correction, self.matter_id)
        return plan
