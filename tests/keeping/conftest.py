"""An installation for each file, and an empty machine for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from config.settings import Settings
from tests.keeping.small import Small, installed


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def small(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Small]:
    async with installed(tmp_path_factory.mktemp("small")) as found:
        yield found


@pytest.fixture
def elsewhere(tmp_path: Path) -> Settings:
    return Settings(var_dir=tmp_path / "var", postgres_fast=True)
