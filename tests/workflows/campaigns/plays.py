"""Playing the workflows of campaigns and submission on a clock that can be turned, for histories that must replay."""

from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.submission.sending import Forgotten
from domain.campaigns.alarms import PhaseAlarm
from domain.campaigns.cases import CaseState
from domain.campaigns.messages import (
    CampaignChange,
    CaseDecision,
    ConfirmReview,
    NoteTraining,
    ReportCases,
    SchoolPlan,
    SchoolRef,
    SpreadResult,
)
from domain.campaigns.phases import Cohort, Owner, Step
from domain.campaigns.states import CampaignState as Standing
from domain.campaigns.states import PhaseEventKind
from tests.workflows.playing import FAILURES
from workflows.campaign import CampaignState, CampaignWorkflow, campaign_workflow_id
from workflows.nightly import NightlyWorkflow
from workflows.queues import CAMPAIGN_QUEUE, MAIN_QUEUE, SUBMIT_QUEUE
from workflows.school_campaign import SchoolCampaignState, SchoolCampaignWorkflow, school_workflow_id
from workflows.submission import SubmissionSweepWorkflow, SubmissionWorkflow

WORKFLOWS = [CampaignWorkflow, SchoolCampaignWorkflow, NightlyWorkflow, SubmissionWorkflow, SubmissionSweepWorkflow]
SCHOOL = SchoolRef("campaign-1", "school-1")
YEAR, GRADE = "2026-2027", 1
Histories = dict[str, str]


def answering(name: str, answer: object = None) -> Callable[..., Any]:
    """An activity that has nothing to do."""

    @activity.defn(name=name)
    def act(_: Any = None) -> Any:  # noqa: ANN401
        return answer

    return act


def plan(start: datetime) -> SchoolPlan:
    """A review that is due in ten days, with a reminder before and a word to the authority after."""
    wanted = (
        (PhaseEventKind.REMINDER, -5, Owner.ADMIN),
        (PhaseEventKind.OVERDUE, 0, Owner.PRINCIPAL),
        (PhaseEventKind.ESCALATION, 2, Owner.AUTHORITY),
    )
    return SchoolPlan(1, tuple(
        PhaseAlarm(Step.DATA_REVIEW, Cohort.ALL, 1, kind, days, to, start + timedelta(days=10 + days))
        for kind, days, to in wanted
    ))  # fmt: skip


IN_SCHOOLS = ("note_phase", "confirm_review", "note_training", "report_cases", "decide_case", "end_exception")
ROUNDS = {
    "start_schools": 1, "open_books": 2, "spread": SpreadResult(1, 2, 0), "change_campaign": None, "close_schools": 1,
    "list_campaigns": ["campaign-1", "campaign-2"], "reconcile": 0, "count": None,
}  # fmt: skip
SENDING = {"send_packet": None, "list_forgotten": [Forgotten("packet-1", 1), Forgotten("packet-2", 3)]}


@asynccontextmanager
async def campaign_workers(client: Client, threads: ThreadPoolExecutor) -> AsyncIterator[None]:
    in_schools = [answering("plan_school", plan(datetime.now().astimezone())), *map(answering, IN_SCHOOLS)]
    main = Worker(
        client, task_queue=MAIN_QUEUE, workflows=WORKFLOWS, activities=in_schools,
        activity_executor=threads, max_cached_workflows=0, workflow_failure_exception_types=FAILURES,
    )  # fmt: skip
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(main)
        for queue, answers in ((CAMPAIGN_QUEUE, ROUNDS), (SUBMIT_QUEUE, SENDING)):
            others = [answering(name, answer) for name, answer in answers.items()]
            worker = Worker(client, task_queue=queue, activities=others, activity_executor=threads)
            await stack.enter_async_context(worker)
        yield


async def campaign(clock: WorkflowEnvironment) -> Histories:
    """Begun, told a decision twice and everything once, put under another plan, held, and closed."""
    state = CampaignState(SCHOOL.campaign_id, YEAR, GRADE, ("hk1", "year_end"))
    handle = await clock.client.start_workflow(
        CampaignWorkflow.run, state, id=campaign_workflow_id(YEAR, GRADE), task_queue=MAIN_QUEUE
    )
    for version in (1001, 1001, 0):
        await handle.execute_update("spread", version)
    for change in (
        CampaignChange(SCHOOL.campaign_id, policy_id="policy-1", policy_version=2),
        CampaignChange(SCHOOL.campaign_id, state=Standing.PAUSED.value),
    ):
        await handle.execute_update("change", change)
    await handle.signal(CampaignWorkflow.look_again)
    await handle.execute_update("change", CampaignChange(SCHOOL.campaign_id, Standing.CLOSED.value))
    await handle.result()
    return {"campaign": (await handle.fetch_history()).to_json()}


async def school(clock: WorkflowEnvironment) -> Histories:
    """Reminded, a case reported and excepted, late, told of the authority's move, confirmed, and closed."""
    state = SchoolCampaignState(SCHOOL, "79766999", YEAR, GRADE)
    with clock.with_time_skipping_disabled():
        handle = await clock.client.start_workflow(
            SchoolCampaignWorkflow.run, state, id=school_workflow_id(YEAR, GRADE, SCHOOL.school_id),
            task_queue=MAIN_QUEUE,
        )  # fmt: skip
        await handle.execute_update("note_training", NoteTraining(SCHOOL, "staff-1", _day(0)))
        reported = ReportCases(SCHOOL, "staff-1", "reason-1", {"case-1": "enrolment-1"})
        await handle.execute_update("report_cases", reported)
        await clock.fast_forward(handle, timedelta(days=6))
        excepted = CaseDecision(
            SCHOOL, "case-1", CaseState.EXCEPTED, "staff-9", "reason-2", "reason-3", until=_day(8)
        )  # fmt: skip
        await handle.execute_update("decide_case", excepted)
        await clock.fast_forward(handle, timedelta(days=5))
        await handle.signal(SchoolCampaignWorkflow.deadlines_moved)
        await handle.execute_update("confirm_review", ConfirmReview(SCHOOL, "staff-1"))
        await clock.fast_forward(handle, timedelta(days=5))
        await handle.signal(SchoolCampaignWorkflow.close)
        await handle.result()
    return {"school-campaign": (await handle.fetch_history()).to_json()}


async def night(clock: WorkflowEnvironment) -> Histories:
    handle = await clock.client.start_workflow(NightlyWorkflow.run, id="nightly-run", task_queue=MAIN_QUEUE)
    await handle.result()
    return {"night": (await handle.fetch_history()).to_json()}


async def submission(clock: WorkflowEnvironment) -> Histories:
    """A look at what was forgotten, and the packet that it sent on its way."""
    sweep = await clock.client.start_workflow(
        SubmissionSweepWorkflow.run, id="submission-run/sweep", task_queue=MAIN_QUEUE
    )
    await sweep.result()
    packet = clock.client.get_workflow_handle("submission/packet-1")
    await packet.result()
    return {
        "submission-sweep": (await sweep.fetch_history()).to_json(),
        "submission": (await packet.fetch_history()).to_json(),
    }


def _day(after: int) -> date:
    return (datetime.now().astimezone() + timedelta(days=after)).date()


PLAYS = (campaign, school, night, submission)
