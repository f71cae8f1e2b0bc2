"""Temporal: namespace, what it keeps, workflows and activities that do not get on, queues, schedules."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from temporalio.client import Client
from temporalio.service import RPCError

from cli.checks.finding import Finding, fine, say_age, watch, wrong
from cli.services.temporal import RETENTION, missing_search_attributes, retention
from config.history_keys import HistoryKeysDamaged
from config.settings import Settings
from config.temporal import connect
from workflows import health
from workflows.health import Labour, QueueState

BACKLOG_FOR: Final = timedelta(minutes=2)
SHOWN: Final = 5


async def examine(settings: Settings) -> list[Finding]:
    try:
        client = await connect(settings)
        return await of_client(client)
    except HistoryKeysDamaged as error:
        advice = "bring the secrets folder back from the backup: without its keys no history can be read"
        return [wrong("Temporal", f"the keys of its histories are damaged. {error.message}", advice)]
    except (RPCError, RuntimeError):
        advice = "start it: 'make run', or the cluster at HOCBA_TEMPORAL_HOST; read its log"
        return [wrong("Temporal", f"does not answer at {settings.temporal_address}", advice)]


async def of_client(client: Client) -> list[Finding]:
    labours, asked = await health.labours(client)
    return [
        fine("Temporal", f"answers for namespace {client.namespace}"),
        kept(await retention(client)),
        searched(await missing_search_attributes(client)),
        failing(await health.failing(client)),
        labouring(labours, asked),
        *(queue(each) for each in await health.queues(client, datetime.now(UTC))),
        schedules(await health.schedules(client)),
    ]


def kept(time: timedelta) -> Finding:
    if time < RETENTION:
        said = f"closed workflows are kept for {say_age(time.total_seconds())}, {RETENTION.days} days are needed"
        return wrong("retention", said, f"'make run' repairs it; on a cluster: {_NAMESPACE}")
    return fine("retention", f"closed workflows are kept for {time.days} days")


_NAMESPACE: Final = f"temporal operator namespace update --retention {RETENTION.days * 24}h"


def searched(missing: Sequence[str]) -> Finding:
    if missing:
        advice = "'make run' adds them; on a cluster: temporal operator search-attribute create --name NAME --type TYPE"
        return wrong("search attributes", f"missing: {', '.join(missing)}", advice)
    return fine("search attributes", "are all there")


def failing(ids: Sequence[str]) -> Finding:
    if not ids:
        return fine("workflows", "none fails")
    advice = (
        "the worker's log has the exception under the workflow_id; mend the code, deploy, and they go on by themselves."
        " Never reset a class-term or a matter"
    )
    count = f"{len(ids)}{' or more' if len(ids) == health.MOST_NAMED else ''}"
    return wrong("workflows", f"{count} fail at every task: {_some(ids)}", advice)


def labouring(labours: Sequence[Labour], asked: int) -> Finding:
    if not labours:
        return fine("activities", f"none is tried again and again ({asked} workflows looked at)")
    each = [f"{x.activity} of {x.workflow_id} (attempt {x.attempt}, {x.cause or 'time-out'})" for x in labours]
    advice = "the worker's log has each attempt under the workflow_id, with its cause; they go on once it is cured"
    return wrong("activities", f"{len(labours)} tried {health.MANY_ATTEMPTS} times or more: {_some(each)}", advice)


def queue(state: QueueState) -> Finding:
    subject = f"queue {state.queue} ({state.kind})"
    if not state.pollers:
        name = state.queue.partition("-")[2] or "main"
        return wrong(
            subject,
            f"nobody polls it, {state.backlog} tasks wait",
            f"start a process that serves it ('python -m worker --queue {name}'); read its log if it runs",
        )
    if state.age > BACKLOG_FOR:
        said = f"{state.backlog} tasks wait, the first for {say_age(state.age.total_seconds())}"
        return watch(
            subject, said, "look at the processor; more workers of this queue may be started beside each other"
        )
    return fine(subject, f"{state.pollers} poll it")


def schedules(idle: Mapping[str, str]) -> Finding:
    if not idle:
        return fine("schedules", "all run")
    said = ", ".join(f"{name} is {why}" for name, why in idle.items())
    return wrong(
        "schedules", said, "start the signer, which makes those that are missing; 'temporal schedule toggle --unpause'"
    )


def _some(items: Sequence[str]) -> str:
    return ", ".join(items[:SHOWN]) + (" …" if len(items) > SHOWN else "")
