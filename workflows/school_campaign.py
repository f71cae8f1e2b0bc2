"""A school in a campaign: one timer for all its phases, and the steps that wait for people: review, cases, training."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.school_campaigns import SchoolCampaignActivities
    from domain.calendar import end_of_day
    from domain.campaigns.alarms import PhaseAlarm, is_outrun, kept, next_alarm
    from domain.campaigns.cases import CaseState
    from domain.campaigns.messages import (
        CaseDecision,
        CaseEnded,
        ConfirmReview,
        NoteTraining,
        PhaseNote,
        PlanSchool,
        ReportCases,
        SchoolPlan,
        SchoolRef,
    )

    from workflows.queues import DATABASE_RETRY, DATABASE_TIMEOUT


def school_workflow_id(school_year: str, grade: int, school_id: str) -> str:
    return f"school-campaign/{school_year}/{grade}/{school_id}"


@dataclass(frozen=True)
class SchoolCampaignState:
    """Everything a school's campaign carries over continue-as-new (a plan of 50 alarms is under 10 KB)."""

    school: SchoolRef
    school_code: str
    school_year: str
    grade: int
    plan: SchoolPlan = field(default_factory=lambda: SchoolPlan(0, ()))
    fired: tuple[str, ...] = ()
    exceptions: dict[str, datetime] = field(default_factory=dict)  # case -> first instant after the exception

    @classmethod
    def begin(cls, campaign_id: str, school_id: str, code: str, school_year: str, grade: int) -> "SchoolCampaignState":
        return cls(SchoolRef(campaign_id, school_id), code, school_year, grade)


@workflow.defn
class SchoolCampaignWorkflow:
    """Handlers carry people's decisions to the database one at a time; `run` follows the plan of alarms."""

    @workflow.init
    def __init__(self, start: SchoolCampaignState) -> None:
        self.state = start
        self.lock = asyncio.Lock()
        self.is_stale = True
        self.is_closed = False
        self.continue_asked = False

    @workflow.run
    async def run(self, start: SchoolCampaignState) -> int:  # noqa: ARG002  # taken by __init__
        while not self.is_closed:
            if self.is_stale:
                await self._plan()
            elif self._may_continue_as_new():
                workflow.continue_as_new(self.state)
            else:
                await self._wait()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.state.plan.version

    @workflow.signal(description="Hạn đã đổi")
    async def deadlines_moved(self) -> None:
        self.is_stale = True

    @workflow.signal(description="Đóng đợt")
    async def close(self) -> None:
        self.is_closed = True

    @workflow.signal(description="Chuyển sang lượt chạy mới (nâng cấp)")
    async def start_afresh(self) -> None:
        self.continue_asked = True

    @workflow.query(description="Kế hoạch nhắc hạn và việc đang chờ")
    def snapshot(self) -> SchoolCampaignState:
        return self.state

    @workflow.update(description="Hiệu trưởng xác nhận dữ liệu đã rà soát xong")
    async def confirm_review(self, command: ConfirmReview) -> None:
        await self._do(SchoolCampaignActivities.confirm_review, replace(command, at=workflow.now()))

    @workflow.update(description="Ghi nhận đã tập huấn")
    async def note_training(self, command: NoteTraining) -> None:
        await self._do(SchoolCampaignActivities.note_training, command)

    @workflow.update(description="Báo học sinh chưa có số định danh")
    async def report_cases(self, command: ReportCases) -> None:
        await self._do(SchoolCampaignActivities.report_cases, replace(command, at=workflow.now()))

    @workflow.update(description="Cơ quan quản lý quyết định trường hợp riêng")
    async def decide_case(self, command: CaseDecision) -> None:
        await self._do(SchoolCampaignActivities.decide_case, replace(command, at=workflow.now()))
        exceptions = {case: until for case, until in self.state.exceptions.items() if case != command.case_id}
        if command.state is CaseState.EXCEPTED and command.until is not None:
            exceptions[command.case_id] = end_of_day(command.until)
        self.state = replace(self.state, exceptions=exceptions)

    async def _do(self, activity: Any, command: Any) -> None:  # noqa: ANN401
        """One decision at a time; the refusal of a rule reaches the caller as it is."""
        async with self.lock:
            try:
                await self._execute(activity, command)
            except ActivityError as error:
                if isinstance(error.cause, ApplicationError):
                    raise error.cause from error
                raise

    async def _plan(self) -> None:
        self.is_stale = False
        ask = PlanSchool(self.state.school, workflow.now())
        plan = await self._execute(SchoolCampaignActivities.plan_school, ask)
        if plan.version >= self.state.plan.version:
            self.state = replace(self.state, plan=plan, fired=kept(self.state.fired, plan.alarms))

    async def _wait(self) -> None:
        """The one timer: until the next alarm or the end of the next exception, or until something changes."""
        alarm = next_alarm(self.state.plan.alarms, self.state.fired)
        case = min(self.state.exceptions, key=lambda each: self.state.exceptions[each], default=None)
        until = min([*([alarm.at] if alarm else []), *self.state.exceptions.values()], default=None)
        exceptions = self.state.exceptions
        timeout = max(timedelta(0), until - workflow.now()) if until else None
        try:
            await workflow.wait_condition(
                lambda: self._is_changed() or self.state.exceptions != exceptions, timeout=timeout
            )
        except TimeoutError:
            if self._is_changed():
                return  # in this very moment: the alarm was the old deadline's
            if alarm is not None and alarm.at == until:
                await self._fire(alarm)
            elif case is not None:
                await self._end_exception(case)

    def _is_changed(self) -> bool:
        return self.is_stale or self.is_closed or self._may_continue_as_new()

    async def _fire(self, alarm: PhaseAlarm) -> None:
        now = workflow.now()
        self.state = replace(self.state, fired=(*self.state.fired, alarm.key))
        if not is_outrun(alarm, self.state.plan.alarms, now):
            await self._execute(SchoolCampaignActivities.note_phase, PhaseNote(self.state.school, alarm, now))

    async def _end_exception(self, case_id: str) -> None:
        exceptions = {each: until for each, until in self.state.exceptions.items() if each != case_id}
        self.state = replace(self.state, exceptions=exceptions)
        ended = CaseEnded(self.state.school, case_id, workflow.now())
        await self._execute(SchoolCampaignActivities.end_exception, ended)

    async def _execute(self, activity: Any, argument: Any) -> Any:  # noqa: ANN401
        return await workflow.execute_activity_method(
            activity,
            argument,
            start_to_close_timeout=DATABASE_TIMEOUT,
            retry_policy=DATABASE_RETRY,
        )

    def _may_continue_as_new(self) -> bool:
        asked = self.continue_asked or workflow.info().is_continue_as_new_suggested()
        return asked and workflow.all_handlers_finished()
