"""A round of the storm: people at work, faults, then quiet until every class that was begun is issued."""

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Self

from cli.demo_play import make_play
from cli.demo_stages import StageLog
from cli.trouble import Trouble
from domain.assessment import Term
from tests.chaos.book import Book
from tests.chaos.checks import check
from tests.chaos.faults import KINDS, Fault, Points, plan
from tests.chaos.injector import Injector
from tests.chaos.ledger import Ledger
from tests.chaos.people import IMPATIENT_SECONDS, People
from tests.chaos.recovery import Recoveries
from tests.chaos.world import World, client_of, world


@dataclass(frozen=True)
class Shape:
    """How big a round is: classes, pupils of each, classes that are worked on at once, terms; seconds to end in.

    `points`: so many deaths at points, at most.
    """

    classes: tuple[str, ...]
    pupils: int
    at_once: int
    terms: tuple[Term, ...]
    calm_seconds: float
    points: int


@dataclass
class Round:
    """What happened in a round, and what was found afterwards."""

    seed: int
    ledger: Ledger = field(default_factory=Ledger)
    recoveries: Recoveries = field(default_factory=Recoveries)
    books: list[Book] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    checked: Counter[str] = field(default_factory=Counter)
    disk: str = ""
    seconds: float = 0.0

    @property
    def faults(self) -> list[Fault]:
        return [hit.fault for hit in self.recoveries.hits]

    def is_enough(self, wanted: int, desks: "Desks") -> bool:
        """So many faults and one of every kind, or nobody left who works."""
        met = {fault.kind for fault in self.faults}
        return (len(self.faults) >= wanted and met.issuperset(KINDS)) or not desks.are_working()

    def note(self, here: World, desks: "Desks") -> None:
        self.disk, self.books = here.disk.note, desks.books
        self.violations += desks.troubles


class Desks:
    """So many classes are worked on side by side; when one is issued the next is begun, until the storm is over."""

    def __init__(self, here: World, people: People, shape: Shape, random: Random) -> None:
        self._world, self._people, self._shape = here, people, shape
        self._random = random
        self._left = [(name, term) for term in shape.terms for name in shape.classes]
        self.books: list[Book] = []
        self.over = False
        self.troubles: list[str] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._work()) for _ in range(self._shape.at_once)]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def are_working(self) -> bool:
        return not all(task.done() for task in self._tasks)

    async def end(self) -> None:
        """Nothing new is begun; what was begun comes to its end."""
        self.over = True
        self._people.until = time.monotonic() + self._shape.calm_seconds
        await asyncio.gather(*self._tasks)

    async def _work(self) -> None:
        while self._left and not self.over:
            book = self._book(*self._left.pop(0))
            self.books.append(book)
            try:
                await book.carry()
            except Trouble as trouble:
                self.troubles.append(f"Class {book.class_name}, {book.term.value}, came to no end: {trouble}")

    def _book(self, name: str, term: Term) -> Book:
        play = make_play(self._world.examples, (name, term), self._people, lambda _: None)
        values = {
            each: getattr(play, each) for each in ("class_name", "term", "book", "pupils", "curriculum", "client")
        }
        return Book(**values, stages=StageLog(lambda _: None), random=Random(self._random.random()))  # noqa: S311


async def storm(folder: Path, seed: int, wanted: int, shape: Shape, say: Callable[[str], None]) -> Round:
    """One round in an empty folder; raises Trouble when hocba does not even start."""
    began, found = time.monotonic(), Round(seed)
    random = Random(seed)  # noqa: S311 - choices that can be made again
    found.ledger.listeners.append(found.recoveries.hear)
    found.recoveries.tell = say
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(world(folder, shape.classes, shape.pupils, seed))
        stack.callback(_keep_logs, here, folder / "log")
        http = await stack.enter_async_context(client_of(here, IMPATIENT_SECONDS))
        desks = Desks(here, People(http, here.school, found.ledger), shape, random)
        await stack.enter_async_context(desks)
        say(f"The school is open after {time.monotonic() - began:.0f} s.")
        injector = Injector(here, found.recoveries, seed)
        await injector.inject(plan(seed), Points(seed, shape.points), lambda: found.is_enough(wanted, desks))
        say("Calm.")
        await desks.end()
        found.note(here, desks)
        say("Checking …")
        await check(here, found)
    found.seconds = time.monotonic() - began
    return found


def _keep_logs(here: World, to: Path) -> None:
    """The state may be a file system that is about to vanish; what its parts wrote says what went wrong."""
    shutil.copytree(here.settings.var_dir / "log", to, dirs_exist_ok=True)
