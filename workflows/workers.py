"""What is served from which queue, for the workers and for whoever runs some of them in one process."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from activities.beating import BeatingInterceptor
from activities.books import BookActivities
from activities.campaigns import CampaignActivities
from activities.corrections import CorrectionActivities
from activities.decisions import DecisionActivities
from activities.nightly import NightlyActivities
from activities.school_campaigns import SchoolCampaignActivities
from storage.corrections.deeds import WORKDAYS
from storage.database import Sessions
from temporalio.client import Client
from temporalio.worker import Interceptor, Worker

from workflows.campaign import CampaignWorkflow
from workflows.class_term import ClassTermWorkflow
from workflows.identity import IdentityWorkflow
from workflows.mailing import DailyDigestWorkflow, MailWorkflow
from workflows.nightly import NightlyWorkflow
from workflows.queues import CAMPAIGN_QUEUE, MATTER_QUEUE
from workflows.recall import RecallWorkflow
from workflows.school_campaign import SchoolCampaignWorkflow
from workflows.starting import TemporalEngine
from workflows.submission import SubmissionSweepWorkflow, SubmissionWorkflow
from workflows.unlock import UnlockWorkflow
from workflows.upkeep import UpkeepWorkflow

WORKFLOWS = [
    ClassTermWorkflow,
    CampaignWorkflow,
    SchoolCampaignWorkflow,
    NightlyWorkflow,
    SubmissionWorkflow,
    SubmissionSweepWorkflow,
    UpkeepWorkflow,
    MailWorkflow,
    DailyDigestWorkflow,
    UnlockWorkflow,
    RecallWorkflow,
    IdentityWorkflow,
]


def main_activities(decisions: DecisionActivities, schools: SchoolCampaignActivities) -> list[Callable[..., Any]]:
    """Short ones, done where the workflows run."""
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
    books, corrections = (
        BookActivities(sessions, TemporalEngine(client)),
        CorrectionActivities(sessions, recall_workdays),
    )
    return Worker(
        client,
        task_queue=MATTER_QUEUE,
        activities=[books.decide_in_book, *corrections.activities()],
        activity_executor=threads,
        interceptors=list(interceptors),
    )
