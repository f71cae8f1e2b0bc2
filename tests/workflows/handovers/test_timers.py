"""The one timer of a handover, on a clock that tests can turn: reminders, escalation, the end of a leave."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest_asyncio
from sqlalchemy import select
from temporalio.testing import WorkflowEnvironment

from domain.matters.handovers import Deed, HandoverKind, HandoverState
from storage.database import Sessions
from storage.tables import Notice
from tests.workflows.handovers.conftest import Office, handover_workers, make_office


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def turned(clock: WorkflowEnvironment, handover_sessions: Sessions) -> AsyncIterator[WorkflowEnvironment]:
    async with handover_workers(clock.client, handover_sessions):
        yield clock


def told(office: Office, matter_id: UUID) -> list[str]:
    with office.sessions() as session:
        query = select(Notice.subject_ref).where(Notice.subject_ref.contains(str(matter_id))).order_by(Notice.id)
        return [ref.split("/")[0].removeprefix("handover.") for ref in session.scalars(query)]


async def forward(clock: WorkflowEnvironment, office: Office, matter_id: UUID, by: timedelta) -> None:
    await clock.fast_forward(office.handle(matter_id), by)


async def test_the_limit_of_the_confirmation_is_told_to_who_decides(
    turned: WorkflowEnvironment, handover_sessions: Sessions
) -> None:
    office = make_office(turned.client, handover_sessions)
    with turned.with_time_skipping_disabled():
        at = datetime.now(UTC) + timedelta(days=20)
        matter_id = await office.open(HandoverKind.RETIREMENT, at, toan=office.one)
    await forward(turned, office, matter_id, timedelta(days=4))
    assert {"confirm_near", "confirm_over", "override"} <= set(told(office, matter_id))
    await forward(turned, office, matter_id, timedelta(days=20))
    assert "vacant" in told(office, matter_id)


async def test_a_leave_that_ends_settles_its_handover(turned: WorkflowEnvironment, handover_sessions: Sessions) -> None:
    office = make_office(turned.client, handover_sessions)
    with turned.with_time_skipping_disabled():
        now = datetime.now(UTC)
        until = now + timedelta(days=25)
        wanted = office.wanted(HandoverKind.DELEGATION, now + timedelta(days=1), until, toan=office.one)
        await office.door.open(office.person(office.cast.homeroom), wanted)
        matter_id = wanted.command_id
        await office.do(matter_id, Deed.ACCEPT, office.one)
    await forward(turned, office, matter_id, timedelta(days=26))
    assert await office.handle(matter_id).result() == HandoverState.DONE
    assert {"effective", "until_near", "until"} <= set(told(office, matter_id))
