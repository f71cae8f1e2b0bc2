"""Signing orders: prepare every paper of a class, later embed the signatures that one confirmation gave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session
from temporalio import activity

from activities.embedding import confirmed, embed_confirmed, giving_up
from activities.keys import key_of
from activities.papers import PaperPool
from activities.preflight import Preflight
from activities.refusals import not_yet, refusals_are_final
from activities.workbench import Key, PreparedPaper, PrepareTask, ProofTask
from domain.decisions import Failure
from domain.documents import DocumentKind
from domain.errors import Conflict, DomainError
from domain.matter_papers import PaperExtractContent
from domain.year_records import YearRecordContent
from interchange.national.codes import CodeLists, load_codes
from interchange.national.completeness import record_problems
from interchange.national.json_form import written
from interchange.national.mapping import national_record
from interchange.transfer.extract import extract_records
from signing.errors import ProviderUnavailable
from storage import authority, completion, confirmations, counting, orders, papers, projection
from storage.database import Sessions
from storage.paper_outcomes import PaperFailure
from storage.planned_papers import Paper
from storage.projection import Projection
from storage.tables import OrderItem, SigningOrder

QUEUE_PAUSE = timedelta(seconds=1)


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
    def __init__(
        self, sessions: Sessions, pool: PaperPool, preflight: Preflight, codes: CodeLists | None = None
    ) -> None:
        self._sessions = sessions
        self._pool = pool
        self._preflight = preflight
        self._codes = codes or load_codes()

    @activity.defn
    def prepare_order(self, order_id: str) -> PreparedOrder:
        """Clear the signer, then render and prepare the papers; run again, it returns what was prepared.

        While a service that must be asked first does not answer, the order says so and the next attempt asks again. An
        order that is refused is over, and says why.
        """
        with refusals_are_final():
            try:
                return self._prepared_now(order_id)
            except ProviderUnavailable:
                raise
            except DomainError as error:
                with self._sessions.begin() as session:
                    confirmations.give_up(session, UUID(order_id), error.code, error.message)
                raise

    def _prepared_now(self, order_id: str) -> PreparedOrder:
        with self._sessions() as session:
            order = orders.get(session, UUID(order_id))
            if order.state == "failed":
                raise Conflict(order.trouble)
            if order.state != "preparing":
                return _prepared(order, orders.items(session, order.id))
            authority.require(session, order, order.signing_time, datetime.now(UTC))
        self._take_turn(order)
        proof = self._cleared(order.id)
        with self._sessions() as session:
            how = _How(order, key_of(session, order), proof, self._codes)
            planned = papers.plan_papers(session, order)
        results = self._prepare(how, planned)
        self._leave_out_failed(how, planned, results)
        return self._keep(order_id, planned, results)

    @activity.defn
    def complete_order(self, work: Projection, issue: Projection | None = None) -> OrderResult:
        """Embed a confirmed order's signatures, each paper by itself; run again, it gives the same papers.

        When every paper took its signature, the decision is projected with them, and the issue that follows a seal: a
        stage never lags behind a paper. Whoever has handed the work over meanwhile has signed nothing.
        """
        with refusals_are_final():
            order_id = UUID(work.decision.order_id)
            with self._sessions.begin() as session:
                ready = confirmed(session, *self._confirmed(session, order_id, work))
            results = embed_confirmed(self._pool, ready, self._beat)
            with giving_up(self._sessions, order_id), self._sessions.begin() as session:
                authority.require_to_complete(session, order_id)
                settled = completion.complete(session, order_id, results)
                asked = (work.decision.record_ids, work.decision.slots)
                recorded = (settled.record_ids, settled.slots) == asked
                if recorded:
                    projection.project(session, work, issue)
            is_issued = recorded and issue is not None
            return OrderResult(settled.record_ids, settled.failed, settled.slots, recorded, is_issued)

    def _prepare(self, how: "_How", planned: Sequence[Paper]) -> list[PreparedPaper | PaperFailure]:
        """Prepare every paper that can be; each comes to its own place."""
        tasks = [how.task(paper) for paper in planned]
        prepared = iter(self._pool.prepare([task for task in tasks if isinstance(task, PrepareTask)], self._beat))
        return [next(prepared) if isinstance(task, PrepareTask) else task for task in tasks]

    def _take_turn(self, order: SigningOrder) -> None:
        """Lease the records of an order that queued. While somebody else holds them, the next attempt asks again."""
        if not order.signs_records:
            return
        with self._sessions.begin() as session:
            has_turn = orders.take_turn(session, order.id, datetime.now(UTC))
        if not has_turn:
            raise not_yet(ProviderUnavailable(orders.QUEUED_WORDS), QUEUE_PAUSE)

    def _cleared(self, order_id: UUID) -> ProofTask | None:
        """What a cleared order's seal has to carry; an order that has to wait says for what."""
        try:
            return self._preflight.clear(order_id)
        except ProviderUnavailable as error:
            with self._sessions.begin() as session:
                confirmations.note_trouble(session, order_id, error.code, error.message)
            raise

    def _leave_out_failed(self, how: "_How", planned: list[Paper], results: list[PreparedPaper | PaperFailure]) -> None:
        """Write a new class summary again without the records whose own paper failed, so that the others go on."""
        if not planned:
            return
        *others, summary = planned
        if summary.kind is not DocumentKind.CLASS_SUMMARY or summary.content is None:
            return
        outcomes = zip(others, results[:-1], strict=True)
        failed = {rid for paper, result in outcomes if isinstance(result, PaperFailure) for rid in paper.covers}
        if failed & set(summary.covers) and not failed >= set(summary.covers):
            with self._sessions.begin() as session:
                planned[-1] = papers.new_summary(session, how.order, failed)
            results[-1:] = self._prepare(how, planned[-1:])

    @staticmethod
    def _confirmed(session: Session, order_id: UUID, work: Projection) -> tuple[SigningOrder, Sequence[OrderItem]]:
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
        return order, stored

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


@dataclass(frozen=True)
class _How:
    """By whose key an order's papers are to be signed, and what its seal proves."""

    order: SigningOrder
    key: Key | None
    proof: ProofTask | None
    codes: CodeLists

    def task(self, paper: Paper) -> PrepareTask | PaperFailure:
        """What to do for a paper. Not for a record that the record store would refuse: once sealed it is too late."""
        if paper.obstacle:
            return PaperFailure("YearNotOver", paper.obstacle)
        content, field = paper.content, papers.field_of(self.order, paper.kind)
        record = national_record(content, self.codes) if isinstance(content, YearRecordContent) else None
        if record and (problems := record_problems(record, self.order.signing_time)):
            return PaperFailure("RecordIncomplete", problems[0])
        exchanged = written(record) if record else None
        if isinstance(content, PaperExtractContent):
            exchanged = extract_records(content, self.codes)
        return PrepareTask(content, paper.sha256, field, self.key, self.order.signing_time, self.proof, exchanged)


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
        counting.not_signed(result.code)
        return item
    item.content_sha256, item.prepared_sha256 = result.content_sha256, result.prepared_sha256
    item.document_digest, item.attrs_der = result.document_digest, result.attrs_der
    item.region_start, item.region_end = result.region or (None, None)
    return item
