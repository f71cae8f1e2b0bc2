"""What the pages do to somebody's order for the paper of a matter: open it, confirm it, and keep it going."""

import asyncio
from contextlib import suppress
from uuid import UUID

from pydantic import SecretStr

from api.deps import now
from api.errors import Unavailable
from api.services import Services
from domain.errors import DomainError
from domain.matters import MatterKind, workflow_id
from domain.matters.signing import OVERTAKEN
from storage import confirmations
from storage.matters import paper_orders
from storage.matters.paper_orders import WantedPaper
from storage.staffing import Person
from storage.tables import Matter, SigningOrder


def under_way(found: Services, person: Person, matter_id: UUID, field: str) -> UUID | None:
    """The person's order for a field (or any that waits for the person) that can be gone on with."""
    with found.sessions() as session:
        waiting = paper_orders.fields_for(session, matter_id, person)
        for each in waiting if not field else [one for one in waiting if one == field]:
            order = paper_orders.under_way(session, matter_id, each, person, now())
            if order is not None:
                return order.id
    return None


async def prepare(found: Services, person: Person, wanted: WantedPaper) -> None:
    """Open an order and have its paper prepared, waiting for nothing; the order says how it stands."""
    await asyncio.to_thread(_open, found, person, wanted)
    with suppress(Unavailable):  # the page of the order asks again
        await found.approvals.start_preparing(str(wanted.order_id))


async def push(found: Services, person: Person, matter_id: UUID, order_id: UUID) -> None:
    """Have what is under way go on: whoever should have started it may have died. Again, it changes nothing."""
    order, to = await asyncio.to_thread(_own, found, person, matter_id, order_id)
    if order.state == "preparing" and order.expires_at > now():
        await found.approvals.start_preparing(str(order.id))
    elif order.state in {"asked", "signed"}:
        await found.approvals.start_carrying(str(order.id), to)


async def confirm(found: Services, person: Person, which: tuple[UUID, UUID], secret: SecretStr | None) -> None:
    """Sign, and have the order (of a matter and its id) carried to its matter. Pressing twice signs once.

    An order whose paper somebody else has signed since ends unsigned. Raises the key's own refusals, and NotAllowed
    where the matter waits for this person no more.
    """
    await asyncio.to_thread(_confirm, found, person, which, secret)
    with suppress(Unavailable):
        await push(found, person, *which)


def _open(found: Services, person: Person, wanted: WantedPaper) -> None:
    with found.sessions.begin() as session:
        paper_orders.open_order(session, person, wanted, now())


def _own(found: Services, person: Person, matter_id: UUID, order_id: UUID) -> tuple[SigningOrder, str]:
    """An order of the person's, and the workflow of its matter."""
    with found.sessions() as session:
        order = paper_orders.own_order(session, order_id, matter_id, person)
        matter = session.get_one(Matter, matter_id)
        return order, workflow_id(MatterKind(matter.kind), matter_id)


def _confirm(found: Services, person: Person, which: tuple[UUID, UUID], secret: SecretStr | None) -> None:
    order = _to_confirm(found, person, *which)
    if order is None:
        return
    try:
        refused = found.confirming.begin([order], secret, now())
    except DomainError:
        if _own(found, person, *which)[0].state == "prepared":
            raise  # else the other press of the same button was first
        return
    for reason in refused.values():
        raise reason


def _to_confirm(found: Services, person: Person, matter_id: UUID, order_id: UUID) -> SigningOrder | None:
    """None for an order that is confirmed or over; one whose paper has moved on ends here."""
    with found.sessions.begin() as session:
        order = paper_orders.own_order(session, order_id, matter_id, person)
        if order.state != "prepared":
            return None
        if paper_orders.is_stale(session, order):
            confirmations.give_up(session, order.id, *OVERTAKEN)
            return None
        obstacle = paper_orders.obstacle(session, order, person, now())
        if obstacle is not None:
            raise obstacle
        return order
