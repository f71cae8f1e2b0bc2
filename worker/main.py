"""The workers of three queues: wiring only. Those of the others are in `workflows.workers` and `worker.submission`."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import Interceptor, Worker

from activities.beating import BeatingInterceptor
from activities.carrying import CarryActivities
from activities.forgotten import ForgottenOrders
from activities.matter_papers import MatterPaperActivities
from activities.orders import OrderActivities
from activities.upkeep import UpkeepActivities
from config.settings import Settings
from domain.retention import read_policy
from storage.database import Sessions
from worker.crash import CrashInterceptor
from worker.mailing import make_mailing
from worker.trust import Trust
from workflows.queues import MAIN_QUEUE, PROOF_QUEUE, SIGN_QUEUE
from workflows.starting import TemporalEngine
from workflows.workers import LEAN, WORKFLOWS, main_activities

# After a worker dies hard, its cached workflows wait this long before another takes over.
STICKY_TIMEOUT = timedelta(seconds=2)
GRACE = timedelta(seconds=20)


def main_worker(
    client: Client,
    sessions: Sessions,
    threads: ThreadPoolExecutor,
    settings: Settings,
) -> Worker:
    return Worker(
        client,
        task_queue=MAIN_QUEUE,
        workflows=WORKFLOWS,
        activities=main_activities(sessions),
        activity_executor=threads,
        max_concurrent_activities=settings.worker_threads,
        max_concurrent_local_activities=settings.worker_threads,
        max_cached_workflows=settings.workflow_cache,
        workflow_runner=LEAN,
        interceptors=interceptors(settings),
        sticky_queue_schedule_to_start_timeout=STICKY_TIMEOUT,
        graceful_shutdown_timeout=GRACE,
    )


def sign_worker(
    client: Client,
    activities: tuple[OrderActivities, MatterPaperActivities],
    threads: ThreadPoolExecutor,
    settings: Settings,
) -> Worker:
    orders, matters = activities
    return Worker(
        client,
        task_queue=SIGN_QUEUE,
        activities=[orders.prepare_order, orders.complete_order, matters.complete_matter_order],
        activity_executor=threads,
        max_concurrent_activities=settings.worker_threads,
        interceptors=interceptors(settings),
        graceful_shutdown_timeout=GRACE,
    )


def proof_worker(
    client: Client, sessions: Sessions, trust: Trust, threads: ThreadPoolExecutor, settings: Settings
) -> Worker:
    carry = CarryActivities(sessions, client, trust.confirming, trust.proving)
    forgotten = ForgottenOrders(sessions, TemporalEngine(client))
    policy = read_policy(settings.retention) if settings.retention else None
    upkeep = UpkeepActivities(sessions, trust.keeper, trust.history, trust.preflight, trust.objects, policy)
    mailing = make_mailing(settings, sessions)
    return Worker(
        client,
        task_queue=PROOF_QUEUE,
        activities=[
            carry.carry_order,
            forgotten.carry_forgotten,
            upkeep.do_chore,
            mailing.gather_notices,
            mailing.send_mails,
            mailing.list_readers,
            mailing.queue_digests,
            trust.packages.pack_transfer,
            trust.packages.check_brought,
        ],
        activity_executor=threads,
        interceptors=[BeatingInterceptor(), *interceptors(settings)],
        graceful_shutdown_timeout=GRACE,
    )


def interceptors(settings: Settings) -> list[Interceptor]:
    return [CrashInterceptor(settings.crash_file)] if settings.demo and settings.crash_file else []
