"""What was sent or issued is opened again, one step at a time."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.matters import MatterKind
from domain.matters import corrections as correcting
from domain.matters.corrections import CorrectionCommand
from domain.stages import Stage as At
from storage import journal, reopening
from storage.tables import (
    ClassTermRow,
    CorrectedRecord,
    Matter,
    Staff,
)
from tests.workflows.moves.matters import RARELY, WHY, asked, class_at, head, nothing, open_matters
from tests.workflows.moves.people import now
from tests.workflows.moves.world import World
from workflows.matter_starting import decide_correction


async def unlock(world: World) -> None:
    await asked(await asyncio.to_thread(_unlock, world))


def _unlock(world: World) -> Awaitable[Any]:
    with world.stage.sessions() as session:
        found = open_matters(world, session, MatterKind.UNLOCK)
        if found and world.random.random() > RARELY:
            return _decide_unlock(world, session, world.random.choice(found))
        book = reopening.book(session, world.random.choice(world.books))
        records = reopening.standing(session, book.class_term_id, now()).records
        slot = world.random.choice([*book.subject_slots, HOMEROOM])
        fit = [rid for rid, each in records.items() if slot not in each.open_slots and each.stage is not At.ISSUED]
        asker = head(session, book.class_id, slot)
        if not fit or asker is None:
            return nothing()
        chosen = tuple(world.random.sample(fit, world.random.randint(1, len(fit))))
        more = {"class_term_id": str(book.class_term_id), "record_ids": chosen, "slots": (slot,)}
        return correct(world, MatterKind.UNLOCK, uuid4(), correcting.Deed.ASK, asker, **more)


def _decide_unlock(world: World, session: Session, matter: Matter) -> Awaitable[Any]:
    deed, cast = correcting.Deed, class_at(world, matter.school_id)
    principal, admin = head(session, cast.class_id, "principal"), world.helpers[matter.school_id][0]
    if matter.state == "granted":
        return correct(world, MatterKind.UNLOCK, matter.id, deed.EXECUTE, admin)
    if principal is None:
        return nothing()
    what = world.random.choice([deed.GRANT] * 5 + [deed.REFUSE]) if matter.state == "asked" else deed.EXTEND
    until = now() + world.random.choice((timedelta(seconds=3), timedelta(days=1)))
    asked_for = _asked_for(session, matter) if what is deed.GRANT else {}
    return correct(world, MatterKind.UNLOCK, matter.id, what, principal, until=until, **asked_for)


def _asked_for(session: Session, matter: Matter) -> dict[str, Any]:
    rows = session.scalars(select(CorrectedRecord).where(CorrectedRecord.matter_id == matter.id)).all()
    return {"record_ids": tuple(str(row.record_id) for row in rows), "slots": tuple(rows[0].slots)}


async def recall(world: World) -> None:
    await asked(await asyncio.to_thread(_recall, world))


def _recall(world: World) -> Awaitable[Any]:
    with world.stage.sessions() as session:
        found = open_matters(world, session, MatterKind.RECALL)
        if found and world.random.random() > RARELY:
            return _decide_recall(world, session, world.random.choice(found))
        books = [each for each in world.books if session.get_one(ClassTermRow, each).term == Term.YEAR_END]
        if not books:
            return nothing()
        book = reopening.book(session, world.random.choice(books))
        records = reopening.standing(session, book.class_term_id, now()).records
        fit = [rid for rid, each in records.items() if each.stage is At.ISSUED]
        asker = world.random.choice([head(session, book.class_id, slot) for slot in (HOMEROOM, "am_nhac", "seal")])
        if not fit or asker is None:
            return nothing()
        slots = tuple(world.random.sample([*book.subject_slots, HOMEROOM], world.random.randint(1, 3)))
        more = {"record_ids": (world.random.choice(fit),), "slots": slots}
        return correct(world, MatterKind.RECALL, uuid4(), correcting.Deed.ASK, asker, **more)


def _decide_recall(world: World, session: Session, matter: Matter) -> Awaitable[Any]:
    deed, cast = correcting.Deed, class_at(world, matter.school_id)
    slot = HOMEROOM if matter.state == "asked" else "principal"
    who = head(session, cast.class_id, slot)
    if who is None or matter.state not in {"asked", "confirmed", "recalling"}:
        return nothing()
    yes = {"asked": deed.CONFIRM, "confirmed": deed.GRANT, "recalling": deed.RETRY}[matter.state]
    return correct(
        world, MatterKind.RECALL, matter.id, world.random.choice([yes] * 6 + [deed.REFUSE, deed.WITHDRAW]), who
    )


async def correct(
    world: World,
    kind: MatterKind,
    matter_id: UUID,
    deed: correcting.Deed,
    staff_id: UUID,
    **more: Any,  # noqa: ANN401
) -> None:
    command_id, reason_id = str(uuid4()), uuid4()
    with world.stage.sessions.begin() as session:
        school_id = session.get_one(Staff, staff_id).school_id
        journal.add_reason(session, reason_id, school_id, staff_id, WHY)
    command = CorrectionCommand(
        kind.value, str(matter_id), deed, str(staff_id), command_id=command_id, reason_id=str(reason_id), **more
    )
    await decide_correction(world.stage.client, command)
