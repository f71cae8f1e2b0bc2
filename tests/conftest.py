"""What every test may ask for: a PostgreSQL and a Temporal of their own, started once per run."""

import gc
import os
import time
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import hypothesis
import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from cli.services.services import database_only
from cli.services.temporal_in_memory import temporal_server
from config.process import collect_rarely, importing
from config.settings import Settings

pytest_plugins = ("tests.database", "tests.s3_server")

# How long one example takes tells how busy the machine is, not what the code does.
hypothesis.settings.register_profile("busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("busy")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is loaded lives to the end, and is looked through for garbage by none of thousands of tests."""
    with importing():
        found = yield
    collect_rarely()
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest file comes first, or all others would wait for it at the end."""
    items.sort(key=lambda item: item.path.name != "test_interleavings.py")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The SQLAlchemy address of an empty database `hocba`; its server never waits for the disk."""
    settings = Settings(var_dir=tmp_path_factory.mktemp("postgres"), postgres_fast=True)
    async with database_only(settings):
        yield settings.database_url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def temporal_env() -> AsyncIterator[WorkflowEnvironment]:
    """Temporal's own server in memory, with our namespace, data converter and search attributes."""
    async with temporal_server() as environment:
        yield environment


@pytest.fixture(scope="session", autouse=True)
def quick_keys() -> Iterator[None]:
    """Hundreds of keys are kept and opened, and nobody guesses at their passphrase; test_keys.py has them whole."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("signing.keys.KDF_ROUNDS", 1000)
        yield


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files and folders that were waited for until they were on the disk, in order."""
    names, fsync = list[str](), os.fsync

    def seen(handle: int) -> None:
        names.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        fsync(handle)

    monkeypatch.setattr("os.fsync", seen)
    return names


def pytest_unconfigure() -> None:
    """Let the threads of Temporal's library end first: Python 3.11 may crash otherwise (sdk-python issue 300)."""
    gc.unfreeze()  # libraries that count what they made tell of it, where it outlives them
    time.sleep(0.3)
