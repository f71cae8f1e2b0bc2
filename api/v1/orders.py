"""Signing orders: prepare a class's papers, confirm once, and the class-term takes the decision."""

import asyncio
from uuid import UUID

from fastapi import APIRouter

from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, now, require_slot
from api.services import Services
from api.v1.decisions import workflow_of
from api.v1.forms import ConfirmForm, OrderForm, OrderView, OutcomeView
from api.v1.views import order_view, outcome_view
from domain.decisions import Action, Decision
from domain.errors import NotAllowed, NotFound
from storage import access, certificates, orders
from storage.access import ClassTermHead
from storage.orders import NewOrder
from storage.staffing import Person
from storage.tables import SigningOrder

router = APIRouter(tags=["signing"])


@router.post("/class-terms/{class_term_id}/orders")
async def open_order(form: OrderForm, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> OrderView:
    """Open an order for these records and prepare its papers; the same order id gives the same order.

    Records that could not be prepared are listed and stay out; nothing is signed before the confirmation.
    """
    require_slot(head, *form.slots())
    order = await asyncio.to_thread(_open, found, head, person, form)
    prepared = await found.approvals.prepare(str(order.id))
    return order_view(prepared, order.expires_at)


@router.post("/orders/{order_id}/confirm")
async def confirm(order_id: UUID, form: ConfirmForm, person: CurrentPerson, found: ServicesDep) -> OutcomeView:
    """Sign everything that was prepared with one passphrase, and let the class-term go on.

    The passphrase opens the key for this request only. Pressing twice signs once.
    """
    order, head = await asyncio.to_thread(_own_order, found, order_id, person)
    require_slot(head, *order.slots)
    ready = await asyncio.to_thread(found.desk.confirm, order_id, form.passphrase, now())
    # An order with nothing left is sent all the same: the class-term answers why.
    first, *more = ready.slots or order.slots
    decision = Decision(
        Action(order.action),
        first,
        ready.record_ids,
        actor_id=str(person.staff_id),
        order_id=str(order_id),
        more_slots=tuple(more),
    )
    return outcome_view(await found.approvals.decide(workflow_of(head), str(order_id), decision))


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


def _own_order(found: Services, order_id: UUID, person: Person) -> tuple[SigningOrder, ClassTermHead]:
    """An order is its signer's alone; assignment and certificate must still hold."""
    with found.sessions() as session:
        order = orders.get(session, order_id)
        head = access.class_term(session, order.class_term_id, person, now())
        if head is None or order.staff_id != person.staff_id:
            raise NotFound("Không tìm thấy lệnh ký này.")
        current = certificates.certificate_for(session, Action(order.action), person.staff_id, person.school_id, now())
        if current.id != order.certificate_id:
            raise NotAllowed("Chứng thư số đã thay đổi; hãy bắt đầu lại.")
        return order, head
