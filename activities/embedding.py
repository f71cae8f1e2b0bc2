"""From a confirmed order's rows to signed papers."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from activities.keys import key_of
from activities.papers import Beat, PaperPool
from activities.workbench import EmbedTask, Key
from domain.errors import Conflict, NotAllowed
from storage import confirmations, papers
from storage.database import Sessions
from storage.paper_outcomes import Embedded, Result
from storage.tables import OrderItem, SigningOrder


@dataclass(frozen=True)
class Confirmed:
    """A confirmed order with the papers that are not settled yet, and whose key signed; None: a program elsewhere."""

    order: SigningOrder
    items: Sequence[OrderItem]
    key: Key | None


def confirmed(session: Session, order: SigningOrder, stored: Sequence[OrderItem]) -> Confirmed:
    """Of all its papers; one whose digest came back unsigned is not among them: it fails by itself."""
    signed = [item for item in stored if item.raw_signature is not None or item.signed_sha256 is not None]
    return Confirmed(order, [item for item in signed if item.outcome == "pending"], key_of(session, order))


def embed_confirmed(pool: PaperPool, work: Confirmed, beat: Beat) -> dict[int, Result]:
    """By position; what was signed as a whole, or embedded so that its time could be proven, is taken as it is."""
    results: dict[int, Result] = {
        item.position: Embedded(item.signed_sha256, item.signed_size or 0) for item in work.items if item.signed_sha256
    }
    if work.key is not None:
        left = [item for item in work.items if item.position not in results]
        results |= embed_all(pool, work.order, left, work.key, beat)
    return results


@contextmanager
def giving_up(sessions: Sessions, order_id: UUID) -> Iterator[None]:
    """An order whose person may not sign any more ends at once: its records are free for whoever may."""
    try:
        yield
    except NotAllowed as error:
        with sessions.begin() as session:
            confirmations.give_up(session, order_id, error.code, error.message)
        raise


def embed_all(
    pool: PaperPool, order: SigningOrder, items: Sequence[OrderItem], key: Key, beat: Beat
) -> dict[int, Result]:
    """Embed each signature by itself; papers by their position in the order. Again, it gives the same papers."""
    results = pool.embed([_task(item, papers.field_of(order, item.kind), key) for item in items], beat)
    return {item.position: result for item, result in zip(items, results, strict=True)}


def _task(item: OrderItem, field: str, key: Key) -> EmbedTask:
    if item.raw_signature is None or item.attrs_der is None or item.document_digest is None:
        raise Conflict("Lệnh ký thiếu chữ ký.")
    return EmbedTask(
        prepared_sha256=item.prepared_sha256,
        field=field,
        document_digest=item.document_digest,
        attrs_der=item.attrs_der,
        region=(item.region_start or 0, item.region_end or 0),
        key=key,
        raw_signature=item.raw_signature,
        token=item.token,
    )
