"""Signing orders: prepare every paper of a class, later embed the signatures that one confirmation gave."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session
from temporalio import activity

from activities.papers import PaperPool
from activities.refusals import refusals_are_final
from activities.workbench import EmbedTask, PreparedPaper, PrepareTask
from domain.decisions import Failure
from domain.documents import DocumentKind, SignatureField
from domain.errors import Conflict
from storage import completion, orders, papers, projection
from storage.completion import PaperFailure
from storage.database import Sessions
from storage.papers import Paper
from storage.projection import Projection
from storage.tables import OrderItem, SigningOrder


@dataclass(frozen=True)
class PreparedOrder:
    """What an order will sign: how many papers, for which records, and which records had to stay out."""

    order_id: str
    papers: int
    record_ids: tuple[str, ...]
    failed: tuple[Failure, ...] = ()
    slots: tuple[str, ...] = ()


@dataclass(frozen=True)
class OrderResult:
    """Records whose papers all bear the signature, and those that failed, each with its code.

    `recorded` says that all of it came true and was projected in the same transaction; else `slots` are those signed.
    `issued` says the same of what is issued with the seal.
    """

    done: tuple[str, ...]
    failed: tuple[Failure, ...] = ()
    slots: tuple[str, ...] = ()
    recorded: bool = False
    issued: bool = False


class OrderActivities:
    def __init__(self, sessions: Sessions, pool: PaperPool) -> None:
        self._sessions = sessions
        self._pool = pool

    @activity.defn
    def prepare_order(self, order_id: str) -> PreparedOrder:
        """Render and prepare the papers of an order; run again, it returns what was prepared."""
        with refusals_are_final():
            with self._sessions.begin() as session:
                order = orders.get(session, UUID(order_id))
                if order.state != "preparing":
                    return _prepared(order, orders.items(session, order.id))
                planned, chain = papers.plan_papers(session, order), papers.chain_pem(session, order)
            results = self._pool.prepare([_prepare_task(order, paper, chain) for paper in planned], self._beat)
            self._leave_out_failed(order, planned, results, chain)
            return self._keep(order_id, planned, results)

    @activity.defn
    def complete_order(self, work: Projection, issue: Projection | None = None) -> OrderResult:
        """Embed a confirmed order's signatures, each paper by itself; run again, it gives the same papers.

        When every paper took its signature, the decision is projected with them, and the issue that follows a seal: a
        stage never lags behind a paper.
        """
        with refusals_are_final():
            order_id = UUID(work.decision.order_id)
            with self._sessions.begin() as session:
                pending = self._pending(session, order_id, work)
                order = orders.get(session, order_id)
                chain, field = papers.chain_pem(session, order), papers.field_of(order)
            results = self._pool.embed([_embed_task(item, field, chain) for item in pending], self._beat)
            with self._sessions.begin() as session:
                settled = completion.complete(session, order_id, dict(zip(_positions(pending), results, strict=True)))
                asked = (work.decision.record_ids, work.decision.slots)
                recorded = (settled.record_ids, settled.slots) == asked
                for step in (work, issue) if recorded else ():
                    if step is not None:
                        projection.project(session, step)
            is_issued = recorded and issue is not None
            return OrderResult(settled.record_ids, settled.failed, settled.slots, recorded, is_issued)

    def _leave_out_failed(
        self, order: SigningOrder, planned: list[Paper], results: list[PreparedPaper | PaperFailure], chain: str
    ) -> None:
        """Write a new class summary again without the records whose own paper failed, so that the others go on."""
        if not planned:
            return
        *others, summary = planned
        if summary.kind is not DocumentKind.CLASS_SUMMARY or summary.content is None:
            return
        outcomes = zip(others, results[:-1], strict=True)
        failed = {rid for paper, result in outcomes if isinstance(result, PaperFailure) for rid in paper.covers}
        if failed and failed < set(summary.covers):
            with self._sessions.begin() as session:
                planned[-1] = papers.new_summary(session, order, failed)
            results[-1:] = self._pool.prepare([_prepare_task(order, planned[-1], chain)], self._beat)

    @staticmethod
    def _pending(session: Session, order_id: UUID, work: Projection) -> Sequence[OrderItem]:
        order = orders.get(session, order_id)
        decision = work.decision
        asked = (str(order.class_term_id), order.action, str(order.staff_id))
        fits = asked == (work.class_term_id, decision.action.value, decision.actor_id)
        if not fits or not set(decision.slots) <= set(order.slots):
            raise Conflict("Lệnh ký không khớp với quyết định.")
        if order.state not in {"signed", "completed"}:
            raise Conflict("Lệnh ký chưa được xác nhận.")
        stored = orders.items(session, order_id)
        if order.state == "signed":
            ready = orders.standing(order, stored)
            if (decision.record_ids, decision.slots) != (ready.record_ids, ready.slots):
                raise Conflict("Lệnh ký không khớp với quyết định.")
        # A paper whose digest came back unsigned fails by itself.
        return [item for item in stored if item.outcome == "pending" and item.raw_signature is not None]

    def _keep(
        self, order_id: str, planned: Sequence[Paper], results: Sequence[PreparedPaper | PaperFailure]
    ) -> PreparedOrder:
        with self._sessions.begin() as session:
            order = orders.get(session, UUID(order_id), lock=True)
            if order.state != "preparing":  # another try was faster
                return _prepared(order, orders.items(session, order.id))
            numbered = enumerate(zip(planned, results, strict=True))
            kept = [_item(order, at, *pair) for at, pair in numbered]
            orders.store_prepared(session, order, kept)
            return _prepared(order, kept)

    @staticmethod
    def _beat(done: int) -> None:
        activity.heartbeat(done)


def _prepared(order: SigningOrder, stored: Sequence[OrderItem]) -> PreparedOrder:
    ready = orders.standing(order, stored)
    return PreparedOrder(str(order.id), ready.papers, ready.record_ids, ready.failed, ready.slots)


def _positions(pending: Sequence[OrderItem]) -> list[int]:
    return [item.position for item in pending]


def _prepare_task(order: SigningOrder, paper: Paper, chain: str) -> PrepareTask:
    return PrepareTask(paper.content, paper.sha256, papers.field_of(order), chain, order.signing_time)


def _embed_task(item: OrderItem, field: SignatureField, chain: str) -> EmbedTask:
    if item.raw_signature is None or item.attrs_der is None or item.document_digest is None:
        raise Conflict("Lệnh ký thiếu chữ ký.")
    return EmbedTask(
        prepared_sha256=item.prepared_sha256,
        field=field,
        document_digest=item.document_digest,
        attrs_der=item.attrs_der,
        region=(item.region_start or 0, item.region_end or 0),
        chain_pem=chain,
        raw_signature=item.raw_signature,
    )


def _item(order: SigningOrder, position: int, paper: Paper, result: PreparedPaper | PaperFailure) -> OrderItem:
    item = OrderItem(
        order_id=order.id,
        position=position,
        document_id=paper.document_id,
        kind=DocumentKind(paper.kind).value,
        enrolment_id=paper.enrolment_id,
        slot=paper.slot,
        part=paper.part,
        lookup_code=paper.lookup_code,
        covers=paper.covers,
        outcome="pending",
    )
    if isinstance(result, PaperFailure):
        item.outcome, item.error_code, item.error = "failed", result.code, result.message
        return item
    item.content_sha256, item.prepared_sha256 = result.content_sha256, result.prepared_sha256
    item.document_digest, item.attrs_der = result.document_digest, result.attrs_der
    item.region_start, item.region_end = result.region
    return item
