"""Secrets stay where they were put: not in a process list, a log, an error, a page or a traceback of real processes."""

import asyncio
import os
import re
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import psutil
import psycopg
import pytest
import pytest_asyncio
import typer
from httpx import AsyncClient, Response
from sqlalchemy import make_url
from temporalio.testing import WorkflowEnvironment
from typer.core import TyperGroup

from api.main import make_entrance
from cli.demo_data import PASSPHRASE, PASSWORD
from cli.main import app
from cli.services.services import Services, http_part, python_part
from config.settings import PROJECT, Settings
from signing.providers.configured import configured_providers
from signing.vault import BYTES, FILE, Vault
from storage.database import make_engine, make_sessions
from tests.database import migrated_database
from tests.ports import hold_port, port_of

# Codes of schools, public keys, a token's label, and files that hold a secret.
NOT_SECRET = {
    "verify log_key", "cosign key", "cosign log_key", "school merge from_code", "school merge to_code",
    "token-bridge key", "token-bridge access", "history-key use key_id", "history-key drop key_id",
}  # fmt: skip
# What an operator configures, and what people type or hold.
CONFIGURED = ("database", "mail", "sign-on", "remote", "key")
TYPED = ("password", "passphrase", "session", "token", "code")


def planted(what: str) -> str:
    return f"planted-{what}-{uuid4().hex}"[:BYTES]


@dataclass(frozen=True)
class Secrets:
    """By what they are for; `shown` finds any of them, as it is or as programs write bytes."""

    values: dict[str, str]

    def __getitem__(self, what: str) -> str:
        return self.values[what]

    def shown(self, text: str) -> list[str]:
        return [what for what, value in self.values.items() if value in text or value.encode().hex() in text.lower()]


@pytest.fixture(scope="module")
def secrets() -> Secrets:
    return Secrets({what: planted(what) for what in (*CONFIGURED, *TYPED)})


