"""The scripts that set up PostgreSQL, Temporal and the object store, each against the real thing."""

import json
import os
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from psycopg import errors
from sqlalchemy import make_url
from temporalio.testing import WorkflowEnvironment

from cli.services.postgres import BINARIES, Postgres
from cli.services.services import database_only
from cli.services.temporal import RETENTION, SEARCH_ATTRIBUTES, temporal_binary
from config.settings import PROJECT, Settings
from storage.migrate import check, upgrade
from tests.ops.composed import make_secrets
from tests.s3_server import S3Server

OPS = PROJECT / "ops"
ROLES = ("hocba", "hocba_api", "hocba_worker", "temporal")


def run(script: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{BINARIES}:{Path(temporal_binary()).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["sh", script], env={"PATH": path, "HOME": "/nonexistent", **environment},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def fresh(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Settings]:
    """A server as PostgreSQL's image has it when it runs the script: an administrator, and nothing of ours."""
    settings = Settings(var_dir=tmp_path_factory.mktemp("fresh"), postgres_fast=True)
    async with database_only(settings):
        server = Postgres(settings)
        with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
            connection.execute("CREATE ROLE postgres SUPERUSER LOGIN")
        with psycopg.connect(f"{server.dsn('postgres')} user=postgres", autocommit=True) as connection:
            connection.execute("ALTER DATABASE hocba RENAME TO before")
            connection.execute("ALTER ROLE hocba RENAME TO before")
        # From here on those of the script need their passwords.
        access = settings.var_dir / "postgres" / "pg_hba.conf"
        access.write_text(f"local all {','.join(ROLES)} scram-sha-256\n{access.read_text()}")
        yield settings


@pytest.fixture(scope="module")
def secrets(fresh: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """After the script has run."""
    folder = tmp_path_factory.mktemp("roles") / "secrets"
    make_secrets(folder)
    done = run(OPS / "postgres" / "roles.sh", SECRETS=str(folder), PGHOST=str(fresh.postgres_socket_dir))
    assert done.returncode == 0, done.stderr
    with psycopg.connect(host=str(fresh.postgres_socket_dir), user="postgres", dbname="postgres") as connection:
        connection.execute("SELECT pg_reload_conf()")
    return folder


def address(fresh: Settings, secrets: Path, name: str) -> str:
    """The address that a container is given, of this server."""
    url = make_url((secrets / f"database_url_{name}").read_text())
    socket = {"host": str(fresh.postgres_socket_dir)}
    return url.set(host=None).update_query_dict(socket).render_as_string(hide_password=False)


def connect(url: str, **more: Any) -> psycopg.Connection[Any]:  # noqa: ANN401
    return psycopg.connect(url.replace("+psycopg", ""), **more)


def test_the_owner_builds_the_tables_and_is_no_administrator(fresh: Settings, secrets: Path) -> None:
    owner = address(fresh, secrets, "owner")
    upgrade(owner)
    check(owner)
    with connect(owner) as connection:
        found = connection.execute("SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = 'hocba'")
        assert found.fetchone() == (False, False, False)


@pytest.mark.parametrize("name", ["api", "worker"])
def test_api_and_workers_come_in_with_their_passwords_and_make_nothing(
    fresh: Settings, secrets: Path, name: str
) -> None:
    url = address(fresh, secrets, name)
    with connect(url) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute("CREATE TABLE mine (id int)")
    with pytest.raises(psycopg.OperationalError, match="password"):
        connect(url, password="wrong")


def test_temporals_role_makes_databases_and_does_not_see_ours(fresh: Settings, secrets: Path) -> None:
    password = (secrets / "temporal_password").read_text()
    host = str(fresh.postgres_socket_dir)
    with psycopg.connect(
        host=host, user="temporal", dbname="postgres", password=password, autocommit=True
    ) as connection:
        connection.execute("CREATE DATABASE temporal")
    with psycopg.connect(host=host, user="temporal", dbname="temporal", password=password) as connection:
        connection.execute("CREATE TABLE executions (id int)")
        connection.execute("CREATE EXTENSION btree_gin")  # Temporal's visibility needs it
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(host=host, user="temporal", dbname="hocba", password=password)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def empty_temporal() -> AsyncIterator[str]:
    """The address of a server that nobody has prepared."""
    async with await WorkflowEnvironment.start_local(dev_server_existing_path=temporal_binary()) as environment:
        yield environment.client.service_client.config.target_host


def asked(server: str, *words: str) -> dict[str, Any]:
    command = [temporal_binary(), "operator", *words, "--namespace", "hocba", "--output", "json", "--address", server]
    found: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return found


def test_the_namespace_is_made_and_a_second_time_changes_nothing(empty_temporal: str) -> None:
    for _ in range(2):
        done = run(OPS / "temporal" / "namespace.sh", TEMPORAL_ADDRESS=empty_temporal)
        assert done.returncode == 0, done.stderr
    kept = asked(empty_temporal, "namespace", "describe")["config"]["workflowExecutionRetentionTtl"]
    assert kept == f"{RETENTION.total_seconds():.0f}s"
    assert SEARCH_ATTRIBUTES.keys() <= asked(empty_temporal, "search-attribute", "list")["customAttributes"].keys()


def test_no_namespace_is_a_failure_and_no_endless_wait() -> None:
    done = run(OPS / "temporal" / "namespace.sh", TEMPORAL_ADDRESS="127.0.0.1:1", TRIES="1")
    assert done.returncode != 0


@pytest.fixture
def store(s3_server: S3Server, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "s3_access_key_id").write_text(s3_server.access_key_id)
    (tmp_path / "s3_secret_access_key").write_text(s3_server.secret_access_key)
    return {"SECRETS": str(tmp_path), "S3_ENDPOINT": s3_server.url}


def test_buckets_are_made_and_a_second_time_changes_nothing(s3_server: S3Server, store: dict[str, str]) -> None:
    for _ in range(2):
        done = run(OPS / "objects" / "buckets.sh", **store)
        assert done.returncode == 0, done.stderr
    client = s3_server.client()
    for bucket in ("hocba-documents", "hocba-history"):
        assert client.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    locks = client.get_object_lock_configuration(Bucket="hocba-documents")
    assert locks["ObjectLockConfiguration"] == {"ObjectLockEnabled": "Enabled"}


def test_a_store_that_refuses_is_named(store: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "s3_secret_access_key").write_text("wrong")
    done = run(OPS / "objects" / "buckets.sh", **store)
    assert done.returncode == 1
    assert "the object store answered 403: hocba-documents" in done.stderr
    assert "wrong" not in done.stderr
