"""People leave, stand in and come back, one step at a time."""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.handovers import Handovers, Wanted, WantedStep
from domain.curriculum import HOMEROOM
from domain.matters import MatterKind
from domain.matters import handovers as handing
from domain.matters.handover_messages import ItemAsked
from domain.matters.handovers import HandoverKind, HandoverState
from storage.handovers.holding import held_from
from storage.tables import (
    Handover,
    HandoverItem,
    Matter,
)
from tests.workflows.moves.matters import RARELY, WHY, asked, head, nothing, open_matters, person, sign_paper
from tests.workflows.moves.people import now
from tests.workflows.moves.world import World


async def handover(world: World) -> None:
    await asked(await asyncio.to_thread(_handover, world))


KINDS = (
    HandoverKind.DELEGATION, HandoverKind.MATERNITY, HandoverKind.RETIREMENT, HandoverKind.EMERGENCY,
    HandoverKind.PRINCIPAL_CHANGE, HandoverKind.ACTING_CLERK,
)  # fmt: skip


def _handover(world: World) -> Awaitable[Any]:
    with world.stage.sessions() as session:
        found = open_matters(world, session, MatterKind.HANDOVER)
        if not found or (len(found) < 3 and world.random.random() < RARELY):
            return _leave(world, session)
        return _hand_on(world, session, world.random.choice(found).id)


def _leave(world: World, session: Session) -> Awaitable[Any]:
    """Somebody leaves in a moment; each part goes to one of the helpers."""
    cast, kind = world.random.choice(world.classes), world.random.choice(KINDS)
    slot = {"principal": "principal", "seal_clerk": "seal"}.get(kind.role) or world.random.choice([HOMEROOM, "am_nhac"])
    leaver, opener = head(session, cast.class_id, slot), head(session, cast.class_id, "principal")
    if leaver is None or opener is None:
        return nothing()
    school_id = cast.school.school_id
    takers = [each for each in world.helpers[school_id][1:] if each != leaver]
    held = [each for each in held_from(session, leaver, now()) if not kind.role or each.role == kind.role]
    items = tuple(
        ItemAsked(str(each.class_id or ""), each.slot, each.role, str(world.random.choice(takers))) for each in held
    )
    at = now() + timedelta(seconds=world.random.randint(0, 3))
    until = at + timedelta(seconds=world.random.randint(3, 8)) if kind.is_temporary else None
    wanted = Wanted(uuid4(), kind, leaver, WHY, at, until, items)
    by = leaver if kind is HandoverKind.DELEGATION and not any(each.role for each in items) else opener
    return Handovers(world.stage.client, world.stage.sessions).open(person(session, by), wanted)


def _hand_on(world: World, session: Session, matter_id: UUID) -> Awaitable[Any]:
    row, matter = session.get_one(Handover, matter_id), session.get_one(Matter, matter_id)
    items = session.scalars(select(HandoverItem).where(HandoverItem.matter_id == matter_id)).all()
    state, deed = HandoverState(matter.state), handing.Deed
    acts: Sequence[tuple[handing.Deed, UUID]] = []
    if state is HandoverState.CONFIRMING:
        confirms = (deed.CONFIRM, row.staff_id or matter.opened_by)
        acts = [confirms, confirms, confirms, confirms, (deed.OVERRIDE, matter.opened_by)]
    elif state is HandoverState.ACCEPTING:
        waiting = [each.successor_id for each in items if each.accepted_at is None and each.successor_id]
        acts = [(deed.ACCEPT, each) for each in waiting] * 6 + [(deed.DECLINE, each) for each in waiting]
    elif state is HandoverState.SIGNING and world.random.random() > RARELY:
        return sign_paper(world, session, matter_id)
    elif state is HandoverState.STANDING:
        acts = [(deed.RETURN, matter.opened_by), (deed.REPORT, world.helpers[matter.school_id][0])]
    acts = acts or [(deed.CANCEL, matter.opened_by)]
    if world.random.random() < RARELY:
        acts = [(deed.CANCEL, matter.opened_by), (deed.NAME_SUCCESSOR, matter.opened_by)]
    what, who = world.random.choice(acts)
    more: dict[str, Any] = {}
    if what is deed.NAME_SUCCESSOR:
        more = {"items": tuple(each.id for each in items[:1]), "successor_id": world.helpers[matter.school_id][2]}
    at = now() + timedelta(seconds=2) if what is deed.RETURN else None
    step = WantedStep(what, uuid4(), WHY, at=at, **more)
    return Handovers(world.stage.client, world.stage.sessions).step(person(session, who), matter_id, step)
