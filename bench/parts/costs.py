"""What requests cost: processor time of the API process and of its database sessions, and statements sent to these.

Processor time does not depend on what else the machine does; it is read from Linux's scheduler, in nanoseconds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from sqlalchemy import Engine, event

_NANO = 1e6  # in a millisecond


@dataclass(frozen=True)
class Meter:
    """Reads the processor time, in milliseconds, of one process and of the database sessions of another."""

    api: int
    postgres: int

    def read(self) -> tuple[float, float]:
        sessions = [each for each in psutil.Process(self.postgres).children(recursive=True) if _is_session(each)]
        return _spent(self.api), sum(_spent(each.pid) for each in sessions)


def _is_session(process: psutil.Process) -> bool:
    try:
        return "[local]" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False


def _spent(pid: int) -> float:
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(each.read_text(encoding="ascii").split()[0]) for each in tasks) / _NANO


@dataclass
class Statements:
    """The statements that were sent, as text."""

    texts: list[str] = field(default_factory=list)


@contextmanager
def statements() -> Iterator[Statements]:
    """Note every statement that this process sends meanwhile."""
    found = Statements()

    def note(*arguments: object) -> None:
        found.texts.append(str(arguments[2]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)
