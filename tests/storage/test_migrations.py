"""The schema that migrations build."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from storage import migrate


def test_the_migrations_build_what_the_code_describes(engine: Engine, postgres_url: str) -> None:
    migrate.check(postgres_url)


def test_upgrading_again_changes_nothing(engine: Engine, postgres_url: str) -> None:
    migrate.upgrade(postgres_url)
    migrate.check(postgres_url)


def test_who_holds_a_table_is_not_waited_for(engine: Engine, postgres_url: str) -> None:
    with engine.connect() as connection:
        connection.execute(text("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(migrate.TooBusy):
            migrate.upgrade(postgres_url, tries=2, pause=timedelta(0))
        with ThreadPoolExecutor(1) as threads:
            trying = threads.submit(migrate.upgrade, postgres_url, pause=timedelta(seconds=0.1))
            with pytest.raises(TimeoutError):
                trying.result(timeout=1)
            connection.rollback()
            trying.result()
