"""Signing orders: leases, prepared papers, raw signatures, and the documents that come of them."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    String,
    Uuid,
    delete,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM
from domain.decisions import Action, Failure
from domain.errors import Conflict, NotFound
from storage.bulk import columns_of, insert_all
from storage.entries import refuse_foreign
from storage.tables import OrderItem, SigningLease, SigningOrder

LIFETIME = timedelta(minutes=10)
QUEUED, QUEUED_WORDS = (
    "Queued",
    "Một giáo viên khác đang ký các học bạ này; lệnh ký của thầy/cô đang xếp hàng và sẽ tự tiếp tục.",
)
_LEASE_COLUMNS = ("record_id", "slot", "order_id", "expires_at")


@dataclass(frozen=True)
class NewOrder:
    """What one person wants to sign with one confirmation: several slots if they are subjects of the same teacher."""

    order_id: UUID
    class_term_id: UUID
    action: Action
    slots: tuple[str, ...]
    staff_id: UUID
    certificate_id: UUID
    record_ids: tuple[str, ...]
    signs_records: bool = False
    batch_id: UUID | None = None


def open_order(session: Session, new: NewOrder, now: datetime) -> SigningOrder:
    """Open an order and lease its records; the same id again gives the same order.

    Raises NotFound for records of another class-term, Conflict when another open order holds one of the records. An
    order of a subject teacher who signs each record queues instead: its preparation takes the lease in its turn.
    """
    known = session.get(SigningOrder, new.order_id)
    if known is not None:
        return _same(known, new)
    refuse_foreign(session, new.class_term_id, {UUID(record_id) for record_id in new.record_ids})
    order = _insert(session, new, now)
    if order is None:  # pressed twice in one moment: the other press was first
        return _same(session.get_one(SigningOrder, new.order_id), new)
    if not take_lease(session, order, now):
        if not order.signs_records:
            raise Conflict("Hồ sơ đang được người khác ký; hãy thử lại sau ít phút.")
        order.trouble_code, order.trouble = QUEUED, QUEUED_WORDS
    return order


def _insert(session: Session, new: NewOrder, now: datetime) -> SigningOrder | None:
    return insert_order(
        session,
        now,
        id=new.order_id,
        batch_id=new.batch_id,
        class_term_id=new.class_term_id,
        action=new.action.value,
        slot=new.slots[0],
        more_slots=list(new.slots[1:]),
        staff_id=new.staff_id,
        certificate_id=new.certificate_id,
        record_ids=list(new.record_ids),
        signs_records=new.signs_records,
    )


def insert_order(session: Session, now: datetime, **values: object) -> SigningOrder | None:
    """A new order that lives from now on; None when there is one with its id."""
    life = {"signing_time": now.replace(microsecond=0), "created_at": now, "expires_at": now + LIFETIME}
    row = insert(SigningOrder).values(**values, nonce=secrets.token_bytes(16), **life)
    return session.scalars(row.on_conflict_do_nothing(index_elements=["id"]).returning(SigningOrder)).first()


def _same(known: SigningOrder, new: NewOrder) -> SigningOrder:
    asked = (new.class_term_id, new.action.value, new.slots, new.staff_id, list(new.record_ids))
    if (known.class_term_id, known.action, known.slots, known.staff_id, known.record_ids) != asked:
        raise Conflict("Mã lệnh ký này đã dùng cho một việc khác.")
    return known


def lease_slots(order: SigningOrder) -> tuple[str, ...]:
    """Sheets of different subjects do not disturb each other; papers of the record take one signer at a time."""
    is_subject = order.action == Action.SIGN and order.slot != HOMEROOM
    return (*order.slots, "") if order.signs_records else order.slots if is_subject else ("",)


def take_lease(session: Session, order: SigningOrder, now: datetime) -> bool:
    """Lease an order's records, all of them or none; False while another order holds one of them."""
    with session.begin_nested() as attempt:
        if _leased(session, order, now):
            return True
        attempt.rollback()
    return False


def take_turn(session: Session, order_id: UUID, now: datetime) -> bool:
    """Give a queued order its lease once nobody else holds its records; again, it keeps it."""
    order = get(session, order_id, lock=True)
    if holds_leases(session, order):
        return True
    order.expires_at = now + LIFETIME
    is_next = take_lease(session, order, now)
    order.trouble_code, order.trouble = ("", "") if is_next else (QUEUED, QUEUED_WORDS)
    return is_next


