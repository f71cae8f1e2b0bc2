"""What the demo shows while it runs: one line for each class and term, with the step it is at."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from cli.demo_stages import STEPS


class Screen:
    def __init__(self, console: Console) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[step]}"),
            TimeElapsedColumn(),
        )
        self._progress = Progress(*columns, console=console)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def steps_of(self, name: str) -> Callable[[str], None]:
        """A function that moves this line to a step."""
        task = self._progress.add_task(name, total=len(STEPS) - 1, step="")
        return lambda step: self._show(task, step)

    def _show(self, task: TaskID, step: str) -> None:
        self._progress.update(task, completed=list(STEPS).index(step), step=step)
