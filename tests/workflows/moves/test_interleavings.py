"""People, schools and deadlines in any order on the real engine: the invariants hold after every step."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest_asyncio

from cli.services.temporal_in_memory import TIME_SKIPPING, temporal_server
from domain.stages import STAGES
from storage import reopening
from storage.database import make_engine, make_sessions
from storage.migrate import upgrade
from tests.database import another_database
from tests.workflows.moves import people
from tests.workflows.moves.invariants import Watch
from tests.workflows.moves.people import Refused
from tests.workflows.moves.prelude import advance
from tests.workflows.moves.world import Stage, World, build, stage
from workflows.opening import resumed_state
from workflows.starting import start_class_term

INTERLEAVINGS = 40
STEPS = 14
AT_ONCE = 12
ACTS: list[tuple[Callable[[World], Awaitable[None]], int]] = [
    (people.next_step, 60),
    (people.send_back, 5),
    (people.keep_back, 4),
    (people.somebody_else, 4),
]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def theatre(postgres_url: str) -> AsyncIterator[Stage]:
    url = another_database(postgres_url, "moves")
    upgrade(url)
    engine = make_engine(url, pool_size=20)
    async with temporal_server(arguments=TIME_SKIPPING) as server:
        async with stage(server.client, make_sessions(engine)) as found:
            yield found
    engine.dispose()


async def test_whatever_people_do_in_whatever_order_the_invariants_hold(theatre: Stage) -> None:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with places:
            await play(theatre, number)

    import collections
    import time

    t = time.time()
    await asyncio.gather(*(one(number) for number in range(1, INTERLEAVINGS + 1)))
    print(sum(ADV) / len(ADV), time.time() - t, collections.Counter(TOLD).most_common(40))


import time

ADV = []
TOLD = []


async def play(theatre: Stage, number: int) -> None:
    world, watch = await asyncio.to_thread(build, theatre, number), Watch()
    for class_term_id in world.books:
        t = time.time()
        await asyncio.to_thread(advance, world, class_term_id, world.random.choice(STAGES))
        ADV.append(time.time() - t)
        with theatre.sessions() as session:
            await start_class_term(theatre.client, resumed_state(reopening.book(session, class_term_id)))
    for _ in range(STEPS):
        acts = world.random.choices(
            [act for act, _ in ACTS], [weight for _, weight in ACTS], k=world.random.choice((1, 1, 2, 3))
        )
        await asyncio.gather(*(tried(world, act) for act in acts))
        with theatre.sessions() as session:
            broken = watch.look(session, world)
        assert not broken, (number, broken, world.told)
    TOLD.extend(world.told)


async def tried(world: World, act: Callable[[World], Awaitable[None]]) -> None:
    try:
        await act(world)
        world.told.append(act.__name__)
    except Refused as refusal:
        world.told.append(f"{act.__name__}: {refusal}")
