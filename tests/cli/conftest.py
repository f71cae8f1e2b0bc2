"""Tiny real child processes and a supervisor's ear."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.services.child import Part
from config.settings import Settings
from tests.cli.commands import Hocba, loaded

WAIT = "import signal; signal.sigwait([signal.SIGTERM])"
BLOCK = "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM]); "
READY = "import os, pathlib; pathlib.Path(os.environ['READY']).touch(); "
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "


class Said(list[str]):
    """Collects sentences and lets a test wait for one."""

    def __call__(self, sentence: str) -> None:
        self.append(sentence)

    def has(self, words: str) -> bool:
        return any(words in sentence for sentence in self)


@pytest.fixture(scope="session")
def hocba() -> Iterator[Hocba]:
    with loaded() as hocba:
        yield hocba


@pytest.fixture
def said() -> Said:
    return Said()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(var_dir=tmp_path / "var")


@pytest.fixture
def tiny(tmp_path: Path) -> Callable[..., Part]:
    """Make a part that runs Python words; it is ready once its file exists."""

    def make(name: str = "tiny", program: str = READY + WAIT, **more: float) -> Part:
        file = tmp_path / f"{name}.ready"

        async def is_ready() -> bool:
            return file.exists()

        async def forget() -> None:
            file.unlink(missing_ok=True)

        command = (sys.executable, "-S", "-c", program)
        return Part(name, command, is_ready, environment={"READY": str(file)}, prepare=forget, **more)  # type: ignore[arg-type]

    return make


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Return once `condition` holds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - it waits for other processes
            await asyncio.sleep(0.01)
