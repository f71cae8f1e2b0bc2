"""A handover whose workflow is lost goes on from its rows."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from temporalio.client import Client

from cli.rebuilding.lost import Lost, kinds
from domain.errors import Conflict
from domain.matters import MatterKind, workflow_id
from domain.matters.handovers import Deed, HandoverKind
from storage.database import Sessions
from tests.workflows.handovers.conftest import LATER, Office
from workflows.handover import HandoverWorkflow


def lost(sessions: Sessions, matter_id: object) -> Lost:
    with sessions() as session:
        found = list(kinds(sessions)["handovers"](session))
    return next(each for each in found if each.id == workflow_id(MatterKind.HANDOVER, matter_id))


async def test_steps_that_were_taken_are_known_and_the_next_ones_are_waited_for(
    office: Office, engine_client: Client
) -> None:
    matter_id = await office.open(HandoverKind.RETIREMENT, datetime.now(UTC) + LATER, toan=office.one)
    command_id = uuid4()
    await office.do(matter_id, Deed.CONFIRM, office.cast.homeroom, command_id=command_id)
    before = await office.handle(matter_id).query(HandoverWorkflow.snapshot)
    await office.handle(matter_id).terminate()
    begun = lost(office.sessions, matter_id)
    assert await begun.begin(engine_client)
    assert not await begun.begin(engine_client)  # it runs
    after = await office.handle(matter_id).query(HandoverWorkflow.snapshot)
    assert (after.standing, after.paper) == (before.standing, before.paper)
    assert str(command_id) in after.seen
    with pytest.raises(Conflict):
        await office.do(matter_id, Deed.CONFIRM, office.cast.homeroom)
    answer = await office.do(matter_id, Deed.CONFIRM, office.cast.homeroom, command_id=command_id)
    assert answer.state == "accepting"
    assert (await office.do(matter_id, Deed.ACCEPT, office.one)).state == "signing"
    [giver] = (await office.handle(matter_id).query(HandoverWorkflow.snapshot)).paper.awaited
    assert giver == "giver"
    await office.handle(matter_id).terminate()
    assert await begun.begin(engine_client)
    assert (await office.handle(matter_id).query(HandoverWorkflow.snapshot)).paper.awaited == ("giver",)


async def test_one_that_is_over_by_then_is_not_begun(office: Office, engine_client: Client) -> None:
    matter_id = await office.open(
        HandoverKind.DELEGATION, datetime.now(UTC) + LATER, datetime.now(UTC) + 2 * LATER, toan=office.one
    )
    begun = lost(office.sessions, matter_id)
    await office.do(matter_id, Deed.CANCEL, office.cast.school.principal, reason="Không nghỉ nữa.")
    await office.handle(matter_id).result()
    assert not await begun.begin(engine_client)
