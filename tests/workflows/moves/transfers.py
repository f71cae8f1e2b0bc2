"""Pupils move between the schools of a world, one step at a time."""

import asyncio
from collections.abc import Awaitable
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.transfers import Transfers
from domain.calendar import day_of
from domain.matters import MatterKind
from domain.transfers import phases as moving
from domain.transfers.messages import TransferDeed
from domain.transfers.phases import Ground, Phase
from storage.tables import (
    Enrolment,
    PupilRow,
    School,
    Transfer,
)
from storage.transfers.requesting import Application
from tests.factories import ClassCast
from tests.workflows.moves.matters import RARELY, WHY, asked, head, nothing, open_matters, person, sign_paper
from tests.workflows.moves.people import now
from tests.workflows.moves.world import World


async def transfer(world: World) -> None:
    """A pupil's guardian applies, or a transfer goes a step on."""
    await asked(await asyncio.to_thread(_transfer, world))


def _transfer(world: World) -> Awaitable[Any]:
    with world.stage.sessions() as session:
        found = open_matters(world, session, MatterKind.TRANSFER)
        if not found or (len(found) < 3 and world.random.random() < RARELY):
            return _apply(world, session)
        row = session.get_one(Transfer, world.random.choice(found).id)
        return _go_on(world, session, row)


def _apply(world: World, session: Session) -> Awaitable[Any]:
    old, new = world.random.sample(world.classes, 2)
    query = select(PupilRow).join(Enrolment).where(Enrolment.class_id == old.class_id, Enrolment.left_on.is_(None))
    pupils = session.scalars(query.order_by(Enrolment.order_no)).all()
    if not pupils:
        return nothing()
    pupil, arrives, command = world.random.choice(pupils), world.random.random() < 0.5, uuid4()
    here, there = (new, old) if arrives else (old, new)
    clerk = head(session, here.class_id, "seal")
    if clerk is None:
        return nothing()
    code = session.get_one(School, there.school.school_id).code
    application = Application(
        command, str(command), arrives, pupil.pupil_code, pupil.birth_date, day_of(now()), WHY, "" if arrives else code
    )
    return Transfers(world.stage.client, world.stage.sessions).request(person(session, clerk), application)


def _go_on(world: World, session: Session, row: Transfer) -> Awaitable[Any]:
    """Mostly what is due, sometimes what stops it."""
    old, new = (
        next(c for c in world.classes if c.school.school_id == each) for each in (row.from_school_id, row.to_school_id)
    )
    phase, rare = Phase(row.phase), world.random.random() < RARELY
    if phase is Phase.WRITING and not rare:
        return sign_paper(world, session, row.matter_id)
    deeds: dict[Phase, tuple[moving.Deed, ClassCast, str]] = {
        Phase.REQUESTED: (world.random.choice((moving.Deed.ACCEPT,) * 6 + (moving.Deed.REFUSE,)), new, "principal"),
        Phase.ACCEPTED: (world.random.choice((moving.Deed.RELEASE,) * 6 + (moving.Deed.OBJECT,)), old, "principal"),
        Phase.CHECKING: world.random.choice(
            [(moving.Deed.CONFIRM, new, "seal")] * 5 + [(moving.Deed.SEND_BACK, new, "principal")]
        ),
    }
    deed, cast, slot = deeds.get(phase, (moving.Deed.CANCEL, old, "principal"))
    if rare:
        deed, cast, slot = moving.Deed.CANCEL, old, "principal"
    elif phase not in deeds:
        return nothing()
    actor = head(session, cast.class_id, slot)
    if actor is None:
        return nothing()
    act = TransferDeed(
        str(row.matter_id), deed, str(actor), str(uuid4()), class_id=str(new.class_id), ground=Ground.FALSE_FACTS.value
    )
    reason = WHY if deed in moving.NEEDS_REASON else ""
    return Transfers(world.stage.client, world.stage.sessions).act(person(session, actor), act, reason)
