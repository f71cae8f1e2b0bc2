"""Our own PostgreSQL: private, repaired after a crash, silent about what rows contain."""

from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from cli.services.postgres import Postgres
from cli.services.services import database_only
from cli.trouble import Trouble
from config.settings import Settings


def dsn(settings: Settings) -> str:
    return make_url(settings.database_url).set(drivername="postgresql").render_as_string()


@pytest.fixture
def fast(tmp_path: Path) -> Settings:
    return Settings(var_dir=tmp_path / "var", postgres_fast=True)


async def test_rows_survive_a_crash_of_the_server(tmp_path: Path) -> None:
    safe = Settings(var_dir=tmp_path / "var")
    async with database_only(safe) as services:
        with psycopg.connect(dsn(safe)) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        services.kill("postgres")
        await services.restart("postgres")
        with psycopg.connect(dsn(safe)) as connection:
            assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


async def test_a_process_id_file_of_a_dead_server_does_not_stop_the_next(fast: Settings) -> None:
    async with database_only(fast):
        pass
    (fast.var_dir / "postgres" / "postmaster.pid").write_text("1\n")
    async with database_only(fast) as services:
        assert services.children["postgres"].is_running


async def test_the_socket_and_the_data_are_private_and_no_port_is_open(fast: Settings) -> None:
    async with database_only(fast):
        assert fast.postgres_socket_dir.stat().st_mode & 0o777 == 0o700
        assert (fast.var_dir / "postgres").stat().st_mode & 0o777 == 0o700
        with psycopg.connect(dsn(fast)) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


async def test_a_refused_row_does_not_reach_the_log(fast: Settings) -> None:
    async with database_only(fast) as services:
        with psycopg.connect(dsn(fast), autocommit=True) as connection:
            connection.execute("CREATE TABLE pupils (name text UNIQUE)")
            for refused in ("INSERT INTO pupils VALUES ('Bí Mật'), ('Bí Mật')", "SELECT 'Bí Mật'::int"):
                with pytest.raises(psycopg.Error):
                    connection.execute(refused)
        log = services.children["postgres"].log
    assert "Bí Mật" not in log.read_text(encoding="utf-8")


async def test_a_server_that_has_ended_meanwhile_is_trouble(fast: Settings) -> None:
    with pytest.raises(Trouble, match="PostgreSQL answered, and then did not any more"):
        await Postgres(fast).part().complete()
