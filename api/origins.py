"""Where each decision came from: kept beside it when it is sent, so that its story can tell."""

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from storage import journal
from storage.database import Sessions
from storage.visitors import Visitor


@dataclass(frozen=True)
class Origin:
    """Who sends this request, with which device or system, and from which network."""

    staff_id: UUID
    device: str
    network: str


_current: ContextVar[Origin | None] = ContextVar("origin", default=None)


def arrived(visitor: Visitor) -> None:
    """Remember for the rest of this request whose it is; nothing that is said in it can change that."""
    _current.set(Origin(visitor.person.staff_id, visitor.device, visitor.network))


class Origins:
    """Keeps the origins of decisions by their command id; the first request with an id counts."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def note(self, command_id: str) -> None:
        origin = _current.get()
        if origin is not None:
            await asyncio.to_thread(self._keep, command_id, origin)

    def _keep(self, command_id: str, origin: Origin) -> None:
        with self._sessions.begin() as session:
            journal.add_origin(session, command_id, origin.staff_id, origin.device, origin.network)
