"""A school's campaign on a clock that tests can turn: reminders, lateness, escalation, moves, review and cases."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import select, update
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment

from domain.calendar import day_of
from domain.campaigns.cases import CaseState
from domain.campaigns.messages import CaseDecision, ConfirmReview, ReportCases, SchoolRef
from domain.campaigns.phases import Cohort, Step
from domain.campaigns.workdays import SHIPPED_DAYS
from domain.submission.states import Approval
from domain.workdays import Workdays
from storage import journal
from storage.campaigns import decisions, running
from storage.campaigns.decisions import Move
from storage.database import Sessions
from storage.submission import approvals
from storage.submission.approvals import Verdict
from storage.tables import (
    CampaignPhase,
    CampaignSchool,
    CertificateRow,
    Enrolment,
    Notice,
    PhaseEvent,
    PupilRow,
    Staff,
)
from tests.workflows.campaigns.conftest import Season, make_season, season_workers
from workflows.queues import MAIN_QUEUE
from workflows.school_campaign import SchoolCampaignState, SchoolCampaignWorkflow, school_workflow_id

TODAY = day_of(datetime.now(UTC))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def turned(clock: WorkflowEnvironment, season_sessions: Sessions) -> AsyncIterator[Season]:
    """One season for all tests of this file, each with a school of its own."""
    async with season_workers(clock.client, season_sessions):
        season = make_season(season_sessions, clock.client, schools=6)
        with season_sessions.begin() as session:
            running.take_in(session, season.campaign_id, TODAY)
        yield season


class School:
    """One school's workflow, and what the database says of it."""

    def __init__(self, clock: WorkflowEnvironment, season: Season, position: int) -> None:
        self.clock, self.season, self.id = clock, season, season.schools[position]
        self.cast = season.classes[position]
        self.ref = SchoolRef(str(season.campaign_id), str(self.id))
        self.handle: WorkflowHandle[Any, Any]

    async def start(self) -> None:
        with self.clock.with_time_skipping_disabled():
            self.handle = await self.season.client.start_workflow(
                SchoolCampaignWorkflow.run,
                SchoolCampaignState(self.ref, "x", "2026-2027", self.season.grade),
                id=school_workflow_id("2026-2027", self.season.grade, str(self.id)),
                task_queue=MAIN_QUEUE,
            )
            await self.planned()

    async def planned(self) -> None:
        """Until the workflow has read the newest deadlines."""
        for _ in range(300):  # a query may cost a workflow task its ten seconds
            state = await self.handle.query(SchoolCampaignWorkflow.snapshot)
            if state.plan.alarms and state.plan.version >= self.newest:
                return
            await asyncio.sleep(0.1)
        raise TimeoutError

    newest = 1

    async def move(self, step: Step, due: date) -> None:
        move = Move(
            uuid4(), self.season.campaign_id, step, Cohort.ALL, due, "12/CV", "Dời vì bão.",
            self.season.head.staff_id, self.season.office, school_id=self.id,
        )  # fmt: skip
        with self.season.sessions.begin() as session:
            self.newest = decisions.decide(session, move, datetime.now(UTC)).version
        await self.handle.signal("deadlines_moved")
        await self.planned()

    async def forward(self, until: date) -> None:
        """To noon of that day in the workflow's own time."""
        now = await self.clock.get_current_time(self.handle)
        noon = datetime(until.year, until.month, until.day, 5, tzinfo=UTC)
        await self.clock.fast_forward(self.handle, noon - now)

    def events(self, step: Step) -> list[tuple[str, int]]:
        with self.season.sessions() as session:
            query = select(PhaseEvent.kind, PhaseEvent.days).where(
                PhaseEvent.school_id == self.id, PhaseEvent.step == step.value
            )
            return [(kind, days) for kind, days in session.execute(query.order_by(PhaseEvent.id))]

    def state(self, step: Step) -> str:
        with self.season.sessions() as session:
            query = select(CampaignPhase.state).where(
                CampaignPhase.school_id == self.id, CampaignPhase.step == step.value
            )
            return session.scalars(query).one()

    def told(self, staff_id: Any) -> int:  # noqa: ANN401
        with self.season.sessions() as session:
            query = select(Notice.id).where(Notice.staff_id == staff_id, Notice.kind == "campaign")
            return len(session.scalars(query).all())


