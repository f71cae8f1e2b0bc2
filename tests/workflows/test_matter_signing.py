"""The updates by which a matter's paper is signed, in a workflow that does nothing else. Every task here replays."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio import activity
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.matter_papers import MatterSigned
from activities.refusals import refusals_are_final
from domain.decisions import Action, Decision
from domain.errors import Conflict, DomainError
from domain.matters.signing import NOT_AWAITED, NOTHING_SIGNED, SIGNED, action_of
from tests.fakes import Broken
from tests.workflows.playing import FAILURES
from tests.workflows.signed_matter import SignedMatter
from workflows.matter_signing import PaperState
from workflows.messages import Outcome
from workflows.queues import MAIN_QUEUE, SIGN_QUEUE

FIELDS = ("giver", "principal", "seal")


@dataclass
class FakePaper:
    """Embeds every signature but those that it was told not to."""

    completed: list[str] = field(default_factory=list)
    fails: str = ""
    breaks: int = 0
    refuses: DomainError | None = None
    waits: bool = False
    go: asyncio.Event = field(default_factory=asyncio.Event)

    @activity.defn
    async def complete_matter_order(self, order_id: str) -> MatterSigned:
        self.completed.append(order_id)
        if self.breaks:
            self.breaks -= 1
            raise Broken
        with refusals_are_final():
            if self.refuses:
                raise self.refuses
        if self.waits:
            await self.go.wait()
        name = order_id.partition("/")[0]
        return MatterSigned(name, "paper", "" if self.fails else "a" * 64, name == "seal", self.fails)


@dataclass
class Running:
    handle: WorkflowHandle[SignedMatter, list[str]]
    matter_id: str
    paper: FakePaper

    def decision(self, name: str, number: int = 1) -> Decision:
        order_id, matter_id = f"{name}/{number}", self.matter_id
        return Decision(action_of(name), name, ("paper",), "staff", order_id, matter_id=matter_id)

    async def send(self, decision: Decision, update: str = "") -> Outcome:
        answer: Outcome = await self.handle.execute_update(
            update or decision.action.value, decision, id=decision.order_id, result_type=Outcome
        )
        return answer

    async def sign(self, name: str, number: int = 1) -> Outcome:
        return await self.send(self.decision(name, number))

    async def refusal(self, decision: Decision, update: str = "") -> ApplicationError:
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await self.send(decision, update)
        assert isinstance(refused.value.cause, ApplicationError)
        return refused.value.cause

    async def fields(self) -> list[str]:
        found: list[str] = await self.handle.query("fields")
        return found


@pytest_asyncio.fixture(loop_scope="session")
async def running(temporal_env: WorkflowEnvironment) -> AsyncIterator[Running]:
    client, paper, matter_id = temporal_env.client, FakePaper(), str(uuid4())
    more: dict[str, Any] = {"max_cached_workflows": 0, "workflow_failure_exception_types": FAILURES}
    with ThreadPoolExecutor(2) as threads:
        main = Worker(client, task_queue=MAIN_QUEUE, workflows=[SignedMatter], activity_executor=threads, **more)
        sign = Worker(client, task_queue=SIGN_QUEUE, activities=[paper.complete_matter_order])
        async with main, sign:
            handle = await client.start_workflow(
                SignedMatter.run,
                args=[matter_id, FIELDS, PaperState()],
                id=f"transfer/{matter_id}",
                task_queue=MAIN_QUEUE,
            )
            yield Running(handle, matter_id, paper)
            paper.go.set()


async def test_each_signature_is_taken_in_its_turn(running: Running) -> None:
    assert [await running.sign(name) for name in FIELDS] == [
        Outcome(1, ("paper",)), Outcome(2, ("paper",)), Outcome(3, ("paper",)),
    ]  # fmt: skip
    assert await running.handle.result() == list(FIELDS)
    assert running.paper.completed == ["giver/1", "principal/1", "seal/1"]


async def test_what_is_not_waited_for_is_refused_before_history(running: Running) -> None:
    await running.sign("giver")
    before = len((await running.handle.fetch_history()).events)
    refused = await running.refusal(running.decision("seal"))
    assert (refused.type, refused.message, refused.non_retryable) == ("Conflict", NOT_AWAITED, True)
    assert (await running.refusal(running.decision("giver", 2))).message == SIGNED
    principal = running.decision("principal")
    for other in (replace(principal, matter_id="another"), replace(principal, action=Action.SEAL)):
        assert (await running.refusal(other)).type == "Conflict"
    assert (await running.refusal(principal, update="sign")).type == "Conflict"
    assert len((await running.handle.fetch_history()).events) == before
    assert running.paper.completed == ["giver/1"]


async def test_the_same_order_is_one_signature(running: Running) -> None:
    answers = await asyncio.gather(*(running.sign("giver") for _ in range(3)))
    assert answers == [Outcome(1, ("paper",))] * 3
    assert running.paper.completed == ["giver/1"]


async def test_of_two_orders_for_a_field_one_wins(running: Running) -> None:
    asked = [running.sign("giver", number) for number in (1, 2)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    lost = [each for each in answers if isinstance(each, WorkflowUpdateFailedError)]
    assert len(lost) == 1
    assert isinstance(lost[0].cause, ApplicationError)
    assert lost[0].cause.message in {SIGNED, NOT_AWAITED}
    assert len(running.paper.completed) == 1


async def test_a_signature_that_failed_is_told_and_can_be_given_again(running: Running) -> None:
    running.paper.fails = "Overtaken"
    refused = await running.refusal(running.decision("giver"))
    assert (refused.type, refused.message) == ("SigningFailed", NOTHING_SIGNED)
    running.paper.fails = ""
    assert (await running.sign("giver", 2)).seq == 1


async def test_a_fault_is_tried_again_and_a_refusal_is_the_answer(running: Running) -> None:
    running.paper.breaks = 1
    assert (await running.sign("giver")).seq == 1
    running.paper.refuses = Conflict("Lệnh ký chưa được xác nhận.")
    assert (await running.refusal(running.decision("principal"))).message == "Lệnh ký chưa được xác nhận."
    running.paper.refuses = None
    assert (await running.sign("principal", 2)).seq == 2


async def test_an_order_keeps_its_answer_in_the_next_run(running: Running) -> None:
    first = await running.sign("giver")
    before = await running.handle.describe()
    await running.handle.signal("renew")
    async with asyncio.timeout(20):
        while (await running.handle.describe()).run_id == before.run_id:  # noqa: ASYNC110 - the server decides
            await asyncio.sleep(0.02)
    assert await running.sign("giver") == first
    assert running.paper.completed == ["giver/1"]
    assert await running.fields() == ["giver", "|", "principal"]


async def test_a_paper_that_becomes_void_while_it_is_signed_is_not_signed(running: Running) -> None:
    running.paper.waits = True
    asked = asyncio.ensure_future(running.refusal(running.decision("giver")))
    async with asyncio.timeout(20):
        while not running.paper.completed:  # noqa: ASYNC110 - the server decides
            await asyncio.sleep(0.02)
    await running.handle.signal("write_anew")
    running.paper.go.set()
    assert "lập lại" in (await asked).message
    assert await running.fields() == ["|", "giver"]


async def test_an_unreadable_decision_is_refused_and_the_matter_lives(running: Running) -> None:
    with pytest.raises(WorkflowUpdateFailedError):
        await running.handle.execute_update("sign", {"action": "dance"}, id="unreadable")
    assert (await running.sign("giver")).seq == 1
