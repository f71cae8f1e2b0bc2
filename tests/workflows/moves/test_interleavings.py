"""People, schools and deadlines in any order on the real engine: the invariants hold after every interleaving."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from cli.services.temporal_in_memory import TIME_SKIPPING, temporal_server
from domain.stages import STAGES
from storage import reopening
from storage.database import make_engine, make_sessions
from tests.database import migrated_database
from tests.workflows.moves import corrections, handovers, people, transfers
from tests.workflows.moves.invariants import Watch
from tests.workflows.moves.people import Refused
from tests.workflows.moves.prelude import advance
from tests.workflows.moves.world import Stage, World, build, stage
from workflows.opening import resumed_state
from workflows.starting import start_class_term

INTERLEAVINGS = 500
A_WORLD = 10  # interleavings that follow each other in the same two schools
ACTS_OF_ONE = 4
AT_ONCE = 10
ACTS: list[tuple[Callable[[World], Awaitable[None]], int]] = [
    (people.next_step, 60), (people.send_back, 4), (people.keep_back, 3), (people.somebody_else, 3),
    (people.move_deadline, 5), (transfers.transfer, 14), (handovers.handover, 10), (corrections.unlock, 9),
    (corrections.recall, 9),
]  # fmt: skip
TOGETHER = (1, 1, 2, 3)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def theatre(postgres_url: str) -> AsyncIterator[Stage]:
    url = migrated_database(postgres_url, "moves")
    engine = make_engine(url, pool_size=20)
    async with temporal_server(arguments=TIME_SKIPPING) as server, stage(server.client, make_sessions(engine)) as found:
        yield found
    engine.dispose()


async def test_whatever_happens_in_whatever_order_the_invariants_hold(theatre: Stage) -> None:
    """Seeded: the same number makes the same two schools, and the same choices at each step."""
    places, told = asyncio.Semaphore(AT_ONCE), Counter[str]()

    async def one(number: int) -> None:
        async with places:
            told.update(await play(theatre, number))

    # As a group: where one world breaks the others stop, too, or they would wait for workers that are gone.
    async with asyncio.TaskGroup() as worlds:
        for number in range(1, INTERLEAVINGS // A_WORLD + 1):
            worlds.create_task(one(number))
    happened = {words for words in told if ":" not in words}
    assert happened == {act.__name__ for act, _ in ACTS}, told


async def play(theatre: Stage, number: int) -> list[str]:
    world, watch = await begun(theatre, number), Watch()
    for interleaving in range(A_WORLD):
        done = 0
        while done < ACTS_OF_ONE:
            together = world.random.choice(TOGETHER)
            acts = world.random.choices([act for act, _ in ACTS], [weight for _, weight in ACTS], k=together)
            await asyncio.gather(*(tried(world, act) for act in acts))
            done += together
        broken = await asyncio.to_thread(watch.see, world)
        if broken:
            pytest.fail(f"seed {number}, interleaving {interleaving}: {broken}\n" + "\n".join(world.told[-60:]))
    return world.told


async def begun(theatre: Stage, number: int) -> World:
    """Books anywhere on their way."""
    world = await asyncio.to_thread(build, theatre, number)
    for class_term_id in world.books:
        await asyncio.to_thread(advance, world, class_term_id, world.random.choice(STAGES))
        with theatre.sessions() as session:
            await start_class_term(theatre.client, resumed_state(reopening.book(session, class_term_id)))
    return world


async def tried(world: World, act: Callable[[World], Awaitable[None]]) -> None:
    try:
        await act(world)
        world.told.append(act.__name__)
    except Refused as refusal:
        world.told.append(f"{act.__name__}: {refusal}")
