"""An installation on real servers and a state folder of its own; its workers and its web server run in this process."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import FastAPI
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment

from activities.upkeep import Chore, UpkeepActivities
from api.main import create_app, make_services
from api.services import Services as ServicesOfApi
from cli.rebuilding.beginning import take_up
from cli.services.services import Services, infrastructure, on_free_ports
from config.settings import Settings
from config.temporal import connect
from signing.authority import write_private
from storage.database import Sessions, make_engine, make_sessions
from storage.migrate import upgrade
from tests.signing.pki import Stage
from worker.main import proof_worker
from worker.serving import QUEUES, Desk
from worker.trust import Trust, make_trust
from workflows.schedules import ensure_every_schedule

THREADS = 8


@dataclass(frozen=True)
class Installation:
    settings: Settings
    sessions: Sessions
    client: Client
    app: FastAPI
    services: ServicesOfApi
    trust: Trust

    def publish(self) -> None:
        """What the schedules do each minute: prove what was signed, and put what was issued into the log."""
        trust = self.trust
        upkeep = UpkeepActivities(self.sessions, trust.keeper, trust.history, trust.preflight, trust.objects)
        for chore in (Chore.PROVE, Chore.PUBLISH):
            ActivityEnvironment().run(upkeep.do_chore, chore)


def settings_of(var_dir: Path, stage: Stage, roots: Path) -> Settings:
    """The authority is somewhere else, as it is in earnest."""
    if not roots.exists():
        write_private(roots, stage.authority.root.public_bytes(Encoding.PEM))
    base = on_free_ports(Settings(postgres_fast=True), var_dir)
    given = base.model_dump(include=base.model_fields_set) | {"worker_threads": THREADS, "paper_processes": 1}
    return Settings(**given | {"trust_file": roots, "tsa_url": f"{stage.url}/tsa"})


def servers(settings: Settings) -> Services:
    """Database and Temporal, neither of which waits for the disk."""
    found = infrastructure(settings)
    temporal = found.children["temporal"]
    hurried = tuple(word.replace("synchronous=full", "synchronous=off") for word in temporal.part.command)
    temporal.part = replace(temporal.part, command=hurried)
    return found


@asynccontextmanager
async def running(settings: Settings, say: Callable[[str], None] = print) -> AsyncIterator[Installation]:
    """As `hocba up` starts it: before anybody works, it is seen to it that Temporal knows what is under way."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(servers(settings))
        upgrade(settings.database_url)
        await take_up(settings, say)
        engine = make_engine(settings.database_url, pool_size=2 * THREADS)
        stack.callback(engine.dispose)
        desk = Desk(settings, await connect(settings), make_sessions(engine))
        stack.enter_context(desk.closing)
        await ensure_every_schedule(desk.client)
        services = await make_services(settings)
        trust = make_trust(settings, desk.sessions, desk.pool, desk.grounds)
        stack.callback(_close, desk, trust, services)
        # That of proofs with what is closed here, the others as their processes make them.
        others = [await begin(desk) for name, begin in QUEUES.items() if name != "proof"]
        proofs = proof_worker(desk.client, desk.sessions, trust, desk.waiting, settings)
        for worker in (*others, proofs):
            await stack.enter_async_context(worker)
        yield Installation(settings, desk.sessions, desk.client, create_app(services), services, trust)


def _close(desk: Desk, trust: Trust, services: ServicesOfApi) -> None:
    """What ends with the processes where these are processes."""
    desk.grounds.stamps.close()
    desk.grounds.preflight._revocation.close()
    trust.packages._apart.close()
    services.verifying._apart.close()
    services.sessions.kw["bind"].dispose()


def surroundings(settings: Settings) -> dict[str, str]:
    """What a command of the operator's is given."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HOCBA_")}
    given = settings.environment()
    del given["HOCBA_DATABASE_URL"]  # which would say that somebody else runs it
    return environment | given
