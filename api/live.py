"""Tells the browsers that something changed: one listening connection to the database for all of them."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from fastapi import HTTPException, status

from storage.listening import Change, listen

TOPICS: Final = frozenset({"board", "entry", "orders", "notices", "people", "roster", "certificates"})
GAP: Final = 1.0  # seconds: a browser is told at most so often
# While people type, every saved cell is a change; whoever looks at numbers does not need each of them.
SLOW: Final = {"entry": 5.0}
MANY: Final = 20
MOST_OF_ONE: Final = 30  # streams of one person; each window of a browser without locks has one


@dataclass(frozen=True)
class News:
    """What changed since the browser was told last; `class_terms` is None where it may be any."""

    topics: frozenset[str]
    class_terms: frozenset[str] | None


@dataclass(eq=False)
class Listener:
    """One browser. What it was not told yet is a set, never a queue: a slow browser cannot fill the memory."""

    school_id: str
    staff_id: str
    classes: frozenset[str] | None  # None: every class of the school
    is_over: bool = False
    _topics: set[str] = field(default_factory=set)
    _class_terms: set[str] | None = field(default_factory=set)
    _told: dict[str, float] = field(default_factory=dict)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _timer: asyncio.TimerHandle | None = None

    def take(self, change: Change) -> None:
        """Note a change that concerns this person."""
        is_anothers = change.staff_id not in {"", self.staff_id}
        if is_anothers or (change.class_id and self.classes is not None and change.class_id not in self.classes):
            return
        self._topics.add(change.topic)
        self._note_class_term(change.class_term_id)
        self._wake(change.topic)

    def take_all(self) -> None:
        """Nobody knows what changed."""
        self._topics |= TOPICS
        self._class_terms = None
        self._wake("board")

    async def news(self, patience: float) -> News | None:
        """What changed, as soon as it may be told; None when nothing did within `patience` seconds, or it is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._woken.wait()
        if self.is_over or not self._woken.is_set():
            return None
        told, now = News(frozenset(self._topics), _frozen(self._class_terms)), _now()
        self._told |= dict.fromkeys((*told.topics, ""), now)
        self._topics, self._class_terms, self._timer = set(), set(), None
        self._woken.clear()
        return told

    def end(self) -> None:
        self.is_over = True
        self._rest()
        self._woken.set()

    def _note_class_term(self, class_term_id: str) -> None:
        if self._class_terms is None:
            return
        self._class_terms.add(class_term_id)
        if not class_term_id or len(self._class_terms) > MANY:
            self._class_terms = None

    def _wake(self, topic: str) -> None:
        """Wake the browser's stream when its pause is over, or earlier for what matters more."""
        never = float("-inf")
        at = max(self._told.get("", never) + GAP, self._told.get(topic, never) + SLOW.get(topic, 0.0))
        if self._timer is not None and self._timer.when() <= at:
            return
        self._rest()
        self._timer = asyncio.get_running_loop().call_at(at, self._woken.set)

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


class Live:
    """The listeners of this process, by school; the connection is made for the first of them."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._listening: asyncio.Task[None] | None = None
        self._is_open = True

    def require_room(self, staff_id: UUID) -> None:
        """Refuses where a person follows in more windows than anybody opens."""
        mine = sum(each.staff_id == str(staff_id) for group in self._listeners.values() for each in group)
        if mine >= MOST_OF_ONE:
            raise HTTPException(status.HTTP_429_TOO_MANY_REQUESTS)

    @contextmanager
    def listener(self, school_id: UUID, staff_id: UUID, classes: frozenset[str] | None) -> Iterator[Listener]:
        new = Listener(str(school_id), str(staff_id), classes, is_over=not self._is_open)
        if self._is_open and (self._listening is None or self._listening.done()):
            self._listening = asyncio.create_task(listen(self._address, self._heard), name="live")
        self._listeners[new.school_id].add(new)
        try:
            yield new
        finally:
            new.end()
            self._listeners[new.school_id].discard(new)

    def open(self) -> None:
        self._is_open = True

    async def close(self) -> None:
        """End every stream, so that the server can stop: it waits for the answers that are under way."""
        self._is_open = False
        for each in set().union(*self._listeners.values()):
            each.end()
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening
            self._listening = None

    def _heard(self, change: Change | None) -> None:
        if change is not None:
            for each in self._listeners.get(change.school_id, ()):
                each.take(change)
            return
        for group in self._listeners.values():
            for each in group:
                each.take_all()


def _now() -> float:
    return asyncio.get_running_loop().time()


def _frozen(ids: set[str] | None) -> frozenset[str] | None:
    return None if ids is None else frozenset(ids)
