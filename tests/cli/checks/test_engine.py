"""A Temporal of its own on which one thing after the other goes wrong; the doctor says which, and what to do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio
from google.protobuf.duration_pb2 import Duration
from temporalio import activity, workflow
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import RemoveSearchAttributesRequest
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from cli.checks import engine
from cli.checks.finding import Finding, State
from cli.services.temporal import prepare_namespace
from cli.services.temporal_in_memory import temporal_server
from config.history_keys import FILE
from config.settings import Settings
from workflows.health import SCHEDULES, QueueState, labours, queues
from workflows.mailing import ensure_mail_schedules
from workflows.nightly import ensure_night_schedule
from workflows.queues import MAIN_QUEUE
from workflows.submission import ensure_submission_schedule
from workflows.upkeep import ensure_schedules

NAME = "Nguyễn Thị Hồng Ánh"
# A workflow's first failure is told, and what waits in a queue is counted for each question rather than every 5 s.
AT_ONCE = (
    "--dynamic-config-value", "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=1",
    "--dynamic-config-value", 'matching.TaskQueueInfoByBuildIdTTL="1ms"',
)  # fmt: skip


@activity.defn
async def toil() -> None:
    raise ValueError(NAME)


@workflow.defn
class Poisoned:
    @workflow.run
    async def run(self) -> None:
        raise RuntimeError(NAME)


@workflow.defn
class Toiling:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            toil,
            start_to_close_timeout=timedelta(seconds=5),
            retry_policy=RetryPolicy(
                initial_interval=timedelta(milliseconds=1), maximum_interval=timedelta(milliseconds=5)
            ),
        )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server() -> AsyncIterator[WorkflowEnvironment]:
    async with temporal_server(arguments=AT_ONCE) as environment:
        yield environment


async def found(client: Client) -> dict[str, Finding]:
    return {each.subject: each for each in await engine.of_client(client)}


async def until(holds: Callable[[Any], bool], look: Callable[[], Any]) -> Any:  # noqa: ANN401
    async with asyncio.timeout(60):
        while not holds(seen := await look()):  # noqa: ASYNC110 - the server decides
            await asyncio.sleep(0.2)
    return seen


async def test_damaged_keys_of_histories_are_told(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / FILE).write_text("nonsense")
    (seen,) = await engine.examine(Settings(var_dir=tmp_path))
    assert (seen.state, "backup" in seen.advice) == (State.WRONG, True)


async def test_without_workers_nobody_polls_and_nothing_is_scheduled(server: WorkflowEnvironment) -> None:
    seen = await found(server.client)
    assert seen["retention"].state is seen["search attributes"].state is seen["workflows"].state is State.OK
    assert seen["schedules"].state is State.WRONG
    assert all(f"{name} is missing" in seen["schedules"].sentence for name in SCHEDULES)
    (main, signer) = seen["queue hocba (workflow)"], seen["queue hocba-sign (activity)"]
    assert main.sentence.startswith("nobody polls it")
    assert (main.state, main.advice) == (
        State.WRONG,
        "start a process that serves it ('python -m worker --queue main'); read its log if it runs",
    )
    assert "--queue sign'" in signer.advice


async def test_a_namespace_that_forgets_too_soon_is_found(server: WorkflowEnvironment) -> None:
    client, day = server.client, Duration()
    day.FromTimedelta(timedelta(days=1))
    config = NamespaceConfig(workflow_execution_retention_ttl=day)
    await client.workflow_service.update_namespace(UpdateNamespaceRequest(namespace=client.namespace, config=config))
    seen = (await found(client))["retention"]
    assert (seen.state, "2160h" in seen.advice) == (State.WRONG, True)
    await prepare_namespace(client)
    assert (await found(client))["retention"].state is State.OK


async def test_a_search_attribute_that_is_missing_is_named(server: WorkflowEnvironment) -> None:
    client = server.client
    asked = RemoveSearchAttributesRequest(namespace=client.namespace, search_attributes=["Overdue"])
    await client.operator_service.remove_search_attributes(asked)
    seen = (await found(client))["search attributes"]
    assert (seen.state, seen.sentence) == (State.WRONG, "missing: Overdue")
    assert "search-attribute create" in seen.advice


async def test_what_fails_and_what_toils_is_found_without_a_word_of_why(server: WorkflowEnvironment) -> None:
    client = server.client
    worker = Worker(
        client, task_queue=MAIN_QUEUE, workflows=[Poisoned, Toiling], activities=[toil],
        workflow_runner=UnsandboxedWorkflowRunner(),
    )  # fmt: skip
    async with worker:
        poisoned = await client.start_workflow(Poisoned.run, id="class-term/poisoned", task_queue=MAIN_QUEUE)
        toiling = await client.start_workflow(Toiling.run, id="transfer/toiling", task_queue=MAIN_QUEUE)
        await until(lambda seen: bool(seen[0]), lambda: labours(client))
        seen = await until(lambda seen: seen["workflows"].state is State.WRONG, lambda: found(client))
        await poisoned.terminate()
        await toiling.terminate()
    assert seen["workflows"].sentence == "1 fail at every task: class-term/poisoned"
    assert "Never reset" in seen["workflows"].advice
    assert seen["activities"].sentence.startswith("1 tried 10 times or more: toil of transfer/toiling (attempt ")
    assert "ValueError" in seen["activities"].sentence
    assert NAME not in "".join(f"{each.sentence}{each.advice}" for each in seen.values())
    assert seen["queue hocba (workflow)"].state is seen["queue hocba (activity)"].state is State.OK


async def test_a_backlog_that_ages_is_found(server: WorkflowEnvironment) -> None:
    client = server.client
    handle = await client.start_workflow("Nobodys", id="waiting", task_queue=MAIN_QUEUE)
    # The server counts a task when it is written and knows its age when it has read it: not at the same moment.
    states = await until(lambda seen: seen[0].age > timedelta(0), lambda: queues(client, datetime.now(UTC)))
    await handle.terminate()
    assert states[0].backlog > 0
    old = QueueState("hocba-sign", "activity", pollers=1, backlog=7, age=timedelta(minutes=3))
    seen = engine.queue(old)
    assert (seen.state, seen.sentence) == (State.WATCH, "7 tasks wait, the first for 3 min")
    assert "more workers" in seen.advice


# The last one: at the next full minute its schedules start what no worker of the other tests knows.
async def test_schedules_that_are_all_there_run_unless_one_is_paused(server: WorkflowEnvironment) -> None:
    client = server.client
    for ensure in (ensure_schedules, ensure_mail_schedules, ensure_submission_schedule, ensure_night_schedule):
        await ensure(client)
    assert (await found(client))["schedules"].state is State.OK
    await client.get_schedule_handle("mail/minute").pause()
    paused = (await found(client))["schedules"]
    assert (paused.state, paused.sentence) == (State.WRONG, "mail/minute is paused")
