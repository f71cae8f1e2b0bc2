"""What is served from which queue, for the workers and for whoever runs some of them in one process."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from activities.beating import BeatingInterceptor
from activities.books import BookActivities
from activities.campaigns import CampaignActivities
from activities.corrections import CorrectionActivities
from activities.decisions import DecisionActivities
from activities.handovers import HandoverActivities
from activities.nightly import NightlyActivities
from activities.school_campaigns import SchoolCampaignActivities
from activities.transfers import TransferActivities
from storage.corrections.deeds import WORKDAYS
from storage.database import Sessions
from temporalio.client import Client
from temporalio.converter import StorageDriverStoreContext
from temporalio.worker import Interceptor, Worker, WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from workflows.campaign import CampaignWorkflow
from workflows.class_term import ClassTermWorkflow
from workflows.handover import HandoverWorkflow
from workflows.mailing import DailyDigestWorkflow, MailWorkflow
from workflows.nightly import NightlyWorkflow
from workflows.pupil_papers import ExtractWorkflow, IdentityWorkflow
from workflows.queues import CAMPAIGN_QUEUE, MATTER_QUEUE
from workflows.recall import RecallWorkflow
from workflows.school_campaign import SchoolCampaignWorkflow
from workflows.starting import TemporalEngine
from workflows.submission import SubmissionSweepWorkflow, SubmissionWorkflow
from workflows.transfer import TransferWorkflow
from workflows.unlock import UnlockWorkflow
from workflows.upkeep import UpkeepWorkflow


class LeanRunner(SandboxedWorkflowRunner):
    """Does not ask a workflow, two times for each payload, whose payload it is: our converter and codec
    (`config.payloads`) make no difference, and nothing is kept outside the history. Each question entered the sandbox
    anew, which took a fifth of the time of a workflow task.
    """

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        instance = super().create_instance(det)
        instance.get_serialization_context = lambda command_info: None  # type: ignore[method-assign]  # noqa: ARG005
        nowhere = StorageDriverStoreContext()
        instance.get_external_store_context = lambda command_info: nowhere  # type: ignore[method-assign]  # noqa: ARG005
        return instance


# Thousands of workflows share one copy of their module: a copy for each took 8 ms and 74 KB. Where the tests play or
# replay single workflows they keep the copies, as these find what a module must not do.
LEAN = LeanRunner(SandboxRestrictions.default.with_passthrough_all_modules())

WORKFLOWS = [
    ClassTermWorkflow,
    CampaignWorkflow,
    SchoolCampaignWorkflow,
    HandoverWorkflow,
    NightlyWorkflow,
    SubmissionWorkflow,
    SubmissionSweepWorkflow,
    UpkeepWorkflow,
    MailWorkflow,
    DailyDigestWorkflow,
    TransferWorkflow,
    UnlockWorkflow,
    RecallWorkflow,
    IdentityWorkflow,
    ExtractWorkflow,
]


def main_activities(sessions: Sessions) -> list[Callable[..., Any]]:
    """Short ones, done where the workflows run."""
    decisions, schools = DecisionActivities(sessions), SchoolCampaignActivities(sessions)
    handovers = HandoverActivities(sessions)
    return [
        decisions.record_decision,
        decisions.note_deadline,
        decisions.load_book,
        schools.plan_school,
        schools.note_phase,
        schools.confirm_review,
        schools.note_training,
        schools.report_cases,
        schools.decide_case,
        schools.end_exception,
        handovers.open_handover,
        handovers.take_handover_step,
        handovers.ring_handover,
    ]


def campaign_worker(
    client: Client, sessions: Sessions, threads: ThreadPoolExecutor, interceptors: Sequence[Interceptor] = ()
) -> Worker:
    """The worker of campaigns: rounds through thousands of workflows, and what is counted at night."""
    engine = TemporalEngine(client)
    rounds, night = CampaignActivities(sessions, engine), NightlyActivities(sessions, engine)
    return Worker(
        client,
        task_queue=CAMPAIGN_QUEUE,
        activities=[
            rounds.start_schools,
            rounds.open_books,
            rounds.spread,
            rounds.close_schools,
            rounds.change_campaign,
            night.list_campaigns,
            night.count,
            night.reconcile,
        ],
        activity_executor=threads,
        interceptors=[BeatingInterceptor(), *interceptors],
    )


def matter_worker(
    client: Client,
    sessions: Sessions,
    threads: ThreadPoolExecutor,
    interceptors: Sequence[Interceptor] = (),
    recall_workdays: int = WORKDAYS,
) -> Worker:
    """The worker of matters: their steps in the database, and the decisions that they send to books."""
    books, transfers = BookActivities(sessions, TemporalEngine(client)), TransferActivities(sessions)
    corrections = CorrectionActivities(sessions, recall_workdays)
    return Worker(
        client,
        task_queue=MATTER_QUEUE,
        activities=[books.decide_in_book, *corrections.activities(), *transfers.activities()],
        activity_executor=threads,
        interceptors=list(interceptors),
    )
