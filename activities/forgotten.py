"""Orders that their people have confirmed and that nobody carries: whoever was to start that has died."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from temporalio import activity

from storage import rebuilding
from storage.database import Sessions
from storage.rebuilding import ConfirmedOrder

# What was opened a moment ago is still in the hands of whoever opened it.
_IN_HAND: Final = timedelta(minutes=2)


class Carriers(Protocol):
    async def carry(self, order: ConfirmedOrder) -> bool:
        """False where it is carried already."""
        ...


class ForgottenOrders:
    def __init__(self, sessions: Sessions, carriers: Carriers) -> None:
        self._sessions = sessions
        self._carriers = carriers

    @activity.defn
    async def carry_forgotten(self) -> int:
        """Have each carried to its class-term or matter; returns how many were not under way."""
        found = await asyncio.to_thread(self._found)
        return sum([await self._carriers.carry(order) for order in found])

    def _found(self) -> list[ConfirmedOrder]:
        with self._sessions() as session:
            return rebuilding.confirmed(session, datetime.now(UTC) - _IN_HAND)
