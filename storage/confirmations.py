"""What becomes of an order once its person has confirmed: asked of a key service, signed, waiting, or given up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from domain.errors import Conflict
from storage import counting, orders
from storage.bulk import update_all
from storage.tables import Confirmation, OrderItem, SigningLease, SigningOrder

LEFT_OUT = "Dịch vụ ký số không ký văn bản này; hãy ký lại."
# What people gave is kept for a while when another service (a time stamp, say) is what is missing.
KEPT_FOR = timedelta(hours=12)
# Between two questions about one confirmation, whatever a service would like.
LONGEST_PAUSE = timedelta(minutes=1)


@dataclass(frozen=True)
class RawSignatures:
    """What a key gave for one order: values by position, and a code for each that it left out."""

    values: Mapping[int, bytes]
    failed: Mapping[int, str]


def ask(session: Session, wanted: Sequence[UUID], provider: str, transaction: str, ask_after: datetime) -> Confirmation:
    """Note that a key service has been asked to sign these orders. Raises Conflict when one of them has moved on."""
    confirmation = Confirmation(id=uuid4(), provider=provider, transaction=transaction, ask_after=ask_after)
    session.add(confirmation)
    session.flush()
    for order_id in wanted:
        order = orders.get(session, order_id, lock=True)
        if order.state != "prepared":
            raise Conflict("Lệnh ký này đã được xác nhận.")
        order.state, order.confirmation_id = "asked", confirmation.id
        hold(session, order, ask_after + orders.LIFETIME)
    return confirmation


def store_signatures(session: Session, order_id: UUID, given: RawSignatures, now: datetime) -> None:
    """Keep the raw signatures of a confirmed order; those of a first confirmation stay.

    Raises Conflict when it has expired or was not prepared.
    """
    order = orders.get(session, order_id, lock=True)
    if order.state in {"signed", "completed"}:
        return
    if order.state not in {"prepared", "asked"}:
        raise Conflict("Lệnh ký chưa sẵn sàng.")
    if order.expires_at <= now:
        raise Conflict("Lệnh ký đã hết hạn; hãy bắt đầu lại.")
    values = [{"order_id": order_id, "position": at, "raw_signature": value} for at, value in given.values.items()]
    update_all(session, OrderItem, ["order_id", "position"], values)
    for item in orders.items(session, order_id) if given.failed else ():
        if item.position in given.failed and item.outcome == "pending":
            item.outcome, item.error_code, item.error = "failed", given.failed[item.position], LEFT_OUT
            counting.not_signed(item.error_code)
    order.state, order.trouble_code, order.trouble = "signed", "", ""
    if orders.awaits_proof(order):
        hold(session, order, min(now + KEPT_FOR, order.fresh_until or now + KEPT_FOR))


def keep_upload(session: Session, order_id: UUID, position: int, signed: tuple[str, int]) -> None:
    """Keep a document that came back signed (its hash and size); until the confirmation a newer one takes its place.

    Raises Conflict for an order that no longer waits for documents.
    """
    order = orders.get(session, order_id, lock=True)
    if order.state != "prepared":
        raise Conflict("Lệnh ký này không còn chờ văn bản.")
    mine = update(OrderItem).where(OrderItem.order_id == order_id, OrderItem.position == position)
    session.execute(mine.values(signed_sha256=signed[0], signed_size=signed[1]))


def close_uploads(session: Session, order_id: UUID, now: datetime) -> None:
    """Confirm an order with the documents that came back signed; the others are left out."""
    given = {item.position for item in orders.items(session, order_id) if item.signed_sha256 is None}
    store_signatures(session, order_id, RawSignatures({}, dict.fromkeys(given, "NotSigned")), now)


def hold(session: Session, order: SigningOrder, until: datetime) -> None:
    """Let an order and its leases live at least so long."""
    order.expires_at = max(order.expires_at, until)
    mine = update(SigningLease).where(SigningLease.order_id == order.id)
    session.execute(mine.values(expires_at=order.expires_at))


def note_trouble(session: Session, order_id: UUID, code: str, message: str) -> None:
    """Why an order waits, for the person to see; it goes on by itself."""
    session.execute(update(SigningOrder).where(SigningOrder.id == order_id).values(trouble_code=code, trouble=message))


def give_up(session: Session, order_id: UUID, code: str, message: str) -> None:
    """End an order that cannot go on: nobody's paper has changed, and its records are free for another order."""
    order = orders.get(session, order_id, lock=True)
    if order.state in {"completed", "failed"}:
        return
    order.state, order.trouble_code, order.trouble = "failed", code, message
    counting.not_signed(code)
    orders.release(session, order)


def due(session: Session, confirmation_id: UUID, now: datetime) -> Confirmation | None:
    """A pending confirmation that may be asked about now; None while another order's turn has just asked.

    A time too far ahead comes from a clock that was wrong, and is not waited for.
    """
    is_due = or_(Confirmation.ask_after <= now, Confirmation.ask_after > now + LONGEST_PAUSE)
    query = select(Confirmation).where(Confirmation.id == confirmation_id, Confirmation.state == "pending", is_due)
    return session.scalars(query.with_for_update(skip_locked=True)).first()


def orders_of(session: Session, confirmation_id: UUID) -> Sequence[SigningOrder]:
    """In the order in which their papers were numbered for the key service."""
    query = select(SigningOrder).where(SigningOrder.confirmation_id == confirmation_id)
    return session.scalars(query.order_by(SigningOrder.id)).all()
