"""Migrations come first and run beside the code of the release: nobody's work fails while they do, and after."""

import re

import pytest
from sqlalchemy import Engine, text

from config.settings import PROJECT
from storage.migrate import upgrade
from tests.database import another_database
from tests.storage.migrating import Change, OldCode, changes_since, findings, releases, to

# By release; so that a release cannot be cut without saying what its last migration is.
NEWEST = list(releases().values())[-1]


@pytest.fixture(scope="module")
def released(postgres_url: str) -> str:
    """A database as the newest release left it."""
    to(NEWEST, address := another_database(postgres_url, "released"))
    return address


def test_every_release_says_what_its_last_migration_is() -> None:
    changes = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## (\d+\.\d+\.\d+)", changes, re.MULTILINE)) <= set(releases())


def test_the_newest_migrations_take_nothing_from_the_released_code(postgres_url: str) -> None:
    to(NEWEST, address := another_database(postgres_url, "beside"))
    assert findings(changes_since(NEWEST, address)) == []


def test_the_released_code_works_while_the_newest_migrations_run(released: str) -> None:
    with OldCode(released) as old:
        upgrade(released)
    assert old.rounds > 0
    assert old.troubles == set()


@pytest.mark.parametrize(
    ("statement", "trouble"),
    [
        ("ALTER TABLE staff DROP COLUMN full_name", 'staff: column "full_name" does not exist'),
        ("ALTER TABLE notices RENAME COLUMN kind TO sort", 'notices: column "kind" does not exist'),
        ("ALTER TABLE reasons RENAME TO sentences", 'reasons: relation "reasons" does not exist'),
        ("ALTER TABLE schools ADD COLUMN ward uuid NOT NULL", "schools: nobody fills ward"),
    ],
)
def test_what_would_stop_the_released_code_is_found_out(
    engine: Engine, postgres_url: str, statement: str, trouble: str
) -> None:
    old = OldCode(postgres_url)
    with engine.connect() as connection:
        assert list(old.troubles_in(connection)) == []
        connection.execute(text(statement))
        assert trouble in list(old.troubles_in(connection))
    old.close()


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("ALTER TABLE staff ADD COLUMN ward UUID NOT NULL", "has no default"),
        ("ALTER TABLE staff DROP COLUMN full_name", "still uses this column"),
        ("DROP TABLE phrases", "still uses this table"),
        ("ALTER TABLE notices RENAME kind TO sort", "by its old name"),
        ("ALTER TABLE staff ALTER COLUMN full_name TYPE VARCHAR(80)", "the old type"),
        ("ALTER TABLE staff ALTER COLUMN account_id SET NOT NULL", "may leave it empty"),
        ("CREATE INDEX ix_assessments_value ON assessments (value)", "while its index is built"),
        ("ALTER TABLE commands ADD CONSTRAINT ck_commands_slot CHECK (slot <> '')", "read whole under a lock"),
    ],
)
def test_a_migration_that_disturbs_is_found_out(statement: str, reason: str) -> None:
    [found] = findings([Change("abc", statement)])
    assert found.startswith("abc: ")
    assert reason in found
    assert findings([Change("abc", statement, "Nobody works at night.")]) == []


def test_a_migration_that_only_adds_disturbs_nobody() -> None:
    adds = (
        "ALTER TABLE staff ADD COLUMN ward UUID",
        "ALTER TABLE staff ADD COLUMN kind VARCHAR DEFAULT '' NOT NULL",
        "CREATE TABLE wards (id UUID NOT NULL)",
        "CREATE INDEX ix_wards_id ON wards (id)",
        "ALTER TABLE wards ALTER COLUMN id TYPE TEXT",
        "CREATE INDEX CONCURRENTLY ix_assessments_value ON assessments (value)",
        "ALTER TABLE commands ADD CONSTRAINT ck_commands_slot CHECK (slot <> '') NOT VALID",
    )
    assert findings(Change("abc", each) for each in adds) == []
