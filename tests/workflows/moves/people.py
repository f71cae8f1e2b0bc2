"""What people of a class do, each under the same guards as in the application; what is refused is told, not lost."""

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.carrying import decision_of
from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL
from domain.deadlines import Deadline
from domain.decisions import SIGNING_ACTIONS, Action, Decision
from domain.entry import required_cells
from domain.errors import DomainError, NotAllowed
from domain.lifecycle import RETURN_FROM, waiting_slots
from domain.record_states import RecordState
from domain.slot_marks import Known
from domain.stages import Stage as At
from interchange.sample_school.cells import plausible
from storage import confirmations, entries, journal, ordering, orders, reopening, saving, staffing
from storage.entries import known_cells
from storage.opening import OpenedTerm
from storage.ordering import Wanted
from storage.saving import CellEdit
from storage.tables import ClassGroup, ClassTermRow, Staff
from tests.workflows.moves.world import World
from workflows.class_term import workflow_id
from workflows.messages import Outcome

CLOCK = 0.3
ACTION_AT = {
    At.ENTRY: Action.SUBMIT, At.SUBMITTED: Action.REVIEW, At.REVIEWED: Action.SIGN, At.SUBJECT_SIGNED: Action.SIGN,
    At.HOMEROOM_SIGNED: Action.APPROVE, At.APPROVED: Action.SEAL,
}  # fmt: skip


class Refused(Exception):
    """The application or the engine said no, in words."""


@dataclass(frozen=True)
class Step:
    """Something that somebody is about to do in a book."""

    class_term_id: UUID
    action: Action
    slot: str
    records: tuple[str, ...]
    staff_id: UUID
    to_slot: str = ""
    more_slots: tuple[str, ...] = ()


def now() -> datetime:
    return datetime.now(UTC)


async def next_step(world: World) -> None:
    """Whoever is waited for does it, for some of the pupils who stand alike."""
    step = await asyncio.to_thread(_waited_for, world)
    if step is not None:
        await do(world, step)


async def send_back(world: World) -> None:
    step = await asyncio.to_thread(_return, world)
    if step is not None:
        await do(world, step)


async def keep_back(world: World) -> None:
    """Somebody is held, or let go."""
    step = await asyncio.to_thread(_hold, world)
    if step is not None:
        await do(world, step)


async def somebody_else(world: World) -> None:
    """The same step by somebody who may not: it must be refused."""
    step = await asyncio.to_thread(_waited_for, world)
    if step is None:
        return
    stranger = await asyncio.to_thread(_stranger, world, step)
    wrong = Step(step.class_term_id, step.action, step.slot, step.records, stranger, step.to_slot)
    try:
        await do(world, wrong)
    except Refused:
        return
    assert await asyncio.to_thread(_fills, world, wrong), f"{wrong} was not refused"


def _fills(world: World, step: Step) -> bool:
    """Whether its person has the slot now: hands may have changed between."""
    with world.stage.sessions() as session:
        class_id = session.get_one(ClassTermRow, step.class_term_id).class_id
        return step.slot in staffing.slots_of(session, step.staff_id, class_id, now())


async def move_deadline(world: World) -> None:
    """An office moves a book's deadline, into the past as well, or days go by for it."""
    class_term_id = world.random.choice(world.books)
    book = await asyncio.to_thread(book_of, world, class_term_id)
    if world.random.random() < CLOCK:
        workflow = workflow_id(book.school_year, str(book.class_id), book.term.value)
        days = timedelta(days=world.random.randint(1, 40))
        with suppress(RPCError):  # a book that is over has no clock
            await world.stage.clocks.bring(workflow, now() + days)
        return
    due_at = now().replace(microsecond=0) + timedelta(days=world.random.randint(-30, 90))
    world.dues[class_term_id].append(due_at)
    with suppress(RPCError):
        deadline = Deadline(len(world.dues[class_term_id]), due_at)
        await world.stage.engine.move_class(book.school_year, str(book.class_id), book.term.value, deadline)


def book_of(world: World, class_term_id: UUID) -> OpenedTerm:
    with world.stage.sessions() as session:
        return reopening.book(session, class_term_id)


async def do(world: World, step: Step) -> None:
    """As the pages and the interface do it: guard, entry or order, then the class-term's own decision."""
    command_id = str(uuid4())
    try:
        decision = await asyncio.to_thread(prepared, world, step, command_id)
        await send(world, step.class_term_id, decision, command_id)
    except DomainError as refusal:
        raise Refused(f"{step.action} {step.slot}: {refusal.message}") from refusal


async def send(world: World, class_term_id: UUID, decision: Decision, command_id: str) -> None:
    handle = world.stage.client.get_workflow_handle(await asyncio.to_thread(_workflow, world, class_term_id))
    try:
        await handle.execute_update(decision.action.value, decision, id=command_id, result_type=Outcome)
    except WorkflowUpdateFailedError as error:
        if not isinstance(error.cause, ApplicationError) or error.cause.type == "InternalError":
            raise
        raise Refused(f"{decision.action} {decision.slot}: {error.cause.message}") from error
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise Refused("the book is over") from error


def _workflow(world: World, class_term_id: UUID) -> str:
    book = book_of(world, class_term_id)
    return workflow_id(book.school_year, str(book.class_id), book.term.value)


