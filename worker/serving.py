"""One process that serves one queue or several, and ends when it is asked to. Any number of such processes may run."""

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from prometheus_client import REGISTRY
from temporalio.client import Client
from temporalio.worker import Worker

from activities.matter_papers import MatterPaperActivities
from activities.orders import OrderActivities
from activities.papers import BEAT_SECONDS, PaperPool
from config.builds import plugins_of
from config.places import objects_place
from config.process import collect_rarely
from config.settings import Settings
from config.temporal import connect
from domain.rules.book import use_rules_of
from interchange.national.codes import load_codes
from storage.campaigns import policies
from storage.database import Sessions, make_engine, make_sessions
from worker.gauges import Gauges
from worker.main import interceptors, main_worker, proof_worker, sign_worker
from worker.submission import make_submitting, submit_worker
from worker.trust import Grounds, make_grounds, make_trust
from workflows.mailing import ensure_mail_schedules
from workflows.nightly import ensure_night_schedule
from workflows.submission import ensure_submission_schedule
from workflows.upkeep import ensure_schedules
from workflows.workers import campaign_worker, matter_worker

WAITING_THREADS: Final = 16  # of what waits for somebody else's service most of its time
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Desk:
    """What the workers of a process share; the dear things are made for the first that needs them."""

    settings: Settings
    client: Client
    sessions: Sessions
    closing: ExitStack = field(default_factory=ExitStack)

    @cached_property
    def threads(self) -> ThreadPoolExecutor:
        return self.closing.enter_context(ThreadPoolExecutor(self.settings.worker_threads))

    @cached_property
    def waiting(self) -> ThreadPoolExecutor:
        return self.closing.enter_context(ThreadPoolExecutor(WAITING_THREADS))

    @cached_property
    def pool(self) -> PaperPool:
        """Rendering and signing, in as many processes as the machine has processors."""
        # Who asked for a crash within a batch names it by a heartbeat, so each batch has one.
        beat_every = 0.0 if self.settings.crash_file else BEAT_SECONDS
        place, processes = objects_place(self.settings), self.settings.paper_processes or os.cpu_count() or 1
        pool = PaperPool(place, self.settings.verify_url, processes, beat_every)
        self.closing.callback(pool.close)
        return pool

    @cached_property
    def grounds(self) -> Grounds:
        return make_grounds(self.settings, self.sessions)


async def _main(desk: Desk) -> Worker:
    with desk.sessions.begin() as session:
        policies.ensure_shipped(session)
    if desk.settings.metrics_port is not None:
        loop, folder = asyncio.get_running_loop(), desk.settings.var_dir
        REGISTRY.register(Gauges(desk.sessions, desk.client, loop, folder))
    return main_worker(desk.client, desk.sessions, desk.threads, desk.settings)


async def _matter(desk: Desk) -> Worker:
    used = interceptors(desk.settings)
    return matter_worker(desk.client, desk.sessions, desk.threads, used, desk.settings.recall_workdays)


async def _sign(desk: Desk) -> Worker:
    await asyncio.to_thread(desk.pool.warm_up)
    codes = load_codes(desk.settings.national_codes)
    orders = OrderActivities(desk.sessions, desk.pool, desk.grounds.preflight, codes)
    activities = orders, MatterPaperActivities(desk.sessions, desk.pool)
    return sign_worker(desk.client, activities, desk.threads, desk.settings)


async def _proof(desk: Desk) -> Worker:
    await ensure_schedules(desk.client)
    await ensure_mail_schedules(desk.client)
    trust = make_trust(desk.settings, desk.sessions, desk.pool, desk.grounds)
    return proof_worker(desk.client, desk.sessions, trust, desk.waiting, desk.settings)


async def _submit(desk: Desk) -> Worker:
    await ensure_submission_schedule(desk.client)
    submitting = make_submitting(desk.settings, desk.sessions)
    return submit_worker(desk.client, submitting, desk.waiting, desk.settings)


async def _campaign(desk: Desk) -> Worker:
    await ensure_night_schedule(desk.client)
    return campaign_worker(desk.client, desk.sessions, desk.waiting, interceptors(desk.settings))


# Workflows and short writes; steps of matters; papers; proofs and mail; packets to stores; rounds and nightly counts.
QUEUES: Final[Mapping[str, Callable[[Desk], Awaitable[Worker]]]] = {
    "main": _main,
    "matter": _matter,
    "sign": _sign,
    "proof": _proof,
    "submit": _submit,
    "campaign": _campaign,
}


async def serve(settings: Settings, queues: Sequence[str]) -> None:
    """Serve these queues until SIGTERM or SIGINT, which let running work finish before the process ends."""
    use_rules_of(settings.rules_dir)
    sessions = make_sessions(make_engine(settings.database_url, pool_size=settings.worker_threads))
    desk = Desk(settings, await connect(settings, plugins=plugins_of(settings.worker_build)), sessions)
    with desk.closing:
        workers = [await QUEUES[name](desk) for name in queues]
        await _until_stopped(workers, settings)


async def _until_stopped(workers: Sequence[Worker], settings: Settings) -> None:
    """Without a handler SIGTERM would be a hard death, and every cached workflow would wait for its sticky timeout."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    collect_rarely()
    async with AsyncExitStack() as running:
        for worker in workers:
            await running.enter_async_context(worker)
        if settings.ready_file is not None:
            settings.ready_file.touch()  # once, at the start
        await stop.wait()
        # Together: one after another, each could take its whole grace.
        await asyncio.gather(*(worker.shutdown() for worker in workers))
    _log.info("worker stopped")
