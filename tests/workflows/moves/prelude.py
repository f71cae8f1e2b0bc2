"""A book on its way before anything else happens: the same decisions, written without asking the engine each time."""

from uuid import UUID, uuid4

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.decisions import SIGNING_ACTIONS, Action, Decision
from domain.lifecycle import waiting_slots
from domain.stages import STAGES, Stage
from storage import projection, reopening, staffing
from storage.tables import ClassGroup, ClassTermRow
from tests.workflows.moves.people import ACTION_AT, Step, enter, now, prepared
from tests.workflows.moves.world import World
from workflows.messages import ClassTermState, Outcome
from workflows.opening import resumed_state
from workflows.planning import Step as Planned
from workflows.planning import plan_issue, plan_step


def advance(world: World, class_term_id: UUID, goal: Stage) -> None:
    """Bring all records of a book to a stage."""
    with world.stage.sessions() as session:
        book = reopening.book(session, class_term_id)
        state = resumed_state(book).loaded(reopening.standing(session, class_term_id, now()))
        people = {slot: held[0].staff_id for slot, held in staffing.by_slot(session, book.class_id, now()).items()}
        group = session.get_one(ClassGroup, book.class_id)
    if goal is not Stage.ENTRY and _stage(state) is Stage.ENTRY:
        state = _submitted(world, state, people, group)
    while STAGES.index(_stage(state)) < STAGES.index(goal):
        state = _next(world, state, people)


def _stage(state: ClassTermState) -> Stage:
    return next(iter(state.records.values())).stage


def _submitted(world: World, state: ClassTermState, people: dict[str, UUID], group: ClassGroup) -> ClassTermState:
    """Everybody enters and submits: many small decisions, in one transaction."""
    class_term_id, records = UUID(state.class_term_id), tuple(state.records)
    with world.stage.sessions.begin() as session:
        term = Term(session.get_one(ClassTermRow, class_term_id).term)
        for slot in waiting_slots(state.records[records[0]]):
            step = Step(class_term_id, Action.SUBMIT, slot, records, people[slot])
            enter(session, step, group, term)
            decision = Decision(step.action, slot, records, actor_id=str(people[slot]))
            done = plan_step(state, state.class_term(), str(uuid4()), decision, now())
            projection.project(session, done.work)
            state = _after(state, done)
    return state


def _after(state: ClassTermState, done: Planned) -> ClassTermState:
    outcome = Outcome(done.work.seq, done.work.decision.record_ids)
    return state.after(done.term, done.work.command_id, outcome)


def _next(world: World, state: ClassTermState, people: dict[str, UUID]) -> ClassTermState:
    record = next(iter(state.records.values()))
    action, (slot, *others) = ACTION_AT[record.stage], waiting_slots(record)
    is_subject = action is Action.SIGN and slot != HOMEROOM
    more = tuple(each for each in others if is_subject and people[each] == people[slot])
    step = Step(UUID(state.class_term_id), action, slot, tuple(state.records), people[slot], more_slots=more)
    command_id = str(uuid4())
    decision = prepared(world, step, command_id)
    done = plan_step(state, state.class_term(), command_id, decision, now())
    issue = plan_issue(state, done) if action in SIGNING_ACTIONS else None
    if action in SIGNING_ACTIONS:
        world.stage.orders.complete_order(done.work, issue.work if issue else None)
    else:
        with world.stage.sessions.begin() as session:
            projection.project(session, done.work)
    for each in (done, issue):
        if each is not None:
            state = _after(state, each)
    return state
