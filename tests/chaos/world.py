"""A whole hocba in the storm: real servers under the real supervisor, a school, and services that can misbehave."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx
from aiohttp import web
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from cli.database import opened
from cli.demo_data import DemoSchool, load_school
from cli.services import child as children
from cli.services.child import Child
from cli.services.services import Services, everything, on_free_ports
from cli.supervisor import Patience, Supervisor
from config.settings import LOOPBACK, Settings
from domain.curriculum import PRINCIPAL
from interchange.sample_school import ExampleSet, generate
from interchange.staff import read_staff
from signing.authority import DevelopmentAuthority, IssuedKey
from storage import registration
from storage.tables import CertificateRow
from tests.chaos.clocks import Clocks
from tests.chaos.disk import Disk, Quota, SmallDisk, mounted, unmount
from tests.chaos.faults import PYTHON_PARTS
from tests.chaos.outside import E_SEAL, PHONE, SigningServices, Stamps, providers_file
from tests.ports import hold_port, port_of
from tests.signing.providers.csc_https import Site, Tls

# A part is started again at once, however often it dies.
UNSHAKEN = Patience(restarts=1_000_000, first_pause=0.1, longest_pause=0.1)
# Where other tests share the processors, a part may take minutes to be ready.
READY_SECONDS = 300.0
STATE_MEGABYTES = 1500
LOGS_KEPT = 60  # of each part: whoever was killed fifty times has said why fifty times
TSA_PATIENCE = 3.0


@dataclass(frozen=True)
class World:
    settings: Settings
    services: Services
    school: DemoSchool
    examples: ExampleSet
    stamps: Stamps
    signing: SigningServices
    disk: Disk
    clocks: Clocks

    @property
    def crash_file(self) -> Path:
        assert self.settings.crash_file
        return self.settings.crash_file


@asynccontextmanager
async def world(folder: Path, classes: tuple[str, ...], pupils: int, seed: int) -> AsyncIterator[World]:
    """Everything running in the state folder `folder`/state, which is a disk of its own where that may be."""
    children.LOGS_KEPT = LOGS_KEPT
    state, beside = folder / "state", folder / "beside"
    beside.mkdir(parents=True, exist_ok=True)
    examples = await asyncio.to_thread(generate, beside / "examples", classes, pupils, seed)
    async with AsyncExitStack() as stack:
        disk = stack.enter_context(_own_disk(state))
        settings = on_free_ports(Settings(demo=True), state)
        stamps = Stamps(f"{settings.pki_url}/tsa")
        signing = _services(settings, examples)
        settings = settings.model_copy(
            update={
                "crash_file": beside / "crash",  # not on the disk that will be full
                "tsa_url": await stack.enter_async_context(_served(stamps.app())),
                "tsa_timeout_s": TSA_PATIENCE,
                "key_providers": stack.enter_context(_sites(beside, signing)),
            }
        )
        clocks = Clocks(beside / "clocks", PYTHON_PARTS)
        services = _in_the_storm(everything(settings), clocks)
        await stack.enter_async_context(_supervised(services))
        school = await asyncio.to_thread(_load, settings, examples, signing)
        yield World(settings, services, school, examples, stamps, signing, disk, clocks)


@contextmanager
def _own_disk(state: Path) -> Iterator[Disk]:
    shutil.rmtree(state, ignore_errors=True)
    if not mounted(state, STATE_MEGABYTES):
        yield Quota(state / "run" / "signer.pid")
        return
    try:
        yield SmallDisk(state)
    finally:
        unmount(state)


@asynccontextmanager
async def _served(app: web.Application) -> AsyncIterator[str]:
    runner, held = web.AppRunner(app, access_log=None, shutdown_timeout=0.1), hold_port()
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, port_of(held)).start()
        yield f"http://{LOOPBACK}:{port_of(held)}/tsa"
    finally:
        await runner.cleanup()
        held.close()


@contextmanager
def _sites(folder: Path, signing: SigningServices) -> Iterator[Path]:
    tls, (phone, e_seal) = Tls.make(folder), signing.apps()
    with Site(phone, tls) as phone_site, Site(e_seal, tls) as seal_site:
        yield providers_file(folder, tls, phone_site, seal_site)


def _services(settings: Settings, examples: ExampleSet) -> SigningServices:
    authority = DevelopmentAuthority.open(settings.pki_dir, services_url=settings.pki_url)
    staff = read_staff(examples.staff)
    pid = next(job.personal_id for job in staff.assignments if job.slot == PRINCIPAL)
    name = next(row.full_name for row in staff.people if row.personal_id == pid)
    return SigningServices(
        authority.issue_person(name, pid), authority.issue_organisation(staff.school_name, staff.school_code)
    )


def _load(settings: Settings, examples: ExampleSet, signing: SigningServices) -> DemoSchool:
    """The demo school, but the keys of the principal and of the school are with the services."""
    school = load_school(settings, examples)
    with opened(settings.database_url) as sessions, sessions.begin() as session:
        account, school_id, now = school.accounts[PRINCIPAL], UUID(school.school_id), datetime.now(UTC)
        ids = registration.staff_ids(session, school_id, [account.personal_id])
        principal = _row(signing.principal, PHONE, signing.phone.user_id)
        principal.staff_id = ids[account.personal_id]
        seal = _row(signing.school, E_SEAL, signing.e_seal.credential_id)
        seal.school_id = school_id
        for row in (principal, seal):
            registration.add_certificate(session, row, now)
    return school


def _row(key: IssuedKey, provider: str, key_ref: str) -> CertificateRow:
    return CertificateRow(
        sha256=key.certificate.fingerprint(hashes.SHA256()).hex(),
        provider=provider,
        key_ref=key_ref,
        chain_pem="".join(each.public_bytes(Encoding.PEM).decode() for each in key.certificates),
        not_before=key.certificate.not_valid_before_utc,
        not_after=key.certificate.not_valid_after_utc,
    )


def _in_the_storm(services: Services, clocks: Clocks) -> Services:
    """The same parts, started by `tests.chaos.part` with clocks that can step."""
    for name in PYTHON_PARTS:
        child = services.children[name]
        words = list(child.part.command)
        at = words.index("-m")
        command = (*words[: at + 1], "tests.chaos.part", name, *words[at + 2 :])
        environment = {**child.part.environment, **clocks.environment(name)}
        services.children[name] = Child(
            replace(child.part, command=command, environment=environment, ready_seconds=READY_SECONDS),
            services.settings.var_dir,
        )
    return services


@asynccontextmanager
async def _supervised(services: Services) -> AsyncIterator[None]:
    """`hocba up`'s own supervisor keeps the parts alive; its end is everybody's."""
    ready = asyncio.Event()

    async def when_ready() -> None:
        ready.set()

    supervisor = Supervisor(services, patience=UNSHAKEN)
    serving = asyncio.create_task(supervisor.run(when_ready))
    waiting = asyncio.create_task(ready.wait())
    try:
        await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            serving.result()
        yield
    finally:
        waiting.cancel()
        supervisor.ask_to_stop()
        await serving


def client_of(world: World, timeout: float) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=world.settings.api_url, timeout=timeout, trust_env=False)
