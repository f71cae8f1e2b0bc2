"""Temporal's state is lost in the middle of everything; begun again from the database, it all goes on."""

import asyncio
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import select

from cli.rebuilding.again import Found, rebuild
from cli.services.temporal_in_memory import TIME_SKIPPING, temporal_server
from domain.curriculum import HOMEROOM
from domain.decisions import Action, Decision
from domain.matters import MatterKind
from domain.matters import workflow_id as matter_workflow_id
from storage import rebuilding, reopening
from storage.database import Sessions, make_engine, make_sessions
from storage.opening import OpenedTerm
from storage.tables import ClassTermRow, Command
from tests.database import migrated_database
from tests.workflows.moves.invariants import Watch
from tests.workflows.moves.test_interleavings import ACTS, begun, tried
from tests.workflows.moves.world import Stage, World, stage
from workflows.class_term import workflow_id
from workflows.messages import Outcome

WORLDS = range(51, 55)
ROUNDS = 8
HURRY = 8  # acts of one world that are under way when everything is lost


@pytest.fixture(scope="module")
def sessions(postgres_url: str) -> Iterator[Sessions]:
    url = migrated_database(postgres_url, "lost")
    engine = make_engine(url, pool_size=20)
    yield make_sessions(engine)
    engine.dispose()


# Whoever is cut short leaves calls behind that were about to be made.
@pytest.mark.filterwarnings("ignore:.*was never awaited:RuntimeWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_everything_under_way_is_begun_again(sessions: Sessions) -> None:
    watches = {number: Watch() for number in WORLDS}
    async with temporal_server(arguments=TIME_SKIPPING) as server, stage(server.client, sessions) as first:
        worlds = [await begun(first, number) for number in WORLDS]
        await asyncio.gather(*(play(world, watches[world.number], ROUNDS) for world in worlds))
        await in_a_hurry(worlds)
    async with temporal_server(arguments=TIME_SKIPPING) as server, stage(server.client, sessions) as second:
        waiting = handovers_under_way(second)
        found = await begin_again(second)
        over = waiting - handovers_under_way(second)  # some last a few seconds only, and nothing ran meanwhile
        for each in found:
            assert each.running == (len(over - set(each.begun)) if each.kind == "handovers" else 0), each.kind
        again = {each.kind: each for each in await begin_again(second)}
        for each in found:
            if each.kind in {"class-terms", "transfers", "handovers"}:
                assert each.begun, f"no {each.kind} were under way"
                assert not again[each.kind].begun
        await newest_commands_are_answered(second)
        for world in worlds:
            world.stage = second
        await asyncio.gather(*(play(world, watches[world.number], ROUNDS) for world in worlds))
        await every_book_is_known(second)


def handovers_under_way(on: Stage) -> set[str]:
    """The ids of their workflows."""
    with on.sessions() as session:
        return {matter_workflow_id(MatterKind.HANDOVER, each) for each in rebuilding.handovers(session)}


def open_books(on: Stage) -> list[tuple[OpenedTerm, ClassTermRow]]:
    with on.sessions() as session:
        ids = reopening.open_books(session)
        return [(reopening.book(session, each), session.get_one(ClassTermRow, each)) for each in ids]


async def begin_again(on: Stage) -> list[Found]:
    found: list[Found] = []
    await rebuild(on.client, on.sessions, found.append, is_trial=False)
    return found


async def play(world: World, watch: Watch, rounds: int) -> None:
    for turn in range(rounds):
        acts = world.random.choices([act for act, _ in ACTS], [weight for _, weight in ACTS], k=2)
        await asyncio.gather(*(tried(world, act) for act in acts))
        broken = await asyncio.to_thread(watch.see, world)
        if broken:
            pytest.fail(f"seed {world.number}, round {turn}: {broken}\n" + "\n".join(world.told[-60:]))


async def in_a_hurry(worlds: Sequence[World]) -> None:
    """Leave in the middle of many acts: workers finish the activities that they have in hand, and nothing else."""
    acts = [act for act, _ in ACTS]
    under_way = [
        asyncio.ensure_future(tried(world, act)) for world in worlds for act in world.random.choices(acts, k=HURRY)
    ]
    await asyncio.wait(under_way, timeout=0.15)
    for task in under_way:
        task.cancel()
    await asyncio.gather(*under_way, return_exceptions=True)


async def newest_commands_are_answered(on: Stage) -> None:
    """Whoever sends one again hears what it did, whatever the book would say by now; nothing comes of it."""
    asked = 0
    for book, row in open_books(on):
        with on.sessions() as session:
            newest = session.scalar(
                select(Command.id).where(Command.class_term_id == row.id, Command.wf_seq == row.wf_seq)
            )
        if newest is None:
            continue
        handle = on.client.get_workflow_handle(workflow_id(book.school_year, str(book.class_id), book.term.value))
        decision = Decision(Action.REVIEW, HOMEROOM, ("whoever",))
        outcome = await handle.execute_update("review", decision, id=newest, result_type=Outcome)
        assert outcome.seq == row.wf_seq
        asked += 1
    assert asked


async def every_book_is_known(on: Stage) -> None:
    """Each workflow has taken as many decisions as the database has."""
    for book, row in open_books(on):
        known = await on.engine.class_knows(book.school_year, str(book.class_id), book.term.value)
        assert known is not None
        assert known[0] == row.wf_seq
