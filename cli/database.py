"""The database of an installation, for as long as a command runs."""

from collections.abc import Iterator
from contextlib import contextmanager

from storage.database import Sessions, make_engine, make_sessions


@contextmanager
def opened(database_url: str) -> Iterator[Sessions]:
    engine = make_engine(database_url)
    try:
        yield make_sessions(engine)
    finally:
        engine.dispose()
