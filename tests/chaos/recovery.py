"""How long the first people who needed a part waited after something had happened to it."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.chaos.faults import Fault
from tests.chaos.ledger import Action


@dataclass(eq=False)
class Hit:
    """A fault that took place; `missing` are the parts whose answer nobody has had since."""

    fault: Fault
    at: float
    missing: set[str]
    waited: float = 0.0
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, action: Action) -> None:
        """An action that was under way at the fault, or began later, was answered: whom it needed works again."""
        answered = self.missing & action.needs
        if not answered or action.answered_at is None:
            return
        self.waited = max(self.waited, action.answered_at - max(self.at, action.sent_at))
        self.missing -= answered
        if not self.missing:
            self.over.set()


@dataclass
class Recoveries:
    hits: list[Hit] = field(default_factory=list)
    tell: Callable[[str], object] = str  # until there is somebody to tell

    def begin(self, fault: Fault) -> Hit:
        hit = Hit(fault, time.monotonic(), set(fault.parts))
        self.hits.append(hit)
        self.tell(str(fault))
        return hit

    def hear(self, action: Action) -> None:
        for hit in self.hits:
            if hit.missing:
                hit.hear(action)

    def waits(self) -> dict[str, list[float]]:
        """Seconds by kind of fault, shortest first; faults after which nobody needed the part are left out."""
        found: dict[str, list[float]] = {}
        for hit in self.hits:
            if not hit.missing:
                found.setdefault(hit.fault.kind, []).append(hit.waited)
        return {kind: sorted(waits) for kind, waits in sorted(found.items())}
