"""The last signatures of a school's year, as its people give them: through the API, each with the own key."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx

from bench.parts.season.people import PASSPHRASE, Cast


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
        lines = await self._post(f"confirm {slot}", "/orders/confirm", who, body)
        for line in lines:
            if line["problem"] or line["outcome"]["failed"]:
                raise RuntimeError(f"an order was refused: {line}")

    async def _order(self, who: str, action: str, slot: str, book: UUID) -> dict[str, Any]:
        body = {"order_id": str(uuid4()), "action": action, "slot": slot, "record_ids": self.classes[book]}
        order: dict[str, Any] = await self._post(f"prepare {slot}", f"/class-terms/{book}/orders", who, body)
        if order["failed"] or order["state"] != "prepared":
            raise RuntimeError(f"an order was not prepared: {order}")
        return order

    async def _post(self, what: str, path: str, who: str, body: object) -> Any:  # noqa: ANN401
        clock = asyncio.get_running_loop().time
        start = clock()
        answer = await self.http.post(f"/api/v1{path}", json=body, headers={"Authorization": f"Bearer {who}"})
        if answer.is_error:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:400]}")
        self.waits.setdefault(what, []).append(clock() - start)
        return answer.json()