def prepared(world: World, step: Step, command_id: str) -> Decision:
    """What the API does before it sends a decision. Raises DomainError."""
    with world.stage.sessions.begin() as session:
        row = session.get_one(ClassTermRow, step.class_term_id)
        group = session.get_one(ClassGroup, row.class_id)
        mine = staffing.slots_of(session, step.staff_id, row.class_id, now())
        if step.slot not in mine:
            raise NotAllowed(ordering.NOT_ASSIGNED)
        if step.action is Action.SUBMIT:
            enter(session, step, group, Term(row.term))
        reason_id = ""
        if step.action in {Action.RETURN, Action.HOLD}:
            reason_id = str(uuid4())
            journal.add_reason(session, UUID(reason_id), group.school_id, step.staff_id, "Cần xem lại kết quả.")
    if step.action in SIGNING_ACTIONS:
        return _signed(world, step, UUID(command_id))
    return Decision(
        step.action, step.slot, step.records, actor_id=str(step.staff_id), to_slot=step.to_slot, reason_id=reason_id
    )


def enter(session: Session, step: Step, group: ClassGroup, term: Term) -> None:
    cells = required_cells(entries.curriculum_of(group, term), term, step.slot)
    wanted = {UUID(record) for record in step.records}
    known = known_cells(session, step.slot, wanted)
    edits = [
        CellEdit(record, cell.key, plausible(cell), known.get((record, cell.key), Known()).version)
        for record in wanted
        for cell in cells
    ]
    saving.save_cells(session, step.class_term_id, step.slot, edits, step.staff_id).require_all()


def _signed(world: World, step: Step, order_id: UUID) -> Decision:
    """Open, prepare, look again who signs, confirm with papers that came back signed."""
    sessions = world.stage.sessions
    with sessions.begin() as session:
        person = staffing.person(session, now(), Staff.id == step.staff_id)
        assert person is not None
        row = session.get_one(ClassTermRow, step.class_term_id)
        wanted = Wanted(
            order_id, row.id, row.class_id, Term(row.term), step.action, (step.slot, *step.more_slots), step.records
        )
        ordering.open_for(session, person, wanted, now())
    prepare(world, order_id)
    with sessions.begin() as session:
        order, at = orders.get(session, order_id), now()
        mine = staffing.slots_of(session, step.staff_id, wanted.class_id, at)
        current = ordering.certificate_of(session, person, step.action, at)
        if (obstacle := ordering.obstacle(order, mine, current)) is not None:
            raise obstacle
        for item in orders.items(session, order_id):
            if item.outcome == "pending":
                signed = hashlib.sha256(f"{item.prepared_sha256} signed".encode()).hexdigest()
                confirmations.keep_upload(session, order_id, item.position, (signed, 1))
        confirmations.close_uploads(session, order_id, at)
    with sessions() as session:
        return decision_of(session, orders.get(session, order_id))


def prepare(world: World, order_id: UUID) -> None:
    """Have an order's papers prepared. Raises DomainError where they cannot be."""
    try:
        world.stage.orders.prepare_order(str(order_id))
    except ApplicationError as error:
        if not error.non_retryable:
            raise
        raise NotAllowed(error.message) from error


def _standing(session: Session, class_term_id: UUID) -> dict[str, RecordState]:
    return reopening.standing(session, class_term_id, now()).records


def _waited_for(world: World) -> Step | None:
    """A slot that some records wait for, with those of them that stand alike (all of a class summary)."""
    with world.stage.sessions() as session:
        class_term_id = world.random.choice(world.books)
        records = _standing(session, class_term_id)
        waiting = [rid for rid, record in records.items() if waiting_slots(record) and not record.held]
        if not waiting:
            return None
        first = records[world.random.choice(waiting)]
        slot = world.random.choice(waiting_slots(first))
        alike = [rid for rid in waiting if slot in waiting_slots(records[rid]) and records[rid].stage is first.stage]
        if first.part:
            alike = [rid for rid in alike if records[rid].part == first.part]
        elif world.random.random() < 0.2:
            alike = world.random.sample(alike, 1)
        return _step(session, class_term_id, ACTION_AT[first.stage], slot, alike)


def _return(world: World) -> Step | None:
    with world.stage.sessions() as session:
        class_term_id = world.random.choice(world.books)
        records = _standing(session, class_term_id)
        slot = world.random.choice((HOMEROOM, PRINCIPAL))
        fit = [rid for rid, record in records.items() if record.stage in RETURN_FROM[slot]]
        if not fit:
            return None
        chosen = world.random.choice(fit)
        to_slot = world.random.choice([*reopening.book(session, class_term_id).subject_slots, HOMEROOM])
        return _step(session, class_term_id, Action.RETURN, slot, [chosen], to_slot)


def _hold(world: World) -> Step | None:
    with world.stage.sessions() as session:
        class_term_id = world.random.choice(world.books)
        records = _standing(session, class_term_id)
        if not records:
            return None
        chosen = world.random.choice(sorted(records))
        action = Action.RELEASE if records[chosen].held else Action.HOLD
        return _step(session, class_term_id, action, world.random.choice((HOMEROOM, PRINCIPAL)), [chosen])


def _step(
    session: Session, class_term_id: UUID, action: Action, slot: str, records: Sequence[str], to_slot: str = ""
) -> Step | None:
    """By whoever fills the slot now; None where nobody does."""
    class_id = session.get_one(ClassTermRow, class_term_id).class_id
    holders = staffing.by_slot(session, class_id, now()).get(slot)
    if not holders:
        return None
    return Step(class_term_id, action, slot, tuple(records), holders[0].staff_id, to_slot)


def _stranger(world: World, step: Step) -> UUID:
    """Somebody of one of the schools who does not fill the slot."""
    with world.stage.sessions() as session:
        class_id = session.get_one(ClassTermRow, step.class_term_id).class_id
        mine = {each.staff_id for each in staffing.by_slot(session, class_id, now()).get(step.slot, ())}
        everybody = set(session.scalars(select(Staff.id).where(Staff.school_id.in_(world.schools))))
        return world.random.choice(sorted(everybody - mine))
