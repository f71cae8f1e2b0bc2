"""The two workers: wiring only. SIGTERM and SIGINT let running work finish before the process ends."""

import asyncio
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.worker import Interceptor, Worker

from activities.beating import BeatingInterceptor
from activities.carrying import CarryActivities
from activities.matter_papers import MatterPaperActivities
from activities.orders import OrderActivities
from activities.papers import BEAT_SECONDS, PaperPool
from activities.upkeep import UpkeepActivities
from config.builds import plugins_of
from config.process import collect_rarely
from config.settings import Settings
from config.temporal import connect
from domain.rules.book import use_rules_of
from interchange.national.codes import load_codes
from storage.campaigns import policies
from storage.database import Sessions, make_engine, make_sessions
from worker.crash import CrashInterceptor
from worker.mailing import make_mailing
from worker.submission import make_submitting, submit_worker
from worker.trust import Trust, make_trust
from workflows.mailing import ensure_mail_schedules
from workflows.nightly import ensure_night_schedule
from workflows.queues import MAIN_QUEUE, PROOF_QUEUE, SIGN_QUEUE
from workflows.submission import ensure_submission_schedule
from workflows.upkeep import ensure_schedules
from workflows.workers import LEAN, WORKFLOWS, campaign_worker, main_activities, matter_worker

# After a worker dies hard, its cached workflows wait this long before another takes over.
STICKY_TIMEOUT = timedelta(seconds=2)
GRACE = timedelta(seconds=20)
PROOF_THREADS = 16  # most of them wait for somebody else's service


async def run_main_worker(settings: Settings) -> None:
    """Workflows and database activities, until a signal asks to stop."""
    use_rules_of(settings.rules_dir)
    sessions = make_sessions(make_engine(settings.database_url, pool_size=settings.worker_threads))
    with sessions.begin() as session:
        policies.ensure_shipped(session)
    with ThreadPoolExecutor(settings.worker_threads) as threads:
        client = await connect(settings, plugins=plugins_of(settings.worker_build))
        worker = main_worker(client, sessions, threads, settings)
        async with matter_worker(client, sessions, threads, _interceptors(settings), settings.recall_workdays):
            await _until_stopped(worker, settings.ready_file)


async def run_sign_worker(settings: Settings) -> None:
    """Rendering and signing, in a pool of processes as large as the machine; proofs and upkeep on other threads."""
    use_rules_of(settings.rules_dir)
    sessions = make_sessions(make_engine(settings.database_url, pool_size=settings.worker_threads))
    # Who asked for a crash within a batch names it by a heartbeat, so each batch has one.
    beat_every = 0.0 if settings.crash_file else BEAT_SECONDS
    pool = PaperPool(settings.object_store, settings.verify_url, os.cpu_count() or 1, beat_every)
    trust = make_trust(settings, sessions, pool)
    client = await connect(settings, plugins=plugins_of(settings.worker_build))
    await ensure_schedules(client)
    await ensure_mail_schedules(client)
    await ensure_submission_schedule(client)
    await ensure_night_schedule(client)
    with ThreadPoolExecutor(settings.worker_threads) as threads, ThreadPoolExecutor(PROOF_THREADS) as others:
        await asyncio.to_thread(pool.warm_up)
        orders = OrderActivities(sessions, pool, trust.preflight, load_codes(settings.national_codes))
        signs = sign_worker(client, (orders, MatterPaperActivities(sessions, pool)), threads, settings)
        campaigns = campaign_worker(client, sessions, others, _interceptors(settings))
        submits = submit_worker(client, make_submitting(settings, sessions), others, settings)
        async with proof_worker(client, sessions, trust, others, settings), campaigns, submits:
            await _until_stopped(signs, settings.ready_file)
    pool.close()


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
        interceptors=_interceptors(settings),
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
        interceptors=_interceptors(settings),
        graceful_shutdown_timeout=GRACE,
    )


def proof_worker(
    client: Client, sessions: Sessions, trust: Trust, threads: ThreadPoolExecutor, settings: Settings
) -> Worker:
    carry = CarryActivities(sessions, client, trust.confirming, trust.proving)
    upkeep = UpkeepActivities(sessions, trust.keeper, trust.history, trust.preflight)
    mailing = make_mailing(settings, sessions)
    return Worker(
        client,
        task_queue=PROOF_QUEUE,
        activities=[
            carry.carry_order,
            upkeep.do_chore,
            mailing.gather_notices,
            mailing.send_mails,
            mailing.list_readers,
            mailing.queue_digests,
            trust.packages.pack_transfer,
            trust.packages.check_brought,
        ],
        activity_executor=threads,
        interceptors=[BeatingInterceptor(), *_interceptors(settings)],
        graceful_shutdown_timeout=GRACE,
    )


def _interceptors(settings: Settings) -> list[Interceptor]:
    return [CrashInterceptor(settings.crash_file)] if settings.demo and settings.crash_file else []


async def _until_stopped(worker: Worker, ready_file: Path | None) -> None:
    """Without a handler SIGTERM would be a hard death, and every cached workflow would wait for its sticky timeout."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    collect_rarely()
    async with worker:
        if ready_file is not None:
            ready_file.touch()  # noqa: ASYNC240  # once, at the start
        await stop.wait()
    sys.stderr.write("worker stopped\n")
