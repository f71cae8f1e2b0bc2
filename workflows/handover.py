"""A handover: people's steps one at a time, the minutes that they sign, and one timer that reminds.

Who may sign is data: nothing here has to happen at the moment when hands change.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.handovers import HandoverActivities
    from activities.refusals import refusal
    from domain.errors import Conflict, DomainError
    from domain.matters.handover_messages import HandoverRung, HandoverStep, OpenHandover
    from domain.matters.handovers import (
        Deed,
        HandoverStanding,
        HandoverState,
        TimedAlarm,
        next_alarm,
        next_turn,
        require,
    )

    from workflows.matter_signing import MatterSigning, PaperState
    from workflows.matter_work import refused_as_it_is
    from workflows.pending import current_command_id
    from workflows.queues import DATABASE_RETRY, DATABASE_TIMEOUT

SEEN_LIMIT = 200


@dataclass(frozen=True)
class HandoverRun:
    """Everything a handover carries over continue-as-new (a few KB)."""

    matter_id: str
    standing: HandoverStanding = field(default_factory=HandoverStanding)
    fired: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    paper: PaperState = field(default_factory=PaperState)


@workflow.defn
class HandoverWorkflow(MatterSigning):
    """Handlers carry people's steps to the database one at a time; `run` follows the alarms and the minutes."""

    @workflow.init
    def __init__(self, start: HandoverRun) -> None:
        self.state = start
        self.begin_signing(start.matter_id, start.paper)
        self.lock = asyncio.Lock()
        self.is_refused = self.continue_asked = False
        self.noted = len(self.signed)

    @workflow.run
    async def run(self, start: HandoverRun) -> str:  # noqa: ARG002  # taken by __init__
        await workflow.wait_condition(lambda: self.is_refused or bool(self.state.standing.state))
        while not (self.is_refused or self.state.standing.is_over):
            if self._may_continue_as_new():
                workflow.continue_as_new(replace(self.state, paper=self.paper_state()))
            elif len(self.signed) != self.noted:
                await self._note_signature()
            else:
                await self._wait()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.state.standing.state

    @workflow.signal(description="Chuyển sang lượt chạy mới (nâng cấp)")
    async def start_afresh(self) -> None:
        self.continue_asked = True

    @workflow.query(description="Việc bàn giao đang ở bước nào")
    def snapshot(self) -> HandoverRun:
        return replace(self.state, paper=self.paper_state())

    @workflow.update(description="Lập việc bàn giao")
    async def open(self, asked: OpenHandover) -> HandoverStanding:
        """The first message; refused, the workflow ends and nothing was opened."""
        try:
            return await self._do(HandoverActivities.open_handover, asked)
        except ApplicationError:
            self.is_refused = not self.state.standing.state
            raise

    @workflow.update(description="Người bàn giao xác nhận tình trạng công việc")
    async def confirm(self, step: HandoverStep) -> HandoverStanding:
        return await self._take(step)

    @workflow.update(description="Quyết định thay người bàn giao")
    async def override(self, step: HandoverStep) -> HandoverStanding:
        return await self._take(step)

    @workflow.update(description="Người nhận việc đồng ý")
    async def accept(self, step: HandoverStep) -> HandoverStanding:
        return await self._take(step)

    @workflow.update(description="Người được đề nghị từ chối")
    async def decline(self, step: HandoverStep) -> HandoverStanding:
        return await self._take(step)

    @workflow.update(description="Chọn người nhận việc khác")
    async def name_successor(self, step: HandoverStep) -> HandoverStanding:
        return await self._take(step)

    @workflow.update(description="Huỷ việc bàn giao")
    async def cancel(self, step: HandoverStep) -> HandoverStanding:
        return await self._take(step)

    @workflow.update(name="return", description="Trả lại việc vào thời điểm khác")
    async def give_back(self, step: HandoverStep) -> HandoverStanding:
        return await self._take(step)

    @workflow.update(description="Đã báo nơi cấp về chứng thư số")
    async def report(self, step: HandoverStep) -> HandoverStanding:
        return await self._take(step)

    @workflow.update(description="Lập biên bản không có chữ ký người bàn giao")
    async def without_giver(self, step: HandoverStep) -> HandoverStanding:
        return await self._take(step)

    @confirm.validator
    def check_confirm(self, step: HandoverStep) -> None:
        self._check(step, Deed.CONFIRM)

    @override.validator
    def check_override(self, step: HandoverStep) -> None:
        self._check(step, Deed.OVERRIDE)

    @accept.validator
    def check_accept(self, step: HandoverStep) -> None:
        self._check(step, Deed.ACCEPT)

    @decline.validator
    def check_decline(self, step: HandoverStep) -> None:
        self._check(step, Deed.DECLINE)

    @name_successor.validator
    def check_name_successor(self, step: HandoverStep) -> None:
        self._check(step, Deed.NAME_SUCCESSOR)

    @cancel.validator
    def check_cancel(self, step: HandoverStep) -> None:
        self._check(step, Deed.CANCEL)

    @give_back.validator
    def check_return(self, step: HandoverStep) -> None:
        self._check(step, Deed.RETURN)

    @report.validator
    def check_report(self, step: HandoverStep) -> None:
        self._check(step, Deed.REPORT)

    @without_giver.validator
    def check_without_giver(self, step: HandoverStep) -> None:
        self._check(step, Deed.WITHOUT_GIVER)

    def _check(self, step: HandoverStep, deed: Deed) -> None:
        """Refuse before history; a command that was answered already must get its answer again."""
        if current_command_id() in self.state.seen or not self.state.standing.state:
            return
        try:
            if step.deed is not deed or step.matter_id != self.state.matter_id:
                raise Conflict("Lệnh không đúng loại.")
            require(HandoverState(self.state.standing.state), deed)
        except DomainError as error:
            raise refusal(error) from error

    async def _take(self, step: HandoverStep) -> HandoverStanding:
        """Refused, a run that was begun for this step ends with it."""
        try:
            standing = await self._do(HandoverActivities.take_handover_step, step)
        except ApplicationError:
            self.is_refused = not self.state.standing.state
            raise
        self.state = replace(self.state, seen=(*self.state.seen, current_command_id())[-SEEN_LIMIT:])
        return standing

    async def _do(self, activity: Callable[..., HandoverStanding], message: Any) -> HandoverStanding:  # noqa: ANN401
        """One at a time; the refusal of a rule reaches the caller as it is."""
        async with self.lock:
            standing = await refused_as_it_is(self._execute(activity, message))
            self._stand(standing)
            return standing

    def _stand(self, standing: HandoverStanding) -> None:
        """Where the database says that it stands. A paper that became void is signed from the start again."""
        if standing.papers != self.state.standing.papers:
            self.forget_signatures()
            self.noted = 0
        self.state = replace(self.state, standing=standing)
        self._await_next()

    def _await_next(self) -> None:
        """At once after a signature: whoever comes next need not wait for the database to say so."""
        self.await_signatures(*next_turn([each for each in self.state.standing.unsigned if each not in self.signed]))

    async def _wait(self) -> None:
        """The one timer: until the next alarm, or until something changes."""
        standing = self.state.standing
        alarm = next_alarm(standing.alarms, self.state.fired)
        timeout = max(timedelta(0), alarm.at - workflow.now()) if alarm else None
        try:
            await workflow.wait_condition(
                lambda: self._is_changed(standing),
                timeout=timeout,
                timeout_summary=alarm.alarm.value if alarm else None,
            )
        except TimeoutError:
            if alarm is not None and not self._is_changed(standing):
                await self._ring(alarm)

    def _is_changed(self, standing: HandoverStanding) -> bool:
        return self.state.standing is not standing or len(self.signed) != self.noted or self._may_continue_as_new()

    async def _ring(self, alarm: TimedAlarm) -> None:
        self.state = replace(self.state, fired=(*self.state.fired, alarm.key))
        await self._do(HandoverActivities.ring_handover, HandoverRung(self.state.matter_id, workflow.now(), alarm))

    async def _note_signature(self) -> None:
        self.noted = len(self.signed)
        self._await_next()
        await self._do(HandoverActivities.ring_handover, HandoverRung(self.state.matter_id, workflow.now()))

    async def _execute(self, activity: Callable[..., HandoverStanding], message: Any) -> HandoverStanding:  # noqa: ANN401
        standing: HandoverStanding = await workflow.execute_activity_method(
            activity,
            message,
            start_to_close_timeout=DATABASE_TIMEOUT,
            retry_policy=DATABASE_RETRY,
        )
        return standing

    def _may_continue_as_new(self) -> bool:
        asked = self.continue_asked or workflow.info().is_continue_as_new_suggested()
        return asked and workflow.all_handlers_finished()