def workday(count: int, since: date = TODAY) -> date:
    return Workdays(frozenset(day.day for day in SHIPPED_DAYS)).add(since, count)


async def test_before_at_and_after_the_deadline(clock: WorkflowEnvironment, turned: Season) -> None:
    school = School(clock, turned, 0)
    await school.start()
    due = workday(15)
    await school.move(Step.DATA_REVIEW, due)
    await school.forward(workday(3))
    assert school.events(Step.DATA_REVIEW) == []
    await school.forward(workday(10))
    assert school.events(Step.DATA_REVIEW) == [("reminder", 10), ("reminder", 5)]
    await school.forward(due)
    assert school.events(Step.DATA_REVIEW)[-1] == ("reminder", 1)
    assert school.state(Step.DATA_REVIEW) == "open"
    await school.forward(workday(16))
    assert [kind for kind, _ in school.events(Step.DATA_REVIEW)[3:]] == ["overdue", "escalation"]
    assert school.state(Step.DATA_REVIEW) == "late"
    assert school.told(school.cast.school.principal) == 1
    assert school.told(turned.head.staff_id) == 0
    await school.forward(workday(19))
    assert school.told(turned.head.staff_id) == 1, (
        "the office hears of it once that day, whatever the number of schools"
    )
    await school.handle.signal("close")


async def test_moved_later_then_earlier_and_twice(clock: WorkflowEnvironment, turned: Season) -> None:
    school = School(clock, turned, 1)
    await school.start()
    await school.move(Step.ISSUE, workday(4))
    await school.forward(workday(5))
    assert school.state(Step.ISSUE) == "late"
    await school.move(Step.ISSUE, workday(30))
    assert school.state(Step.ISSUE) == "open"
    await school.move(Step.ISSUE, workday(12))
    await school.forward(workday(14))
    assert school.state(Step.ISSUE) == "late"
    overdue = [kind for kind, _ in school.events(Step.ISSUE) if kind == "overdue"]
    assert len(overdue) == 2, "once for each deadline that passed; the one in between never came"
    await school.handle.signal("close")


async def test_a_deadline_moved_into_the_past_is_late_at_once_and_reminds_nobody(
    clock: WorkflowEnvironment, turned: Season
) -> None:
    school = School(clock, turned, 2)
    await school.start()
    await school.move(Step.TRAINING, TODAY - timedelta(days=20))
    for _ in range(100):
        if len(school.events(Step.TRAINING)) > 1:
            break
        await asyncio.sleep(0.05)
    assert school.state(Step.TRAINING) == "late"
    assert [kind for kind, _ in school.events(Step.TRAINING)] == ["overdue", "escalation"]
    await school.handle.signal("close")


def make_whole(school: School) -> None:
    """Certificates for everybody until the end, an approved one of the school, and a tested connection."""
    with school.season.sessions.begin() as session:
        until = datetime(2030, 1, 1, tzinfo=UTC)
        people = session.scalars(select(Staff.id).where(Staff.school_id == school.id)).all()
        owners = [{"staff_id": each} for each in people] + [{"school_id": school.id}]
        for owner in owners:
            certificate = CertificateRow(
                sha256=(uuid4().hex * 2), key_ref="k", chain_pem="", not_before=until - timedelta(days=2000),
                not_after=until, **owner,
            )  # fmt: skip
            session.add(certificate)
        now = datetime.now(UTC)
        session.get_one(CampaignSchool, (school.season.campaign_id, school.id)).connected_at = now
        session.flush()
        own = session.scalars(select(CertificateRow.id).where(CertificateRow.school_id == school.id)).one()
        approvals.ask(session, uuid4(), own, (school.id, school.cast.school.principal), now)
        head = school.season.head.staff_id
        approvals.decide(session, Verdict(uuid4(), own, Approval.APPROVED, school.season.office, head), now)


