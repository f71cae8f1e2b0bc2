"""One class's term from entry to issue: updates decide, one loop acts, one timer watches the deadline."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.decisions import DeadlineNote, DecisionActivities
    from activities.orders import OrderActivities, OrderResult
    from activities.refusals import refusal
    from domain import lifecycle
    from domain.deadlines import Alarm, Deadline, Hook, next_alarm
    from domain.decisions import SIGNING_ACTIONS, Action, Decision, Failure
    from domain.errors import Conflict, DomainError
    from domain.record_states import MATTER
    from storage.projection import Projection

    from workflows.deciding import DecisionHandlers
    from workflows.messages import ClassTermState, Outcome, Snapshot, Waiting
    from workflows.pending import Pending, current_command_id
    from workflows.planning import Step, as_far_as_done, issue_id, issue_of, nothing_signed, plan_issue, plan_step
    from workflows.queues import DATABASE_RETRY, DATABASE_TIMEOUT, HEARTBEAT_TIMEOUT, SIGN_QUEUE, SIGN_RETRY
    from workflows.reading import current_details, search_attributes, snapshot_of, waiting_of, who_acts


def workflow_id(school_year: str, class_id: str, term: str) -> str:
    return f"class-term/{school_year}/{class_id}/{term}"


@workflow.defn
class ClassTermWorkflow(DecisionHandlers):
    """Handlers only queue decisions; `run` alone calls activities, in order, and every answer is durable."""

    @workflow.init
    def __init__(self, start: ClassTermState) -> None:
        self.state = start
        self.term = start.class_term()
        self.inbox: list[Pending] = []
        self.deadline_moved = self.noting = self.continue_asked = False

    @workflow.run
    async def run(self, start: ClassTermState) -> str:  # noqa: ARG002  # taken by __init__
        if self.state.resumed:
            await self._load()
        self._show()
        watch = asyncio.create_task(self._watch_deadline())
        while not self._is_over():
            await self._take_next()
            if self._is_over():
                # What a matter decides while the deadline is still being noted is taken, too.
                await workflow.wait_condition(self._deadline_is_noted)
        watch.cancel()
        self._refuse_the_rest()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return lifecycle.class_stage(self.term).value

    async def _take_next(self) -> None:
        await workflow.wait_condition(lambda: bool(self.inbox) or self._may_continue_as_new())
        if not self.inbox:
            workflow.continue_as_new(self.state)
        await self._act(self.inbox[0])
        self.inbox.pop(0)
        await self._issue_sealed()
        self._show()

    @workflow.update(description="Đổi hạn")
    async def set_deadline(self, deadline: Deadline) -> int:
        """Move the deadline; an older policy version changes nothing. Returns the version in force."""
        return self._move(deadline)

    @workflow.signal(description="Cơ quan quản lý dời hạn")
    async def move_deadline(self, deadline: Deadline) -> None:
        """The same as `set_deadline`, for when nobody can wait for the answer."""
        self._move(deadline)

    @workflow.signal(description="Chuyển sang lượt chạy mới (nâng cấp)")
    async def start_afresh(self) -> None:
        self.continue_asked = True

    @workflow.query(description="Trạng thái từng hồ sơ")
    def snapshot(self) -> Snapshot:
        return snapshot_of(self.state, self.term, workflow.now())

    @workflow.query(description="Ai đang được chờ")
    def waiting(self) -> list[Waiting]:
        return waiting_of(self.term)

    async def _load(self) -> None:
        """A book that was over is taken up again: what was projected is what is so, nobody else writes it."""
        found = await workflow.execute_activity_method(
            DecisionActivities.load_book,
            self.state.class_term_id,
            start_to_close_timeout=DATABASE_TIMEOUT,
            retry_policy=DATABASE_RETRY,
            summary="Đọc lại sổ",
        )
        self.state = self.state.loaded(found)
        self.term = self.state.class_term()

    def _is_over(self) -> bool:
        """What matters decide (a recall, a pupil who comes late) may take up what is finished again."""
        return lifecycle.finished(self.term) and all(each.decision.slot != MATTER for each in self.inbox)

    def _move(self, deadline: Deadline) -> int:
        if deadline.policy_version > self.state.deadline.policy_version:
            self.state, self.deadline_moved = replace(self.state, deadline=deadline, fired=()), True
        return self.state.deadline.policy_version

    def _check(self, decision: Decision, action: Action) -> None:
        """Refuse before history; a command that was already answered must get its old answer again."""
        if self.state.resumed or current_command_id() in self.state.seen:
            return
        try:
            if decision.action is not action:
                raise Conflict("Lệnh không đúng loại.")
            lifecycle.plan(self.term, decision)
        except DomainError as error:
            raise refusal(error) from error

    async def _decide(self, decision: Decision) -> Outcome:
        command_id = current_command_id()
        if command_id in self.state.seen:
            return self.state.seen[command_id]
        pending = Pending(command_id, decision)
        self.inbox.append(pending)
        await workflow.wait_condition(pending.is_settled)
        if pending.outcome is None:
            raise pending.error or refusal(Conflict("Lệnh không được thực hiện."))
        return pending.outcome

    async def _act(self, pending: Pending) -> None:
        """Carry one decision out. The state may have moved since it was accepted, so it is planned again."""
        if pending.command_id in self.state.seen:  # which a resumed book has read only now
            pending.outcome = self.state.seen[pending.command_id]
            return
        try:
            pending.outcome = await self._carry_out(pending.command_id, pending.decision)
        except DomainError as error:
            pending.error = refusal(error)
        except ApplicationError as error:
            pending.error = error
        except ActivityError as error:
            if not isinstance(error.cause, ApplicationError):
                raise  # cancelled: the whole class-term is being stopped
            pending.error = error.cause

    async def _carry_out(self, command_id: str, decision: Decision) -> Outcome:
        """Project a decision; one that signs is projected with its last signature, or as far as papers were signed."""
        step = self._plan(command_id, decision)
        failed: tuple[Failure, ...] = ()
        if decision.action in SIGNING_ACTIONS:
            issue = plan_issue(self.state, step)
            result = await self._complete_order(step.work, issue.work if issue else None)
            if result.recorded:
                return self._take_effect(step, result.failed, issue if result.issued else None)
            step, failed = self._plan(command_id, as_far_as_done(decision, result)), result.failed
        await self._record(step.work)
        return self._take_effect(step, failed)

    def _plan(self, command_id: str, decision: Decision) -> Step:
        return plan_step(self.state, self.term, command_id, decision, workflow.now())

    async def _complete_order(self, work: Projection, issue: Projection | None) -> OrderResult:
        """Embed the signatures of a signing order."""
        decision = work.decision
        result = await workflow.execute_activity_method(
            OrderActivities.complete_order,
            args=[work, issue],
            task_queue=SIGN_QUEUE,
            start_to_close_timeout=timedelta(minutes=10),
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
            retry_policy=SIGN_RETRY,
            summary=f"Ghép chữ ký: {who_acts(decision)}, {len(decision.record_ids)} hồ sơ",
        )
        if not result.done:
            raise nothing_signed(result)
        return result

    async def _record(self, work: Projection) -> None:
        await workflow.execute_activity_method(
            DecisionActivities.record_decision,
            work,
            start_to_close_timeout=DATABASE_TIMEOUT,
            retry_policy=DATABASE_RETRY,
            summary=f"{work.decision.action.value}: {who_acts(work.decision)}, {len(work.changes)} hồ sơ",
        )

    def _take_effect(self, step: Step, failed: tuple[Failure, ...] = (), then: Step | None = None) -> Outcome:
        """What was projected becomes the state; the answer is kept for a resent command, and tells of what followed."""
        work, last = step.work, then or step
        outcome = Outcome(work.seq, work.decision.record_ids, failed, last.work.class_stage.value)
        self.term = step.term
        self.state = self.state.after(step.term, work.command_id, outcome)
        if then is not None:
            self._take_effect(then)
        return outcome

    async def _issue_sealed(self) -> None:
        """What bears the seal and was not issued with it: its class's papers could not all be sealed."""
        sealed = lifecycle.to_issue(self.term)
        if sealed:
            await self._carry_out(issue_id(self.state.class_term_id, self.state.seq), issue_of(sealed))

    async def _watch_deadline(self) -> None:
        """The one timer of this workflow: waits for the next hook, or for the deadline to move."""
        while True:
            if self.deadline_moved:
                self.deadline_moved = False
                await self._note(None)
                self._show()
                continue
            alarm = next_alarm(self.state.deadline, self.state.fired)
            timeout = max(timedelta(0), alarm.at - workflow.now()) if alarm else None
            try:
                await workflow.wait_condition(
                    lambda: self.deadline_moved, timeout=timeout, timeout_summary=alarm.hook.value if alarm else None
                )
            except TimeoutError:
                if not self.deadline_moved:  # moved in this very moment: the alarm was the old deadline's
                    await self._fire(alarm)

    async def _fire(self, alarm: Alarm | None) -> None:
        if alarm is None:
            return
        self.state = replace(self.state, fired=(*self.state.fired, alarm.hook))
        await self._note(alarm.hook)
        self._show()

    async def _note(self, hook: Hook | None) -> None:
        """In the workflow's own task: a deadline moves, or comes, for thousands of books at once."""
        deadline, self.noting = self.state.deadline, True
        local = workflow.patched("deadline-noted-in-own-task")
        execute = workflow.execute_local_activity_method if local else workflow.execute_activity_method
        await execute(
            DecisionActivities.note_deadline,
            DeadlineNote(self.state.class_term_id, deadline.policy_version, deadline.due_at, hook),
            start_to_close_timeout=DATABASE_TIMEOUT,
            retry_policy=DATABASE_RETRY,
            summary=hook.value if hook else "Đổi hạn",
        )
        self.noting = False

    def _deadline_is_noted(self) -> bool:
        return not (self.deadline_moved or self.noting)

    def _may_continue_as_new(self) -> bool:
        asked = self.continue_asked or workflow.info().is_continue_as_new_suggested()
        # What is under way for the deadline would be lost with this run.
        return asked and workflow.all_handlers_finished() and self._deadline_is_noted()

    def _refuse_the_rest(self) -> None:
        for pending in self.inbox:
            pending.error = refusal(Conflict("Sổ của lớp đã phát hành xong."))

    def _show(self) -> None:
        """Keep Temporal's UI and search in step; unchanged attributes cost no event."""
        workflow.set_current_details(current_details(self.state, self.term))
        updates = search_attributes(self.state, self.term, workflow.info().typed_search_attributes)
        if updates:
            workflow.upsert_search_attributes(updates)
