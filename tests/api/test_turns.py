"""Files that strangers hand in wait for each other, and for nobody else; nobody fills the line."""

import asyncio
from threading import Event

import pytest

from api.errors import Unavailable
from api.turns import OF_ONE, WAITING, Turns


async def test_one_file_is_looked_at_after_the_other_and_the_line_has_an_end() -> None:
    turns, go = Turns(), Event()
    waiting = [asyncio.create_task(turns.take(f"192.0.2.{number}", go.wait)) for number in range(WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await turns.take("198.51.100.1", go.wait)
    # Threads of the application's own work are free meanwhile.
    assert await asyncio.wait_for(asyncio.to_thread(int, "1"), 2) == 1
    go.set()
    assert await asyncio.gather(*waiting) == [True] * WAITING
    assert await turns.take("198.51.100.1", go.wait)


async def test_one_network_leaves_room_for_others() -> None:
    turns, go = Turns(), Event()
    waiting = [asyncio.create_task(turns.take("192.0.2.1", go.wait)) for _ in range(OF_ONE)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await turns.take("192.0.2.1", go.wait)
    other = asyncio.create_task(turns.take("192.0.2.2", go.wait))
    go.set()
    assert all(await asyncio.gather(*waiting, other))


async def test_a_file_that_fails_gives_its_turn_back() -> None:
    turns = Turns()
    for _ in range(2 * OF_ONE):
        with pytest.raises(ZeroDivisionError):
            await turns.take("192.0.2.1", lambda: 1 / 0)
