"""Temporal's state is lost: what is under way by the database is begun again. Done twice, nothing changes."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session
from temporalio.client import ActivityExecutionStatus, Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from cli.rebuilding.lost import Lost, kinds
from storage.database import Sessions
from workflows.schedules import ensure_every_schedule

# Calls under way; the engine takes 50 to 200 of them in a second.
AT_ONCE: Final = 16


@dataclass(frozen=True)
class Found:
    """Of one kind: what was begun (or would be), by its ids, and how many ran already."""

    kind: str
    begun: tuple[str, ...]
    running: int


async def rebuild(client: Client, sessions: Sessions, told: Callable[[Found], None], *, is_trial: bool) -> None:
    """Begin everything that ought to run and does not; `told` hears of each kind. A trial only looks."""
    if not is_trial:
        await ensure_every_schedule(client)
    for kind, listing in kinds(sessions).items():
        lost = await asyncio.to_thread(_listed, sessions, listing)
        begun = [each for chunk in _chunks(lost) for each in await _each(client, chunk, is_trial=is_trial)]
        told(Found(kind, tuple(begun), len(lost) - len(begun)))


def _listed(sessions: Sessions, listing: Callable[[Session], Iterator[Lost]]) -> list[Lost]:
    with sessions() as session:
        return list(listing(session))


def _chunks(lost: Sequence[Lost]) -> Iterator[Sequence[Lost]]:
    return (lost[start : start + AT_ONCE] for start in range(0, len(lost), AT_ONCE))


async def _each(client: Client, chunk: Sequence[Lost], *, is_trial: bool) -> list[str]:
    """The ids of those that did not run."""
    answers = await asyncio.gather(*(_is_missing(client, each) if is_trial else each.begin(client) for each in chunk))
    return [each.id for each, did_not_run in zip(chunk, answers, strict=True) if did_not_run]


async def _is_missing(client: Client, lost: Lost) -> bool:
    try:
        if lost.is_activity:
            activity = await client.get_activity_handle(lost.id).describe()
            return activity.status is not ActivityExecutionStatus.RUNNING
        workflow = await client.get_workflow_handle(lost.id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return True
        raise
    return workflow.status is not WorkflowExecutionStatus.RUNNING
