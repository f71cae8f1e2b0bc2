"""Signing orders: prepare a class's papers, confirm one or many at once, and each class-term takes the decision."""

import asyncio
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.orm import Session

from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, now, require_slot
from api.errors import Refusal, Unavailable
from api.services import Services
from api.v1.decisions import workflow_of
from api.v1.forms import ConfirmedView, ConfirmForm, OrderForm, OrderView
from api.v1.views import confirmed_view, order_view
from domain.decisions import Action, Decision
from domain.errors import DomainError, NotAllowed, NotFound
from signing.keys import OpenKey
from storage import access, certificates, orders
from storage.access import ClassTermHead
from storage.orders import NewOrder, Standing
from storage.staffing import Person
from storage.tables import SigningOrder
from workflows.messages import Outcome

router = APIRouter(tags=["signing"])
OwnOrder = tuple[SigningOrder, ClassTermHead, NotAllowed | None]


@router.post("/class-terms/{class_term_id}/orders")
async def open_order(form: OrderForm, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> OrderView:
    """Open an order for these records and prepare its papers; the same order id gives the same order.

    Records that could not be prepared are listed and stay out; nothing is signed before the confirmation.
    """
    require_slot(head, *form.slots())
    order = await asyncio.to_thread(_open, found, head, person, form)
    prepared = await found.approvals.prepare(str(order.id))
    return order_view(prepared, order.expires_at)


@router.post("/orders/confirm")
async def confirm(form: ConfirmForm, person: CurrentPerson, found: ServicesDep) -> list[ConfirmedView]:
    """Sign all that was prepared, for one class or for many, with one passphrase, and let each class-term go on.

    The passphrase opens the key once, for this request only. Each order succeeds or fails alone; when none goes
    through, the answer is the first one's refusal. Pressing twice signs once.
    """
    moment = now()
    own = await asyncio.to_thread(_own_orders, found, form, person, moment)
    wanted = [order for order, _, obstacle in own if obstacle is None]
    if not wanted:
        raise next(obstacle for _, _, obstacle in own if obstacle)
    key = await asyncio.to_thread(found.desk.open, wanted, form.passphrase)
    answers = await asyncio.gather(*(_carry_on(found, key, moment, each) for each in own))
    if not any(isinstance(answer, Outcome) for answer in answers):
        raise next(answer for answer in answers if isinstance(answer, Exception))
    return [confirmed_view(order_id, answer) for order_id, answer in zip(form.order_ids, answers, strict=True)]


async def _carry_on(found: Services, key: OpenKey, moment: datetime, own: OwnOrder) -> Outcome | Refusal:
    """Sign an order and send the decision that its signatures stand for; a class does not wait for the others."""
    order, head, obstacle = own
    if obstacle is not None:
        return obstacle
    try:
        ready = await asyncio.to_thread(found.desk.sign, order, key, moment)
        return await found.approvals.decide(workflow_of(head), str(order.id), _decision(order, ready))
    except (DomainError, Unavailable) as refusal:
        return refusal


def _decision(order: SigningOrder, ready: Standing) -> Decision:
    # An order with nothing left is sent all the same: the class-term answers why.
    first, *more = ready.slots or order.slots
    return Decision(
        Action(order.action),
        first,
        ready.record_ids,
        actor_id=str(order.staff_id),
        order_id=str(order.id),
        more_slots=tuple(more),
    )


def _open(found: Services, head: ClassTermHead, person: Person, form: OrderForm) -> SigningOrder:
    """Check who signs with what before anything is rendered."""
    moment = now()
    with found.sessions.begin() as session:
        action = Action(form.action)
        certificate = certificates.certificate_for(session, action, person.staff_id, person.school_id, moment)
        new = NewOrder(
            order_id=form.order_id,
            class_term_id=head.id,
            action=action,
            slots=form.slots(),
            staff_id=person.staff_id,
            certificate_id=certificate.id,
            record_ids=tuple(str(record_id) for record_id in form.record_ids),
        )
        return orders.open_order(session, new, moment)


def _own_orders(found: Services, form: ConfirmForm, person: Person, moment: datetime) -> list[OwnOrder]:
    """Orders with what is in their way. Raises NotFound for one that is not the person's: then nothing is signed."""
    with found.sessions() as session:
        own = [_own_order(session, order_id, person, moment) for order_id in form.order_ids]
        return [(order, head, _obstacle(session, order, head, person, moment)) for order, head in own]


def _own_order(
    session: Session, order_id: UUID, person: Person, moment: datetime
) -> tuple[SigningOrder, ClassTermHead]:
    order = orders.get(session, order_id)
    head = access.class_term(session, order.class_term_id, person, moment)
    if head is None or order.staff_id != person.staff_id:
        raise NotFound("Không tìm thấy lệnh ký này.")
    return order, head


def _obstacle(
    session: Session, order: SigningOrder, head: ClassTermHead, person: Person, moment: datetime
) -> NotAllowed | None:
    """Assignment and certificate must hold at the confirmation as they did at the start."""
    try:
        require_slot(head, *order.slots)
        action = Action(order.action)
        current = certificates.certificate_for(session, action, person.staff_id, person.school_id, moment)
    except NotAllowed as refusal:
        return refusal
    if current.id != order.certificate_id:
        return NotAllowed("Chứng thư số đã thay đổi; hãy bắt đầu lại.")
    return None
