"""Completes orders for the papers of matters: the signature is embedded, and noted in the matter's diary."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from temporalio import activity

from activities.embedding import confirmed, embed_confirmed, giving_up
from activities.papers import PaperPool
from activities.refusals import refusals_are_final
from domain.errors import Conflict
from storage import orders
from storage.database import Sessions
from storage.matters import completing


@dataclass(frozen=True)
class MatterSigned:
    """A field that bears its signature, and the paper with it (hex SHA-256); or the code of why it does not.

    `is_sealed`: it was the school's seal, nothing is added to the paper after it.
    """

    field: str
    document_id: str
    sha256: str = ""
    is_sealed: bool = False
    failed: str = ""


class MatterPaperActivities:
    def __init__(self, sessions: Sessions, pool: PaperPool) -> None:
        self._sessions = sessions
        self._pool = pool

    @activity.defn
    def complete_matter_order(self, order_id: str) -> MatterSigned:
        """Embed a confirmed order's signature; run again, it gives the same answer."""
        with refusals_are_final():
            with self._sessions() as session:
                order = orders.get(session, UUID(order_id))
                if order.matter_id is None:
                    raise Conflict("Lệnh ký không khớp với quyết định.")
                if order.state not in {"signed", "completed"}:
                    raise Conflict(order.trouble or "Lệnh ký chưa được xác nhận.")
                ready = confirmed(session, order, orders.items(session, order.id))
            results = embed_confirmed(self._pool, ready, activity.heartbeat)
            with giving_up(self._sessions, order.id), self._sessions.begin() as session:
                return MatterSigned(**vars(completing.complete(session, order.id, results, datetime.now(UTC))))