async def test_the_review_is_confirmed_when_it_is_whole_or_settled(clock: WorkflowEnvironment, turned: Season) -> None:
    school = School(clock, turned, 3)
    await school.start()
    confirm = ConfirmReview(school.ref, str(school.cast.school.principal))
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await school.handle.execute_update("confirm_review", confirm)
    assert "chưa có chứng thư số" in str(refused.value.cause)
    make_whole(school)
    enrolment = _without_id(school)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await school.handle.execute_update("confirm_review", confirm)
    assert "Còn 1 điểm chưa xong" in str(refused.value.cause)
    case = str(uuid4())
    await school.handle.execute_update(
        "report_cases",
        ReportCases(school.ref, str(school.cast.school.principal), str(_reason(school)), {case: enrolment}),
    )
    until = workday(20)
    decision = CaseDecision(
        school.ref,
        case,
        CaseState.EXCEPTED,
        str(turned.head.staff_id),
        str(_reason(school)),
        str(_reason(school, "7/QĐ")),
        until,
    )
    await school.handle.execute_update("decide_case", decision)
    await school.handle.execute_update("confirm_review", confirm)
    assert school.state(Step.DATA_REVIEW) == "excepted"
    await school.move(Step.DATA_REVIEW, workday(40))
    assert school.state(Step.DATA_REVIEW) == "excepted", "another deadline does not undo the exception"
    await school.forward(until + timedelta(days=1))
    assert school.state(Step.DATA_REVIEW) == "open", "the exception is over, and nobody has decided anew"
    assert school.events(Step.DATA_REVIEW)[-2:] == [("excepted", 0), ("reopened", 0)]
    await school.handle.signal("close")


async def test_an_exception_that_is_taken_back_takes_the_confirmation_with_it(
    clock: WorkflowEnvironment, turned: Season
) -> None:
    school = School(clock, turned, 4)
    await school.start()
    make_whole(school)
    case, head, why = str(uuid4()), str(turned.head.staff_id), str(_reason(school))
    reported = ReportCases(school.ref, str(school.cast.school.principal), why, {case: _without_id(school)})
    await school.handle.execute_update("report_cases", reported)
    ruling = CaseDecision(school.ref, case, CaseState.EXCEPTED, head, why, str(_reason(school, "7/QĐ")), workday(20))
    confirm = ConfirmReview(school.ref, str(school.cast.school.principal))
    await school.handle.execute_update("decide_case", ruling)
    await school.handle.execute_update("confirm_review", confirm)
    await school.handle.execute_update("decide_case", replace(ruling, state=CaseState.RETURNED, until=None))
    assert school.state(Step.DATA_REVIEW) == "open"
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await school.handle.execute_update("confirm_review", confirm)
    assert "Còn 1 điểm chưa xong" in str(refused.value.cause)
    await school.handle.execute_update("decide_case", ruling)
    await school.handle.execute_update("confirm_review", confirm)
    kinds = [kind for kind, _ in school.events(Step.DATA_REVIEW)]
    assert kinds == ["excepted", "reopened", "excepted"], "every step is on record, under one deadline too"
    await school.handle.signal("close")


def _without_id(school: School) -> str:
    with school.season.sessions.begin() as session:
        enrolment = session.scalars(select(Enrolment).where(Enrolment.class_id == school.cast.class_id)).first()
        assert enrolment is not None
        session.execute(update(PupilRow).where(PupilRow.id == enrolment.pupil_id).values(personal_id=""))
        return str(enrolment.id)


def _reason(school: School, text: str = "Chưa có giấy khai sinh.") -> Any:  # noqa: ANN401
    reason_id = uuid4()
    with school.season.sessions.begin() as session:
        journal.add_reason(session, reason_id, school.id, school.cast.school.principal, text)
    return reason_id
