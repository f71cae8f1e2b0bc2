"""Hundreds of pages are asked for the same objects: made once per file, and what a test changes is rolled back.

The tests of this folder run in savepoints of one transaction for each file.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from storage.objects import Objects as Store
from tests.api.matrix import Objects, objects_of
from tests.api.world import World
from tests.factories import ClassCast


@pytest.fixture(scope="module")
def kept(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@pytest.fixture
def connection(kept: Connection) -> Iterator[Connection]:
    with kept.begin_nested() as savepoint:
        yield kept
        savepoint.rollback()


@pytest.fixture(scope="module")
def own(kept: Connection, world: World, objects_folder: Path) -> Objects:
    return _made(kept, world.cast, Store(objects_folder).put(b"%PDF-1.7 sample"))


@pytest.fixture(scope="module")
def theirs(kept: Connection, world: World, objects_folder: Path) -> Objects:
    return _made(kept, world.foreign, Store(objects_folder).put(b"%PDF-1.7 of others"))


def _made(connection: Connection, cast: ClassCast, sha256: str) -> Objects:
    with Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
        found = objects_of(session, cast, sha256)
        session.commit()
    return found
