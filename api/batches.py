"""What the signing pages do to a batch: prepare it, confirm it, and see to it that nothing of it is left lying."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy.orm import Session

from api.deps import now
from api.errors import Unavailable
from api.services import Services
from domain.decisions import Action
from domain.errors import DomainError, NotAllowed, NotFound
from domain.signing_phases import Phase
from storage import confirmations, ordering, signing_batches, signing_desk, signing_progress
from storage.signing_batches import RECORD_CHANGED, UNKNOWN, Wish
from storage.signing_progress import Progress
from storage.staffing import Person
from storage.tables import CertificateRow, SigningOrder
from workflows.class_term import workflow_id

_PUSHED = {Phase.PREPARING, Phase.ASKED, Phase.SIGNING}


async def open_and_prepare(
    found: Services, person: Person, batch_id: UUID, action: Action, asked: Sequence[Wish]
) -> UUID:
    """Open a batch and have its papers prepared, waiting for none; the id of the batch, which may be an earlier one."""
    opened = await asyncio.to_thread(_open, found, person, batch_id, action, asked)
    await push(found, person, opened)
    return opened


async def push(found: Services, person: Person, batch_id: UUID) -> None:
    """Have what is under way go on: whoever should have started it may have died. Again, it changes nothing."""
    under_way = await asyncio.to_thread(_under_way, found, person, batch_id)
    with suppress(Unavailable):  # the page asks again
        await asyncio.gather(*(_start(found, each) for each in under_way))


async def confirm(
    found: Services, person: Person, batch_id: UUID, order_ids: Sequence[UUID], secret: SecretStr | None
) -> None:
    """Sign these orders of a batch under one confirmation, and have each carried to its class-term.

    An order whose records have moved on since it was prepared ends unsigned, and the others go on. Pressing twice signs
    once. Raises the key's own refusals; then nothing was signed.
    """
    await asyncio.to_thread(_confirm, found, person, batch_id, order_ids, secret)
    await push(found, person, batch_id)


def _open(found: Services, person: Person, batch_id: UUID, action: Action, asked: Sequence[Wish]) -> UUID:
    with found.sessions.begin() as session:
        return signing_batches.open_batch(session, person, batch_id, action, asked, now()).id


def _under_way(found: Services, person: Person, batch_id: UUID) -> list[Progress]:
    with found.sessions() as session:
        batch = signing_batches.batch_of(session, batch_id, person)
        return [each for each in signing_progress.progress(session, batch, now()) if each.phase in _PUSHED]


async def _start(found: Services, each: Progress) -> None:
    order, of = each.order, each.of
    if each.phase is Phase.PREPARING:
        await found.approvals.start_preparing(str(order.id), queues=order.signs_records)
    else:
        to = workflow_id(of.school_year, str(of.class_id), of.term)
        await found.approvals.start_carrying(str(order.id), to)


def _confirm(
    found: Services, person: Person, batch_id: UUID, order_ids: Sequence[UUID], secret: SecretStr | None
) -> None:
    fresh = _to_confirm(found, person, batch_id, order_ids)
    if not fresh:
        return
    try:
        found.confirming.begin(fresh, secret, now())
    except DomainError:
        if _still_wait(found, batch_id, fresh):
            raise  # else the other press of the same button was first


def _to_confirm(found: Services, person: Person, batch_id: UUID, order_ids: Sequence[UUID]) -> list[SigningOrder]:
    """The orders that can go on; those whose records have moved end here. Raises NotAllowed when none may."""
    with found.sessions.begin() as session:
        batch = signing_batches.batch_of(session, batch_id, person)
        mine = {order.id: order for order in signing_batches.orders_of(session, batch_id)}
        if not order_ids or set(order_ids) - mine.keys():
            raise NotFound(UNKNOWN)
        waiting = [mine[order_id] for order_id in order_ids if mine[order_id].state == "prepared"]
        if not waiting:
            return []
        for order_id in signing_batches.moved(session, waiting):
            confirmations.give_up(session, order_id, *RECORD_CHANGED)
        fresh = [order for order in waiting if order.state == "prepared"]
        slots = _my_slots(session, person, fresh)
        current = _certificate(session, person, Action(batch.action))
        obstacles = {order.id: ordering.obstacle(order, slots[order.class_term_id], current) for order in fresh}
    allowed = [order for order in fresh if obstacles[order.id] is None]
    if fresh and not allowed:
        raise next(obstacle for obstacle in obstacles.values() if obstacle)
    return allowed


def _my_slots(session: Session, person: Person, fresh: Sequence[SigningOrder]) -> dict[UUID, tuple[str, ...]]:
    """The person's slots of this moment in the class-terms of orders; none where the assignment has ended."""
    class_terms = {order.class_term_id for order in fresh}
    mine = signing_desk.tasks(session, person, now(), class_terms)
    return dict.fromkeys(class_terms, ()) | {task.class_term_id: task.slots for task in mine}


def _certificate(session: Session, person: Person, action: Action) -> CertificateRow | NotAllowed:
    try:
        return ordering.certificate_of(session, person, action, now())
    except NotAllowed as refusal:
        return refusal


def _still_wait(found: Services, batch_id: UUID, fresh: Sequence[SigningOrder]) -> bool:
    ids = {order.id for order in fresh}
    with found.sessions() as session:
        return any(
            order.state == "prepared" for order in signing_batches.orders_of(session, batch_id) if order.id in ids
        )
