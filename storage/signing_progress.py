"""How the orders of a batch stand: papers, outcomes, what has changed since an earlier signature."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, defer

from domain.assessment import Term
from domain.curriculum import Curriculum
from domain.signing_phases import Phase, phase_of
from storage import orders
from storage.entries import curriculum_of
from storage.orders import Standing
from storage.signing_batches import Wish, orders_of
from storage.tables import (
    ClassGroup,
    ClassTermRow,
    Document,
    DocumentRecord,
    Enrolment,
    OrderItem,
    PupilRow,
    Reason,
    SignatureRow,
    SigningBatch,
    SigningOrder,
    TermRecord,
)

_BYTES = (OrderItem.attrs_der, OrderItem.raw_signature, OrderItem.document_digest, OrderItem.token)


@dataclass(frozen=True)
class ClassOf:
    """The class-term of an order, as people call it."""

    class_id: UUID
    class_name: str
    school_year: str
    term: Term
    curriculum: Curriculum


@dataclass(frozen=True)
class Progress:
    """One order of a batch with its papers, in their order."""

    order: SigningOrder
    of: ClassOf
    items: tuple[OrderItem, ...]
    phase: Phase

    @property
    def standing(self) -> Standing:
        return orders.standing(self.order, self.items)

    @property
    def done(self) -> tuple[str, ...]:
        """Records that bear the signature."""
        return self.standing.record_ids if self.phase is Phase.DONE else ()


@dataclass(frozen=True)
class Pupil:
    record_id: str
    class_term_id: UUID
    order_no: int
    full_name: str


@dataclass(frozen=True)
class Changed:
    """A record that bore this person's signature before it was returned, and why it was."""

    record_id: str
    reason: str
    at: datetime | None


def progress(session: Session, batch: SigningBatch, now: datetime) -> list[Progress]:
    """All orders of a batch, without the bytes of their papers."""
    found = orders_of(session, batch.id)
    classes = _classes(session, found)
    by_order: dict[UUID, list[OrderItem]] = {order.id: [] for order in found}
    query = select(OrderItem).where(OrderItem.order_id.in_(by_order)).options(*(defer(each) for each in _BYTES))
    for item in session.scalars(query.order_by(OrderItem.order_id, OrderItem.position)):
        by_order[item.order_id].append(item)
    return [_progress(order, classes[order.class_term_id], by_order[order.id], now) for order in found]


def _progress(order: SigningOrder, of: ClassOf, items: Sequence[OrderItem], now: datetime) -> Progress:
    papers = sum(item.outcome != "failed" for item in items)
    phase = phase_of(order.state, order.trouble_code, papers, order.expires_at, now)
    return Progress(order, of, tuple(items), phase)


def _classes(session: Session, found: Sequence[SigningOrder]) -> dict[UUID, ClassOf]:
    query = select(ClassTermRow, ClassGroup).join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
    rows = session.execute(query.where(ClassTermRow.id.in_({order.class_term_id for order in found})))
    return {row.id: _class(group, Term(row.term)) for row, group in rows}


def _class(group: ClassGroup, term: Term) -> ClassOf:
    return ClassOf(group.id, group.name, group.school_year, term, curriculum_of(group, term))


def unfinished(found: Collection[Progress]) -> list[Wish]:
    """What of a batch was not signed, to ask for it again: whole orders that ended, and records that failed alone."""
    again: list[Wish] = []
    for each in found:
        order = each.order
        if each.phase in {Phase.FAILED, Phase.EXPIRED}:
            again.append(Wish(order.class_term_id, order.slots, tuple(order.record_ids)))
        elif each.phase is Phase.DONE:
            failed: dict[tuple[str, ...], list[str]] = {}
            for failure in each.standing.failed:
                failed.setdefault((failure.slot,) if failure.slot else order.slots, []).append(failure.record_id)
            again += [Wish(order.class_term_id, slots, tuple(ids)) for slots, ids in failed.items()]
    return again


def pupils(session: Session, record_ids: Collection[str]) -> dict[str, Pupil]:
    """Names and numbers of records, in the order of their classes."""
    query = (
        select(TermRecord.id, TermRecord.class_term_id, Enrolment.order_no, PupilRow.full_name)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .join(PupilRow, PupilRow.id == Enrolment.pupil_id)
        .where(TermRecord.id.in_([UUID(record_id) for record_id in record_ids]))
        .order_by(Enrolment.order_no)
    )
    return {str(row[0]): Pupil(str(row[0]), *row[1:]) for row in session.execute(query)}


def changed(session: Session, found: Collection[Progress], staff_id: UUID) -> list[Changed]:
    """Records of these orders whose content has changed since this person signed it, with the newest reason."""
    record_ids = {UUID(record_id) for each in found for record_id in each.order.record_ids}
    reason_id = func.coalesce(DocumentRecord.void_reason_id, Document.void_reason_id)
    query = (
        select(TermRecord.id, Reason.text, Reason.created_at)
        .join(DocumentRecord, DocumentRecord.record_id == TermRecord.id)
        .join(Document, Document.id == DocumentRecord.document_id)
        .join(SignatureRow, and_(SignatureRow.document_id == Document.id, SignatureRow.staff_id == staff_id))
        .outerjoin(Reason, Reason.id == reason_id)
        .where(
            TermRecord.id.in_(record_ids),
            DocumentRecord.revision < TermRecord.revision,
            or_(Document.state == "void", DocumentRecord.voided_at.is_not(None)),
        )
        .order_by(Reason.created_at)
    )
    newest = {str(row[0]): Changed(str(row[0]), row[1] or "", row[2]) for row in session.execute(query)}
    return list(newest.values())