@pytest.fixture(scope="module")
def address(postgres_url: str, secrets: Secrets) -> str:
    """A database of its own, asked for with a password that its server does not look at."""
    url = make_url(migrated_database(postgres_url, "secrets"))
    return url.set(password=secrets["database"]).render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def settings(
    address: str, temporal_env: WorkflowEnvironment, secrets: Secrets, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    var_dir = tmp_path_factory.mktemp("kept") / "var"
    folder = var_dir / "secrets"
    folder.mkdir(parents=True)
    (folder / "hocba_smtp_password").write_text(secrets["mail"])
    (folder / "hocba_oidc_client_secret").write_text(secrets["sign-on"])
    (folder / "remote").write_text(secrets["remote"])
    (folder / FILE).write_bytes(secrets["key"].encode().ljust(BYTES, b"."))
    providers = var_dir / "providers.toml"
    table = '[remote]\nkind = "csc"\nbase_url = "https://127.0.0.1:9"\nversion = "2"\nclient_id = "hocba"\n'
    providers.write_text(f'{table}client_secret = {{ file = "{folder / "remote"}" }}\n')
    host, _, port = temporal_env.client.service_client.config.target_host.rpartition(":")
    with hold_port() as held:
        yield Settings(
            var_dir=var_dir, database_url=address, temporal_host=host, temporal_port=int(port), api_port=port_of(held),
            temporal_namespace=temporal_env.client.namespace, key_providers=providers, oidc_issuer="http://127.0.0.1:9",
            oidc_client_id="hocba", smtp_host="127.0.0.1", smtp_from="hocba@truong.example", smtp_user="hocba",
            smtp_port=9,
        )  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(settings: Settings) -> AsyncIterator[Services]:
    """The web server and a worker, as `hocba up` starts them."""
    parts = [
        python_part("worker", ["-m", "worker"], settings),
        http_part("api", ["-m", "api"], settings, f"{settings.api_url}/readyz"),
    ]
    services = Services(settings, parts)
    await asyncio.gather(*(child.start() for child in services.children.values()))
    yield services
    await services.stop()


def command_lines() -> str:
    """Of everything that this process started, as anybody on the machine may read them."""
    processes = psutil.Process().children(recursive=True)
    return "\n".join(Path(f"/proc/{each.pid}/cmdline").read_text("utf-8") for each in processes if each.is_running())


def logs(settings: Settings) -> str:
    return "\n".join(path.read_text("utf-8", errors="replace") for path in (settings.var_dir / "log").rglob("*.log*"))


async def asked(settings: Settings, secrets: Secrets) -> list[Response]:
    """What people and programs send that is nobody's business, for pages and for answers to programs."""
    door = {"login": "ai", "password": secrets["password"]}
    confirm = {"order_ids": [str(uuid4())], "passphrase": secrets["passphrase"]}
    bearer, cookie = {"Authorization": f"Bearer {secrets['token']}"}, {"Cookie": f"hocba={secrets['session']}"}
    seen = []
    for accept in ("text/html", "application/json"):
        # A connection on which something broke is closed.
        headers = {"Connection": "close", "Accept": accept}
        async with AsyncClient(base_url=settings.api_url, timeout=60, trust_env=False, headers=headers) as client:
            seen += [
                await client.get("/dang-nhap/mot-lan"),
                await client.get("/viec-cua-toi", headers=cookie),
                await client.post("/dang-nhap", data=door),
                await client.get(f"/lien-ket/{secrets['code']}"),
                await client.post("/api/v1/orders/confirm", json=confirm, headers=bearer),
            ]
    return seen


def break_tables(address: str) -> None:
    """From now on every door leads to a fault of ours, with its traceback."""
    plain = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as database:
        for table in ("sign_in_attempts", "account_sessions", "api_tokens", "account_links"):
            database.execute(f"ALTER TABLE {table} RENAME TO gone_{table}")


async def test_nothing_is_shown_while_all_goes_well_and_while_it_breaks(
    running: Services, settings: Settings, secrets: Secrets
) -> None:
    well = await asked(settings, secrets)
    assert max(each.status_code for each in well) < 500
    break_tables(settings.database_url)
    broken = await asked(settings, secrets)
    assert [each.status_code for each in broken].count(500) == 8
    assert "UndefinedTable" in logs(settings)  # so that it broke is told
    assert "worker" in command_lines()
    for place in (command_lines(), logs(settings), *(str(each.headers) for each in (*well, *broken))):
        assert secrets.shown(place) == []
    # A page may name its own address, which is the code of a link; nothing else sees it.
    assert {what for each in (*well, *broken) for what in secrets.shown(each.text)} <= {"code"}


UNFIT: Final = {
    "cli.main migrate": ("HOCBA_DATABASE_URL", "postgresql+psycopg://hocba:{0}@127.0.0.1:9/hocba"),  # nobody listens
    "api": ("HOCBA_OIDC_CLIENT_SECRET", "{0}"),  # half a provider
}


async def ended(command: str, **environment: str) -> str:
    """What a process says that cannot do its work."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("HOCBA_")} | environment
    run = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *command.split(), stdout=PIPE, stderr=STDOUT, cwd=PROJECT, env=given
    )
    said, _ = await run.communicate()
    assert run.returncode != 0
    return said.decode()


async def test_what_cannot_start_says_why_without_a_secret(tmp_path: Path, secrets: Secrets) -> None:
    said = await asyncio.gather(
        *(
            ended(command, HOCBA_VAR_DIR=str(tmp_path), **{name: value.format(secrets["database"])})
            for command, (name, value) in UNFIT.items()
        )
    )
    assert all(said)
    assert secrets.shown("".join(said)) == []


def test_nothing_that_holds_a_secret_shows_it(settings: Settings, secrets: Secrets) -> None:
    providers = configured_providers(settings.key_providers, settings.key_store)
    engine, vault = make_engine(settings.database_url), Vault.open(settings.secrets_dir)
    sessions = make_sessions(engine)
    remembered = (providers, *providers.values(), engine, engine.url, vault, make_entrance(settings, sessions))
    for each in (settings, sessions, *remembered):
        assert secrets.shown(f"{each!r} {each!s}") == []


def options(command: Any, *before: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - typer shows no types of these
    """Every option and argument of a command and of those under it."""
    if isinstance(command, TyperGroup):
        for name in command.list_commands(typer.Context(command)):
            yield from options(command.get_command(typer.Context(command), name), *before, name)
    for each in command.params:
        yield " ".join((*before, each.name or "")), each


def test_no_command_takes_a_secret_from_its_line() -> None:
    """Everybody on the machine can read that line, and shells keep it: secrets are typed, or stand in files."""
    found = dict(options(typer.main.get_command(app)))
    assert len(found) > 30
    named = re.compile(r"pass|secret|pin$|token|key|access|code$", re.IGNORECASE)
    assert {name for name in found if named.search(name.rpartition(" ")[2])} == NOT_SECRET


def test_a_demo_has_public_secrets_and_nothing_else_has_any(tmp_path: Path) -> None:
    """Whatever is secret has no default: it is empty, made anew for each installation, or refused."""
    names = [name for name in Settings.model_fields if re.search("password|secret$|token", name)]
    assert {name: getattr(Settings(var_dir=tmp_path), name) for name in names} == dict.fromkeys(names, "")
    one, other = (Vault.open(tmp_path / each).token("x", b"") for each in ("one", "other"))
    assert one != other
    ours = [(path.name, path.read_text("utf-8")) for path in PROJECT.glob("[!.]*/**/*.py")]
    for public in (PASSWORD, PASSPHRASE):
        where = {name for name, text in ours if f'"{public}"' in text}
        assert {name for name in where if not name.startswith("test_")} <= {"demo_data.py"}
