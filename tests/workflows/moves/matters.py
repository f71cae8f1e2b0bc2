"""What people do about matters has in common: who may, what is refused, and how a matter's paper is signed."""

import asyncio
import hashlib
from collections.abc import Awaitable
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.carrying import decision_of
from domain.errors import DomainError
from domain.matters import MatterKind, workflow_id
from storage import confirmations, orders, staffing
from storage.matters import paper_orders, waits
from storage.matters.paper_orders import WantedPaper
from storage.staffing import Person
from storage.tables import (
    Matter,
    Staff,
)
from tests.factories import ClassCast
from tests.workflows.moves.people import Refused, now, prepare
from tests.workflows.moves.world import World
from workflows.messages import Outcome

WHY = "Lý do ghi trong đơn."
RARELY = 0.15


async def asked(call: Awaitable[Any]) -> None:
    """What the application refuses is told; what breaks it fails the test."""
    try:
        await call
    except DomainError as refusal:
        raise Refused(refusal.message) from refusal
    except WorkflowUpdateFailedError as error:
        if not isinstance(error.cause, ApplicationError) or error.cause.type == "InternalError":
            raise
        raise Refused(error.cause.message) from error
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise Refused("the matter is over") from error


def person(session: Session, staff_id: UUID) -> Person:
    found = staffing.person(session, now(), Staff.id == staff_id)
    assert found is not None
    return found


def head(session: Session, class_id: UUID, slot: str) -> UUID | None:
    """Who fills a slot of a class now."""
    held = staffing.by_slot(session, class_id, now()).get(slot)
    return held[0].staff_id if held else None


def open_matters(world: World, session: Session, kind: MatterKind) -> list[Matter]:
    query = select(Matter).where(
        Matter.school_id.in_(world.schools), Matter.kind == kind.value, Matter.settled_at.is_(None)
    )
    return list(session.scalars(query.order_by(Matter.opened_at, Matter.id)))


def class_at(world: World, school_id: UUID | None) -> ClassCast:
    return next(each for each in world.classes if each.school.school_id == school_id)


async def nothing() -> None:
    return None


def sign_paper(world: World, session: Session, matter_id: UUID) -> Awaitable[Any]:
    """One of those whom a matter's paper waits for signs it."""
    wanted = [each for each in waits.of_matter(session, matter_id) if each.field]
    if not wanted:
        return nothing()
    wait = world.random.choice(wanted)
    people = sorted(waits.people(session, wait, now()))
    if not people:
        return nothing()
    return _sign_paper(world, matter_id, wait.field, world.random.choice(people))


async def _sign_paper(world: World, matter_id: UUID, name: str, staff_id: UUID) -> None:
    order_id = uuid4()
    decision, kind = await asyncio.to_thread(_prepare_paper, world, WantedPaper(order_id, matter_id, name), staff_id)
    handle = world.stage.client.get_workflow_handle(workflow_id(kind, matter_id))
    await handle.execute_update(decision.action.value, decision, id=str(order_id), result_type=Outcome)


def _prepare_paper(world: World, wanted: WantedPaper, staff_id: UUID) -> tuple[Any, MatterKind]:
    sessions = world.stage.sessions
    with sessions.begin() as session:
        paper_orders.open_order(session, person(session, staff_id), wanted, now())
    prepare(world, wanted.order_id)
    with sessions.begin() as session:
        order = orders.get(session, wanted.order_id)
        if (obstacle := paper_orders.obstacle(session, order, person(session, staff_id), now())) is not None:
            raise obstacle
        for item in orders.items(session, wanted.order_id):
            signed = hashlib.sha256(f"{item.prepared_sha256} signed".encode()).hexdigest()
            confirmations.keep_upload(session, wanted.order_id, item.position, (signed, 1))
        confirmations.close_uploads(session, wanted.order_id, now())
    with sessions() as session:
        matter = session.get_one(Matter, wanted.matter_id)
        return decision_of(session, orders.get(session, wanted.order_id)), MatterKind(matter.kind)
