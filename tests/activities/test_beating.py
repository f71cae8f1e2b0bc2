"""Activities beat by themselves, on Temporal's own server."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.client import ActivityFailureError
from temporalio.common import RetryPolicy
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Interceptor, Worker

from activities.beating import BeatingInterceptor

SILENCE = timedelta(seconds=1)
LONGER = 1.6


@activity.defn
def work_silently() -> str:
    time.sleep(LONGER)
    return "done"


@activity.defn
def go_on() -> list[str]:
    """Report once, work on in silence, and fail; the next attempt says where that one came to."""
    found = list(activity.info().heartbeat_details)
    if not found:
        activity.heartbeat("the third")
    time.sleep(LONGER if activity.info().attempt == 2 else 0)  # the one that reports nothing itself
    if activity.info().attempt < 3:
        raise RuntimeError("the network")
    return found


async def run(env: WorkflowEnvironment, work: Callable[[], Any], interceptors: list[Interceptor], attempts: int) -> Any:  # noqa: ANN401
    queue = f"beating-{uuid4()}"
    with ThreadPoolExecutor(2) as threads:
        async with Worker(
            env.client, task_queue=queue, activities=[work], activity_executor=threads, interceptors=interceptors
        ):
            return await env.client.execute_activity(
                work,
                id=queue,
                task_queue=queue,
                start_to_close_timeout=timedelta(minutes=1),
                heartbeat_timeout=SILENCE,
                retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=10), maximum_attempts=attempts),
            )


async def test_without_beats_silence_is_taken_for_death(temporal_env: WorkflowEnvironment) -> None:
    with pytest.raises(ActivityFailureError):
        await run(temporal_env, work_silently, [], attempts=1)


async def test_an_activity_beats_by_itself(temporal_env: WorkflowEnvironment) -> None:
    assert await run(temporal_env, work_silently, [BeatingInterceptor()], attempts=1) == "done"


async def test_beats_keep_what_the_activity_reported(temporal_env: WorkflowEnvironment) -> None:
    assert await run(temporal_env, go_on, [BeatingInterceptor()], attempts=3) == ["the third"]
