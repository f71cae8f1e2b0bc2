"""The last signatures of a school's year, as its people give them: through the API, each with the own key."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select

from bench.parts.season.city import City
from bench.parts.season.people import PASSPHRASE, Cast, cast_of
from config.temporal import connect
from domain.stages import Stage
from storage import reopening
from storage.database import Sessions
from storage.tables import ClassTermRow, Enrolment, TermRecord
from workflows.messages import ClassTermState
from workflows.opening import resumed_state
from workflows.starting import start_class_term

AT_ONCE: Final = 3  # schools whose people sign at the same time
OPENED_AT_ONCE: Final = 20
PATIENCE_S: Final = 300


@dataclass
class Walk:
    """`records` counts those that are issued; `waits` are the seconds between a click and its answer."""

    http: httpx.AsyncClient
    classes: dict[UUID, list[str]]
    records: int = 0
    waits: dict[str, list[float]] = field(default_factory=dict)

    async def school(self, cast: Cast) -> None:
        """Each homeroom teacher signs; the principal, then the clerk, take all classes under one confirmation."""
        pairs = zip(cast.homerooms, cast.books, strict=True)
        await asyncio.gather(*(self._sign(who, "sign", "homeroom", [book]) for who, book in pairs))
        await self._sign(cast.principal, "approve", "principal", cast.books)
        await self._sign(cast.clerk, "seal", "seal", cast.books)
        self.records += sum(len(self.classes[book]) for book in cast.books)

    async def _sign(self, who: str, action: str, slot: str, books: Sequence[UUID]) -> None:
        orders = await asyncio.gather(*(self._order(who, action, slot, book) for book in books))
        body = {"order_ids": [order["order_id"] for order in orders], "passphrase": PASSPHRASE}
        for line in await self._post(f"confirm {slot}", "/orders/confirm", who, body):
            if line["problem"] or line["outcome"]["failed"]:
                raise RuntimeError(f"an order was refused: {line}")

    async def _order(self, who: str, action: str, slot: str, book: UUID) -> dict[str, Any]:
        body = {"order_id": str(uuid4()), "action": action, "slot": slot, "record_ids": self.classes[book]}
        order: dict[str, Any] = await self._post(f"prepare {slot}", f"/class-terms/{book}/orders", who, body)
        if order["failed"] or order["state"] != "prepared":
            raise RuntimeError(f"an order was not prepared: {order}")
        return order

    async def _post(self, what: str, path: str, who: str, body: object) -> Any:  # noqa: ANN401
        start = time.perf_counter()
        answer = await self.http.post(f"/api/v1{path}", json=body, headers={"Authorization": f"Bearer {who}"})
        if answer.is_error:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:400]}")
        self.waits.setdefault(what, []).append(time.perf_counter() - start)
        return answer.json()


async def walked(city: City, begun: Callable[[Walk], None]) -> Walk:
    """All schools, some at a time; `begun` hears of the walk once the books' workflows run."""
    classes = await asyncio.to_thread(_classes, city.sessions)
    await _open_all(city, list(classes))
    limits = httpx.Limits(max_connections=40, keepalive_expiry=2)  # before the server lets go
    async with httpx.AsyncClient(
        base_url=city.settings.api_url, timeout=PATIENCE_S, trust_env=False, limits=limits
    ) as http:
        walk, turns = Walk(http, classes), asyncio.Semaphore(AT_ONCE)
        begun(walk)

        async def school(n: int) -> None:
            async with turns:
                await walk.school(cast_of(city.template, n))

        async with asyncio.TaskGroup() as group:
            for n in range(city.schools):
                group.create_task(school(n))
    return walk


def _classes(sessions: Sessions) -> dict[UUID, list[str]]:
    """The records of every open book, in the order of the class."""
    query = (
        select(TermRecord.class_term_id, TermRecord.id)
        .join(ClassTermRow, ClassTermRow.id == TermRecord.class_term_id)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .where(ClassTermRow.stage == Stage.SUBJECT_SIGNED)
        .order_by(Enrolment.order_no)
    )
    found: dict[UUID, list[str]] = {}
    with sessions() as session:
        for class_term_id, record_id in session.execute(query):
            found.setdefault(class_term_id, []).append(str(record_id))
    return found


async def _open_all(city: City, books: Sequence[UUID]) -> None:
    """Workflows of all books, as they have run since the beginning of the term."""
    client, turns = await connect(city.settings), asyncio.Semaphore(OPENED_AT_ONCE)

    async def open_one(book_id: UUID) -> None:
        async with turns:
            await start_class_term(client, await asyncio.to_thread(_state, city.sessions, book_id))

    await asyncio.gather(*(open_one(each) for each in books))


def _state(sessions: Sessions, book_id: UUID) -> ClassTermState:
    with sessions() as session:
        return resumed_state(reopening.book(session, book_id))
