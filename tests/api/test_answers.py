"""What a call to Temporal that comes to no end is for people: try again."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.service import RPCError, RPCStatusCode

from activities.carrying import as_gone
from api.answers import answered
from api.errors import Unavailable
from domain.errors import NotFound

LONG = timedelta(seconds=30)


async def ends_with(error: BaseException) -> None:
    await asyncio.sleep(0)
    raise error


@pytest.mark.parametrize(
    "error",
    [
        asyncio.CancelledError(),  # of the SDK, when a dying server breaks a call off
        RPCError("transport error", RPCStatusCode.UNKNOWN, b""),
        RPCError("tcp connect error", RPCStatusCode.UNAVAILABLE, b""),
        TimeoutError(),
    ],
)
async def test_a_call_that_was_broken_off_may_be_made_again(error: BaseException) -> None:
    with pytest.raises(Unavailable):
        await answered(ends_with(error), LONG, as_gone)


async def test_what_is_not_there_is_told() -> None:
    with pytest.raises(NotFound):
        await answered(ends_with(RPCError("no such workflow", RPCStatusCode.NOT_FOUND, b"")), LONG, as_gone)


async def test_whoever_is_cancelled_stays_cancelled() -> None:
    task = asyncio.ensure_future(answered(asyncio.sleep(30), LONG, as_gone))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
