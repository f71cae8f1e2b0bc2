"""A frozen clock is frozen for the test alone."""

import asyncio
import time
from datetime import UTC, datetime

from tests.clock import freeze_time

IN_2036 = datetime(2036, 1, 1, tzinfo=UTC)


async def _loop_time() -> float:
    return asyncio.get_running_loop().time()


def test_loops_keep_the_real_time() -> None:
    before = time.monotonic()
    with freeze_time(IN_2036):
        assert datetime.now(UTC) == IN_2036
        meanwhile = asyncio.run(_loop_time())
    assert before <= meanwhile <= time.monotonic()
