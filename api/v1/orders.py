"""Signing orders: prepare a class's papers, confirm one or many at once, and each class-term takes the decision."""

import asyncio
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter

from api.deps import (
    CurrentPerson,
    OwnOrder,
    OwnOrderDep,
    ServicesDep,
    VisibleClassTerm,
    now,
    own_order_of,
    require_slot,
)
from api.guard import allow
from api.services import Services
from api.v1.confirmed import carry_on, obstacle_to, ready_decisions, unless_it_waits
from api.v1.order_forms import ConfirmedView, ConfirmForm, OrderForm, OrderView
from api.v1.views import confirmed_view, order_view
from domain.assessment import Term
from domain.decisions import Action
from domain.duties import STAFF
from domain.errors import NotAllowed
from domain.scopes import Scope
from storage import ordering, orders
from storage.access import ClassTermHead
from storage.ordering import Wanted
from storage.staffing import Person
from storage.tables import SigningOrder

router = APIRouter(tags=["signing"])
Mine = tuple[OwnOrder, NotAllowed | None]


@router.post("/class-terms/{class_term_id}/orders")
@allow(STAFF, Scope.SIGN)
async def open_order(form: OrderForm, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> OrderView:
    """Open an order for these records and prepare its papers; the same order id gives the same order.

    Records that could not be prepared are listed and stay out; nothing is signed before the confirmation. While a
    service that must be asked first does not answer, `waiting` says so, and the order goes on by itself.
    """
    require_slot(head, *form.slots())
    order = await asyncio.to_thread(_open, found, head, person, form)
    await unless_it_waits(found, order.id, found.approvals.prepare(str(order.id), queues=order.signs_records))
    return await asyncio.to_thread(_view, found, order.id)


@router.get("/orders/{order_id:uuid}")  # "/orders/confirm" is no order
@allow(STAFF, Scope.SIGN)
def order_state(own: OwnOrderDep, found: ServicesDep) -> OrderView:
    """How one's order stands: what was prepared, what it waits for, or why it ended."""
    return _view(found, own.order.id)


@router.post("/orders/confirm")
@allow(STAFF, Scope.SIGN)
async def confirm(form: ConfirmForm, person: CurrentPerson, found: ServicesDep) -> list[ConfirmedView]:
    """Sign all that was prepared, for one class or for many, under one confirmation, and let each class-term go on.

    The passphrase or PIN reaches the key for this request only. Each order succeeds or fails alone; when none goes
    through, the answer is the first one's refusal. Pressing twice signs once. An order that has to wait, for a phone or
    for a time stamp, says for what, and goes on by itself.
    """
    moment = now()
    mine = await asyncio.to_thread(_own_orders, found, form, person, moment)
    wanted = [own.order for own, obstacle in mine if obstacle is None]
    if not wanted:
        raise next(obstacle for _, obstacle in mine if obstacle)
    refused = await asyncio.to_thread(found.confirming.begin, wanted, form.passphrase or None, moment)
    ready = await asyncio.to_thread(ready_decisions, found, form.order_ids)
    answers = await asyncio.gather(
        *(
            carry_on(found, own, steps, obstacle or refused.get(own.order.id))
            for (own, obstacle), steps in zip(mine, ready, strict=True)
        )
    )
    problems = [answer for answer in answers if isinstance(answer, Exception)]
    if len(problems) == len(answers):
        raise problems[0]
    return [confirmed_view(own.order.id, answer) for (own, _), answer in zip(mine, answers, strict=True)]


def _view(found: Services, order_id: UUID) -> OrderView:
    with found.sessions() as session:
        order = orders.get(session, order_id)
        return order_view(order, orders.standing(order, orders.items(session, order_id)))


def _open(found: Services, head: ClassTermHead, person: Person, form: OrderForm) -> SigningOrder:
    """Check who signs with what before anything is rendered."""
    wanted = Wanted(
        order_id=form.order_id,
        class_term_id=head.id,
        class_id=head.class_id,
        term=Term(head.term),
        action=Action(form.action),
        slots=form.slots(),
        record_ids=tuple(str(record_id) for record_id in form.record_ids),
    )
    with found.sessions.begin() as session:
        return ordering.open_for(session, person, wanted, now())


def _own_orders(found: Services, form: ConfirmForm, person: Person, moment: datetime) -> list[Mine]:
    """Orders with what is in their way. Raises NotFound for one that is not the person's: then nothing is signed."""
    with found.sessions() as session:
        own = [own_order_of(session, order_id, person, moment) for order_id in form.order_ids]
        return [(each, obstacle_to(session, each, person, moment)) for each in own]
