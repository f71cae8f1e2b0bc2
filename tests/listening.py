"""What hocba's logs say, line by line, as whoever collects them reads it."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

from telemetry import logs


class Heard:
    def __init__(self) -> None:
        self._written = StringIO()
        self.handler = logging.StreamHandler(self._written)
        self.handler.setFormatter(logs.formatter("json"))

    @property
    def text(self) -> str:
        return self._written.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def of(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == event]


@contextmanager
def listening() -> Iterator[Heard]:
    """Beside what pytest itself listens to."""
    heard, root, names = Heard(), logging.getLogger(), sorted(logs.OURS)
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.INFO)
    root.addHandler(heard.handler)
    try:
        yield heard
    finally:
        root.removeHandler(heard.handler)
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
