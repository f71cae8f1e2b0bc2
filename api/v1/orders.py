"""Signing orders: prepare a class's papers, confirm one or many at once, and each class-term takes the decision."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.orm import Session

from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, now, require_slot
from api.errors import Unavailable
from api.services import Services
from api.v1.decisions import workflow_of
from api.v1.forms import ConfirmedView, ConfirmForm, OrderForm, OrderView
from api.v1.views import confirmed_view, order_view
from domain.decisions import Action, Decision
from domain.errors import DomainError, NotAllowed, NotFound
from storage import access, certificates, orders
from storage.access import ClassTermHead
from storage.orders import NewOrder, Standing
from storage.staffing import Person
from storage.tables import SigningOrder
from workflows.messages import Outcome

router = APIRouter(tags=["signing"])
Refusal = DomainError | Unavailable


@dataclass(frozen=True)
class SignedOrder:
    """A confirmed order of a class-term, and what of it goes along."""

    order: SigningOrder
    head: ClassTermHead
    ready: Standing


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
    signed = await asyncio.to_thread(_sign_each, found, form, person)
    answers = await asyncio.gather(*(_carry_on(found, person, each) for each in signed))
    if not any(isinstance(answer, Outcome) for answer in answers):
        raise next(answer for answer in answers if isinstance(answer, Exception))
    return [confirmed_view(order_id, answer) for order_id, answer in zip(form.order_ids, answers, strict=True)]


async def _carry_on(found: Services, person: Person, signed: SignedOrder | DomainError) -> Outcome | Refusal:
    """Send the decision that an order's signatures stand for."""
    if isinstance(signed, DomainError):
        return signed
    order, ready = signed.order, signed.ready
    # An order with nothing left is sent all the same: the class-term answers why.
    first, *more = ready.slots or order.slots
    decision = Decision(
        Action(order.action),
        first,
        ready.record_ids,
        actor_id=str(person.staff_id),
        order_id=str(order.id),
        more_slots=tuple(more),
    )
    try:
        return await found.approvals.decide(workflow_of(signed.head), str(order.id), decision)
    except (DomainError, Unavailable) as refusal:
        return refusal


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


def _sign_each(found: Services, form: ConfirmForm, person: Person) -> list[SignedOrder | DomainError]:
    """Sign what may be signed now. Raises NotFound, and signs nothing, for an order that is not the person's."""
    moment = now()
    with found.sessions() as session:
        own = [_own_order(session, order_id, person, moment) for order_id in form.order_ids]
        refused = {order.id: _obstacle(session, order, head, person, moment) for order, head in own}
    wanted = [order for order, _ in own if refused[order.id] is None]
    standings = found.desk.confirm(wanted, form.passphrase, moment) if wanted else []
    signed = dict(zip((order.id for order in wanted), standings, strict=True))
    return [_signed(order, head, refused[order.id] or signed[order.id]) for order, head in own]


def _signed(order: SigningOrder, head: ClassTermHead, became: Standing | DomainError) -> SignedOrder | DomainError:
    return became if isinstance(became, DomainError) else SignedOrder(order, head, became)


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
