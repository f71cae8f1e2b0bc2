"""The schema that migrations build."""

from sqlalchemy import Engine

from storage import migrate


def test_the_migrations_build_what_the_code_describes(engine: Engine, postgres_url: str) -> None:
    migrate.check(postgres_url)


def test_upgrading_again_changes_nothing(engine: Engine, postgres_url: str) -> None:
    migrate.upgrade(postgres_url)
    migrate.check(postgres_url)
