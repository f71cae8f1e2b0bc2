"""From a confirmed order's rows to signed papers."""

from collections.abc import Sequence

from activities.papers import Beat, PaperPool
from activities.workbench import EmbedTask, Key
from domain.errors import Conflict
from storage import papers
from storage.completion import Result
from storage.tables import OrderItem, SigningOrder


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
