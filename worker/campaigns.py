"""The worker of campaigns: rounds through thousands of workflows, and what is counted at night."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from temporalio.client import Client
from temporalio.worker import Interceptor, Worker

from activities.campaigns import CampaignActivities
from activities.nightly import NightlyActivities
from activities.school_campaigns import SchoolCampaignActivities
from storage.database import Sessions
from worker.beating import BeatingInterceptor
from workflows.queues import CAMPAIGN_QUEUE
from workflows.starting import TemporalEngine


def school_activities(schools: SchoolCampaignActivities) -> list[Callable[..., Any]]:
    """Short ones, done where the workflows run."""
    return [
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
