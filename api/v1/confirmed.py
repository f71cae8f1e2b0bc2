"""After a confirmation: each order's decision goes to its class-term, at once or once something else has answered."""

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from activities.carrying import decision_of
from api.deps import OwnOrder
from api.errors import Refusal, Unavailable
from api.services import Services
from domain.decisions import Action, Decision
from domain.errors import DomainError, NotAllowed
from storage import ordering, orders
from storage.matters import paper_orders
from storage.staffing import Person
from storage.tables import SigningOrder
from workflows.messages import Outcome

Answer = TypeVar("Answer")
LOOK_EVERY = 0.5  # seconds between looks at whether an order has begun to wait for somebody else


async def carry_on(
    found: Services, own: OwnOrder, decision: Decision | DomainError | None, obstacle: DomainError | None
) -> Outcome | Refusal | None:
    """Send the decision that an order's signatures stand for, or None while it waits; no class waits for another."""
    if obstacle is not None:
        return obstacle
    if isinstance(decision, DomainError):
        return decision
    order_id, workflow_id = own.order.id, own.workflow_id
    try:
        if decision is None:
            return await unless_it_waits(found, order_id, found.approvals.carry(str(order_id), workflow_id))
        return await found.approvals.decide(workflow_id, str(order_id), decision)
    except (DomainError, Unavailable) as refusal:
        return refusal


async def unless_it_waits(found: Services, order_id: UUID, call: Coroutine[None, None, Answer]) -> Answer | None:
    """The call's answer, or None as soon as the order says that it waits for somebody else."""
    task = asyncio.ensure_future(call)
    try:
        while not (await asyncio.wait({task}, timeout=LOOK_EVERY))[0]:
            order = await asyncio.to_thread(_fresh, found, order_id)
            if order.trouble_code and order.state != "failed":  # a refusal is on its way as the answer
                return None
        return task.result()
    finally:
        task.cancel()  # nobody waits for it any more, if it is not done


def _fresh(found: Services, order_id: UUID) -> SigningOrder:
    with found.sessions() as session:
        return orders.get(session, order_id)


def ready_decisions(found: Services, order_ids: Sequence[UUID]) -> list[Decision | DomainError | None]:
    """Each order's decision, or why it has none; None for one that must be carried: something else has to answer."""
    with found.sessions() as session:
        return [_ready(session, orders.get(session, order_id)) for order_id in order_ids]


def _ready(session: Session, order: SigningOrder) -> Decision | DomainError | None:
    if order.state == "asked" or orders.awaits_proof(order):
        return None
    try:
        return decision_of(session, order)
    except DomainError as refusal:
        return refusal


def obstacle_to(session: Session, own: OwnOrder, person: Person, moment: datetime) -> NotAllowed | None:
    """Assignment and certificate must hold at the confirmation as they did at the start."""
    order = own.order
    if order.matter_id is not None:
        return paper_orders.obstacle(session, order, person, moment)
    try:
        current = ordering.certificate_of(session, person, Action(order.action), moment)
    except NotAllowed as refusal:
        return ordering.obstacle(order, own.slots, refusal)
    return ordering.obstacle(order, own.slots, current)