def _leased(session: Session, order: SigningOrder, now: datetime) -> bool:
    record_ids, slots = [UUID(rid) for rid in order.record_ids], list(lease_slots(order))
    lease = insert(SigningLease).from_select(_LEASE_COLUMNS, _every(record_ids, slots, order))
    taken = session.scalars(
        lease.on_conflict_do_update(
            index_elements=["record_id", "slot"],
            set_={"order_id": lease.excluded.order_id, "expires_at": lease.excluded.expires_at},
            where=(SigningLease.expires_at <= now) | (SigningLease.order_id == order.id) | _same_signer(order),
        ).returning(SigningLease.record_id)
    ).all()
    return len(taken) == len(record_ids) * len(slots)


def _every(record_ids: list[UUID], slots: list[str], order: SigningOrder) -> Select[UUID, str, UUID, datetime]:
    """A lease for each record and slot, always in the same order, so that two orders cannot wait for each other.

    The lists travel as two arrays: as rows, each length would be another statement to compile, 10 ms for a class.
    """
    records = func.unnest(literal(record_ids, ARRAY(Uuid))).table_valued("id").render_derived()
    parts = func.unnest(literal(slots, ARRAY(String))).table_valued("slot").render_derived()
    pairs = select(records.c.id, parts.c.slot, literal(order.id), literal(order.expires_at))
    return pairs.join_from(records, parts, true()).order_by(records.c.id, parts.c.slot)


def _same_signer(order: SigningOrder) -> ColumnElement[bool]:
    """A person who starts over (a closed page, a wrong passphrase) is not locked out by the order left behind."""
    mine = select(SigningOrder.id).where(
        SigningOrder.staff_id == order.staff_id, SigningOrder.state.in_(("preparing", "prepared"))
    )
    return SigningLease.order_id.in_(mine)


def get(session: Session, order_id: UUID, *, lock: bool = False) -> SigningOrder:
    order = session.get(SigningOrder, order_id, with_for_update=lock or None)
    if order is None:
        raise NotFound("Không tìm thấy lệnh ký này.")
    return order


def items(session: Session, order_id: UUID) -> Sequence[OrderItem]:
    query = select(OrderItem).where(OrderItem.order_id == order_id)
    return session.scalars(query.order_by(OrderItem.position)).all()


def prepared_papers(session: Session) -> set[str]:
    """Hashes of the papers that an order still needs until its signatures are in them."""
    ongoing = SigningOrder.state.not_in(("completed", "failed"))
    query = select(OrderItem.prepared_sha256).join(SigningOrder, SigningOrder.id == OrderItem.order_id).where(ongoing)
    return set(session.scalars(query))


def lookup_code(order: SigningOrder, document_id: UUID) -> str:
    """A 128-bit code that nobody can guess and that a repeated preparation finds again."""
    digest = hmac.new(order.nonce, document_id.bytes, hashlib.sha256).digest()[:16]
    return base64.b32encode(digest).decode().rstrip("=")


@dataclass(frozen=True)
class Standing:
    """What of an order goes along: papers, the records and slots they are for; and what stays out, with a code."""

    papers: int
    record_ids: tuple[str, ...]
    slots: tuple[str, ...]
    failed: tuple[Failure, ...]


def standing(order: SigningOrder, stored: Sequence[OrderItem]) -> Standing:
    """How an order stands, from all its papers in their order.

    A failed paper leaves out its record; a failed sheet leaves out its subject, and the teacher's other sheets go on.
    """
    left_out: dict[tuple[str, str], str] = {}
    for item in stored:
        if item.outcome == "failed":  # the summary comes last, so a record's own failure is the one that is told
            left_out = {**dict.fromkeys(((rid, item.slot) for rid in item.covers), item.error_code), **left_out}
    slots = tuple(slot for slot in order.slots if slot not in {slot for _, slot in left_out})
    records = tuple(rid for rid in order.record_ids if slots and (rid, "") not in left_out)
    named = [(rid, slot) for slot in ("", *order.slots) for rid in order.record_ids]  # in the order of the class
    failed = tuple(Failure(rid, left_out[rid, slot], slot) for rid, slot in named if (rid, slot) in left_out)
    return Standing(sum(item.outcome != "failed" for item in stored), records, slots, failed)


def store_prepared(session: Session, order: SigningOrder, prepared: Iterable[OrderItem]) -> None:
    """Keep the prepared papers; a second run of the preparation keeps the first one's."""
    insert_all(session, OrderItem, [columns_of(item) for item in prepared])
    order.state, order.trouble_code, order.trouble = "prepared", "", ""


def awaits_proof(order: SigningOrder) -> bool:
    """Whether the decision must wait until the time of its signatures is proven: seals do."""
    return order.level != "B-B"


def release(session: Session, order: SigningOrder) -> None:
    session.execute(delete(SigningLease).where(SigningLease.order_id == order.id))


def holds_leases(session: Session, order: SigningOrder) -> bool:
    count = select(func.count()).select_from(SigningLease).where(SigningLease.order_id == order.id)
    return (session.scalar(count) or 0) == len(order.record_ids) * len(lease_slots(order))
