"""What happens between schools and people: transfers, handovers, unlocks, recalls, each one step at a time."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.carrying import decision_of
from api.handovers import Handovers, Wanted, WantedStep
from api.transfers import Transfers
from domain.assessment import Term
from domain.calendar import day_of
from domain.curriculum import HOMEROOM
from domain.errors import DomainError
from domain.matters import MatterKind, workflow_id
from domain.matters import corrections as correcting
from domain.matters import handovers as handing
from domain.matters.corrections import CorrectionCommand
from domain.matters.handover_messages import ItemAsked
from domain.matters.handovers import HandoverKind, HandoverState
from domain.stages import Stage as At
from domain.transfers import phases as moving
from domain.transfers.messages import TransferDeed
from domain.transfers.phases import Ground, Phase
from storage import confirmations, journal, orders, reopening, staffing
from storage.handovers.holding import held_from
from storage.matters import paper_orders, waits
from storage.matters.paper_orders import WantedPaper
from storage.staffing import Person
from storage.tables import (
    ClassTermRow,
    CorrectedRecord,
    Enrolment,
    Handover,
    HandoverItem,
    Matter,
    PupilRow,
    School,
    Staff,
    Transfer,
)
from storage.transfers.requesting import Application
from tests.factories import ClassCast
from tests.workflows.moves.people import Refused, now, prepare
from tests.workflows.moves.world import World
from workflows.matter_starting import decide_correction
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
        return _nothing()
    pupil, arrives, command = world.random.choice(pupils), world.random.random() < 0.5, uuid4()
    here, there = (new, old) if arrives else (old, new)
    clerk = head(session, here.class_id, "seal")
    if clerk is None:
        return _nothing()
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
        return _nothing()
    actor = head(session, cast.class_id, slot)
    if actor is None:
        return _nothing()
    act = TransferDeed(
        str(row.matter_id), deed, str(actor), str(uuid4()), class_id=str(new.class_id), ground=Ground.FALSE_FACTS.value
    )
    reason = WHY if deed in moving.NEEDS_REASON else ""
    return Transfers(world.stage.client, world.stage.sessions).act(person(session, actor), act, reason)


def class_at(world: World, school_id: UUID | None) -> ClassCast:
    return next(each for each in world.classes if each.school.school_id == school_id)


async def _nothing() -> None:
    return None


def sign_paper(world: World, session: Session, matter_id: UUID) -> Awaitable[Any]:
    """One of those whom a matter's paper waits for signs it."""
    wanted = [each for each in waits.of_matter(session, matter_id) if each.field]
    if not wanted:
        return _nothing()
    wait = world.random.choice(wanted)
    people = sorted(waits.people(session, wait, now()))
    if not people:
        return _nothing()
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
        return _nothing()
    school_id = cast.school.school_id
    takers = [each for each in world.helpers[school_id][1:] if each != leaver]
    held = [each for each in held_from(session, leaver, now()) if not kind.role or each.role == kind.role]
    items = tuple(
        ItemAsked(str(each.class_id or ""), each.slot, each.role, str(world.random.choice(takers))) for each in held
    )
    at = now() + timedelta(seconds=world.random.randint(0, 3))
    until = at + timedelta(seconds=world.random.randint(3, 8)) if kind.is_temporary else None
    wanted = Wanted(uuid4(), kind, leaver, WHY, at, until, items)
    by = leaver if kind is HandoverKind.DELEGATION else opener
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
            return _nothing()
        chosen = tuple(world.random.sample(fit, world.random.randint(1, len(fit))))
        more = {"class_term_id": str(book.class_term_id), "record_ids": chosen, "slots": (slot,)}
        return correct(world, MatterKind.UNLOCK, uuid4(), correcting.Deed.ASK, asker, **more)


def _decide_unlock(world: World, session: Session, matter: Matter) -> Awaitable[Any]:
    deed, cast = correcting.Deed, class_at(world, matter.school_id)
    principal, admin = head(session, cast.class_id, "principal"), world.helpers[matter.school_id][0]
    if matter.state == "granted":
        return correct(world, MatterKind.UNLOCK, matter.id, deed.EXECUTE, admin)
    if principal is None:
        return _nothing()
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
            return _nothing()
        book = reopening.book(session, world.random.choice(books))
        records = reopening.standing(session, book.class_term_id, now()).records
        fit = [rid for rid, each in records.items() if each.stage is At.ISSUED]
        asker = world.random.choice([head(session, book.class_id, slot) for slot in (HOMEROOM, "am_nhac", "seal")])
        if not fit or asker is None:
            return _nothing()
        slots = tuple(world.random.sample([*book.subject_slots, HOMEROOM], world.random.randint(1, 3)))
        more = {"record_ids": (world.random.choice(fit),), "slots": slots}
        return correct(world, MatterKind.RECALL, uuid4(), correcting.Deed.ASK, asker, **more)


def _decide_recall(world: World, session: Session, matter: Matter) -> Awaitable[Any]:
    deed, cast = correcting.Deed, class_at(world, matter.school_id)
    slot = HOMEROOM if matter.state == "asked" else "principal"
    who = head(session, cast.class_id, slot)
    if who is None or matter.state not in {"asked", "confirmed", "recalling"}:
        return _nothing()
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


ACTS: list[tuple[Callable[[World], Awaitable[None]], int]] = [(transfer, 14), (handover, 10), (unlock, 9), (recall, 9)]
