"""What people sent, and what they were told: every action with its own id, how often it was sent, and its answer."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Body = Any  # JSON as it was sent, or came back
Listener = Callable[["Action"], None]

# Whose answer each action needs, beside the interface and the database.
_NEEDS: Final[Mapping[str, frozenset[str]]] = {
    "cells": frozenset(),
    "attendance": frozenset(),
    "promotion-decisions": frozenset(),
    "class-terms": frozenset({"temporal"}),
    "orders": frozenset({"temporal", "signer", "authority"}),
    "confirm": frozenset({"temporal", "worker", "signer"}),
}
_DECISION: Final = frozenset({"temporal", "worker"})


@dataclass
class Action:
    """One thing that somebody did. Times are seconds of the machine's monotonic clock; `key` is the caller's id."""

    kind: str
    path: str
    body: Body
    needs: frozenset[str]
    sent_at: float
    tries: int = 0
    answered_at: float | None = None
    answer: Body = None
    refusal: str = ""

    @property
    def key(self) -> str:
        body = self.body if isinstance(self.body, dict) else {}
        return str(body.get("command_id") or body.get("order_id") or "/".join(body.get("order_ids", ())))

    @property
    def class_term_id(self) -> str:
        """Empty for what is not about one class's term."""
        parts = self.path.split("/")
        return parts[2] if len(parts) > 2 and parts[1] == "class-terms" else ""

    @property
    def is_acknowledged(self) -> bool:
        return self.answered_at is not None and not self.refusal


@dataclass
class Ledger:
    """All actions in the order in which they began; `broken` are answers that nobody should get (status 500)."""

    actions: list[Action] = field(default_factory=list)
    broken: list[tuple[float, str]] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)

    def begin(self, path: str, body: Body, more_needs: frozenset[str] = frozenset()) -> Action:
        kind = _kind(path)
        needs = _NEEDS.get(kind, _DECISION) | {"api", "postgres"} | more_needs
        action = Action(kind, path, body, needs, time.monotonic())
        self.actions.append(action)
        return action

    def acknowledge(self, action: Action, answer: Body) -> None:
        action.answered_at, action.answer = time.monotonic(), answer
        for listener in self.listeners:
            listener(action)

    def refuse(self, action: Action, refusal: str) -> None:
        action.answered_at, action.refusal = time.monotonic(), refusal

    def acknowledged(self, *kinds: str) -> Iterator[Action]:
        return (each for each in self.actions if each.is_acknowledged and each.kind in kinds)


def _kind(path: str) -> str:
    """The last word of an address; of cells the one before, which is followed by their slot."""
    words = path.strip("/").split("/")
    return "cells" if "cells" in words else words[-1]
