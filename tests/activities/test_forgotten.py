"""A confirmed order is carried even if whoever was to see to that has died."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import update
from sqlalchemy.orm import Session
from temporalio.testing import ActivityEnvironment

from activities.forgotten import ForgottenOrders
from domain.decisions import Action
from storage import orders
from storage.database import Sessions
from storage.rebuilding import ConfirmedOrder
from storage.tables import SigningOrder
from tests.factories import OpenBook, make_certificate, open_book


@dataclass
class Carriers:
    """One order is carried already."""

    carried: UUID
    asked: list[UUID] = field(default_factory=list)

    async def carry(self, order: ConfirmedOrder) -> bool:
        self.asked.append(order.order_id)
        return order.order_id != self.carried


def confirmed(book: OpenBook, age: timedelta) -> UUID:
    order_id, homeroom = uuid4(), book.cast.homeroom
    certificate = make_certificate(book.session, homeroom).id
    new = orders.NewOrder(order_id, book.id, Action.SIGN, ("toan",), homeroom, certificate, book.records)
    orders.release(book.session, orders.open_order(book.session, new, datetime.now(UTC)))
    mine = update(SigningOrder).where(SigningOrder.id == order_id)
    book.session.execute(mine.values(state="signed", created_at=datetime.now(UTC) - age))
    book.session.commit()
    return order_id


async def test_what_is_in_nobodys_hands_is_carried(db: Session, sessions: Sessions) -> None:
    book = open_book(db)
    book.submit_all()
    forgotten, carried, _fresh = (confirmed(book, timedelta(minutes=each)) for each in (5, 4, 0))
    carriers = Carriers(carried)
    begun = await ActivityEnvironment().run(ForgottenOrders(sessions, carriers).carry_forgotten)
    assert (begun, carriers.asked) == (1, [forgotten, carried])
