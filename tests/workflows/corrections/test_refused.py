"""A book that refuses keeps no other book from what it has to know; what is opened in an order stops there."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import pytest_asyncio
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from cli.services.temporal_in_memory import time_skipping_server
from domain.decisions import Action
from domain.matters.corrections import CorrectionPlan, Deed
from tests.workflows.corrections import plays
from tests.workflows.corrections.plays import Scripted, correction_workers
from workflows.matter_starting import decide_correction


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scene() -> AsyncIterator[tuple[Client, Scripted]]:
    async with time_skipping_server() as clock:
        with ThreadPoolExecutor(4) as threads:
            async with correction_workers(clock.client, threads) as script:
                yield clock.client, script


@pytest.mark.parametrize(("kind", "action", "told"), [("identity", Action.RENEW, 2), ("recall", Action.RECALL, 0)])
async def test_the_first_refusal_is_the_answer(
    scene: tuple[Client, Scripted], kind: str, action: Action, told: int
) -> None:
    client, script = scene
    orders = tuple(plays.order(action) for _ in range(3))
    script.begin(lambda state: CorrectionPlan(orders if state.taken else ()))
    script.refusals = 1
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await decide_correction(client, plays.command(kind, Deed.GRANT))
    assert isinstance(refused.value.cause, ApplicationError)
    assert (refused.value.cause.type, script.told) == ("Conflict", told)
