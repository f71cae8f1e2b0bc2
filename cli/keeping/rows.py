"""The database: dumped as of a moment, counted, and read back, by PostgreSQL's own programs."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import psycopg
from psycopg import sql

from cli.keeping.moment import Moment
from cli.services.postgres import BINARIES
from cli.trouble import Trouble
from storage import grants


def dump(dsn: str, moment: Moment, target: Path) -> None:
    """Write everything as the moment's snapshot has it. Raises Trouble."""
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={moment.snapshot}"]
    _run("pg_dump", [*options, f"--file={target}", f"--dbname={dsn}"])


def fill(dsn: str, source: Path) -> None:
    """Read a dump into an empty database. Raises Trouble."""
    _make_roles(dsn)
    options = ["--no-owner", "--no-privileges", "--exit-on-error", f"--jobs={os.cpu_count() or 1}"]
    _run("pg_restore", [*options, f"--dbname={dsn}", str(source)])
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("ANALYZE")


def _make_roles(dsn: str) -> None:
    """Roles are of the server, not of a database: policies in the dump name them."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
        for role in {grants.API, grants.WORKER} - known:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))


def count(connection: psycopg.Connection[tuple[str, ...]]) -> dict[str, int]:
    """Rows of every table, as the connection sees them."""
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    tables = [name for (name,) in connection.execute(query).fetchall()]
    return {name: _rows(connection, name) for name in tables}


def _rows(connection: psycopg.Connection[tuple[str, ...]], table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    return int(row[0]) if row else 0


def prepared(connection: psycopg.Connection[tuple[str, ...]]) -> list[str]:
    """Hashes of the papers that wait for their signatures."""
    query = """
        SELECT DISTINCT prepared_sha256 FROM order_items JOIN signing_orders ON signing_orders.id = order_id
        WHERE state NOT IN ('completed', 'failed') AND prepared_sha256 <> '' ORDER BY 1
    """
    return [sha256 for (sha256,) in connection.execute(query).fetchall()]


def heads(connection: psycopg.Connection[tuple[str, ...]]) -> tuple[str, ...]:
    """The migrations that the tables come from."""
    return tuple(row[0] for row in connection.execute("SELECT version_num FROM alembic_version ORDER BY 1").fetchall())


def check(dsn: str, tables: Mapping[str, int]) -> None:
    """Raises Trouble unless a database holds as many rows as were counted."""
    with psycopg.connect(dsn) as connection:
        found = count(connection)
    if wrong := sorted(name for name in tables if found.get(name) != tables[name]):
        raise Trouble(f"After the restore these tables lack rows: {', '.join(wrong)}.")


def _run(program: str, arguments: Sequence[str]) -> None:
    done = subprocess.run(
        [str(BINARIES / program), *arguments],
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}, cwd="/", capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Trouble(f"{program} failed: {(done.stderr.strip().splitlines() or ['no reason given'])[0]}")
