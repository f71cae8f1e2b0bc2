"""Orders that are prepared as far as HTTP is concerned, and the request that confirms them."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.curriculum import PRINCIPAL
from domain.decisions import Action
from storage.tables import OrderItem, SigningOrder, TeachingAssignment
from tests.api.world import PASSPHRASE, World
from tests.factories import OpenBook
from tests.storage.papers import make_order

CONFIRM = "/api/v1/orders/confirm"


def right(*wanted: SigningOrder) -> dict[str, object]:
    return {"order_ids": [str(order.id) for order in wanted], "passphrase": PASSPHRASE}


def make_prepared(db: Session, book: OpenBook, action: Action = Action.APPROVE, slot: str = PRINCIPAL) -> SigningOrder:
    order = make_order(book, action, slot)
    order.expires_at = datetime.now(UTC) + timedelta(minutes=10)
    order.state = "prepared"
    add_paper(book, order)
    db.commit()
    return order


def add_paper(book: OpenBook, order: SigningOrder) -> None:
    item = OrderItem(
        order_id=order.id, position=99, document_id=uuid4(), kind="class_summary", part=1, lookup_code=uuid4().hex,
        covers=dict.fromkeys(book.records, 1), document_digest=b"digest", attrs_der=b"attributes", outcome="pending",
    )  # fmt: skip
    book.session.add(item)


def end_assignment(db: Session, world: World, slot: str) -> None:
    mine = select(TeachingAssignment).where(
        TeachingAssignment.class_id == world.cast.class_id, TeachingAssignment.slot == slot
    )
    db.scalars(mine).one().valid_to = datetime.now(UTC) - timedelta(seconds=1)
    db.commit()


def raw_signatures(db: Session, order: SigningOrder) -> list[bytes | None]:
    db.expire_all()
    query = select(OrderItem.raw_signature).where(OrderItem.order_id == order.id)
    return list(db.scalars(query.order_by(OrderItem.position)))
