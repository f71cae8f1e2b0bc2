"""Proves when an order's signatures existed before its decision is sent: a time stamp for each seal, or one for all."""

import hashlib
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from uuid import UUID

from activities.embedding import embed_all
from activities.evidence import EvidenceKeeper
from activities.keys import key_of
from activities.papers import PaperPool
from domain.errors import Conflict
from signing.errors import ProviderUnavailable
from signing.timestamps import TimeStampService
from signing.tokens import Token
from storage import evidence, orders
from storage.database import Sessions
from storage.tables import OrderItem, SigningOrder

# What the authorities are said to bear (guide: one integrator measured 2 to 131 seconds a call, at most 4 at a time).
AT_ONCE = 4
# An attempt ends after this long and the next one goes on: what was stamped stays.
BUDGET_SECONDS = 60.0


class Proving:
    def __init__(self, sessions: Sessions, pool: PaperPool, stamps: TimeStampService, keeper: EvidenceKeeper) -> None:
        self._sessions = sessions
        self._pool = pool
        self._stamps = stamps
        self._keeper = keeper

    def prove(self, order_id: UUID) -> None:
        """Give an order the proof of time that its level asks for; again, it changes nothing.

        Raises ProviderUnavailable while there is more to do, Conflict when the seal's validation data has aged.
        """
        with self._sessions() as session:
            order = orders.get(session, order_id)
            if order.state == "completed" or not orders.awaits_proof(order):
                return
            items = [item for item in orders.items(session, order_id) if item.outcome == "pending"]
        match order.level:
            case "B-LT":
                self._stamp_each(order, [item for item in items if item.raw_signature and item.token is None])
            case "B-B+ERS" if order.evidence_id is None:
                self._stamp_together(order, items)

    def _stamp_each(self, order: SigningOrder, waiting: Sequence[OrderItem]) -> None:
        until = time.monotonic() + BUDGET_SECONDS
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for start in range(0, len(waiting), AT_ONCE):
                if time.monotonic() > until:
                    raise ProviderUnavailable(f"Đang lấy dấu thời gian: còn {len(waiting) - start} văn bản.")
                chunk = waiting[start : start + AT_ONCE]
                asked = [threads.submit(self._stamps.stamp, _digest(item)) for item in chunk]
                self._keep(order, chunk, asked)

    def _keep(self, order: SigningOrder, chunk: Sequence[OrderItem], asked: Sequence[Future[Token]]) -> None:
        """Keep every token that came, also when another one did not."""
        came = [(item, token.result()) for item, token in zip(chunk, asked, strict=True) if not token.exception()]
        with self._sessions.begin() as session:
            for item, token in came:
                evidence.keep_token(session, order.id, item.position, token.der, token.gen_time)
        if order.fresh_until and any(token.gen_time > order.fresh_until for _, token in came):
            raise Conflict("Dữ liệu kiểm tra chứng thư số đã cũ trước khi có dấu thời gian; hãy đóng dấu lại.")
        for each in asked:
            each.result()

    def _stamp_together(self, order: SigningOrder, items: Sequence[OrderItem]) -> None:
        """Embed everything, then stamp the hash tree over the sealed files."""
        signed = [item for item in items if item.raw_signature and item.signed_sha256 is None]
        with self._sessions() as session:
            key = key_of(session, order)
        results = embed_all(self._pool, order, signed, key, lambda _: None) if key else {}
        with self._sessions.begin() as session:
            evidence.keep_signed(session, order.id, results)
        with self._sessions() as session:
            stored = orders.items(session, order.id)
        sealed = [item.signed_sha256 for item in stored if item.signed_sha256 and item.outcome == "pending"]
        self._keeper.stamp_orders({order.id: sealed})


def _digest(item: OrderItem) -> bytes:
    return hashlib.sha256(item.raw_signature or b"").digest()
