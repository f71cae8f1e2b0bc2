"""A handover on the real engine: people's steps, refusals, the same command twice, continuing as new."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from temporalio.client import WorkflowExecutionStatus

from domain.errors import Conflict, NotAllowed, NotFound
from domain.matters.handovers import Deed, HandoverKind, HandoverState
from storage.handovers.deciding import case_of
from storage.tables import MatterEvent, Notice
from tests.workflows.handovers.conftest import LATER, Office, make_office

INSTANT = timedelta(microseconds=1)


def soon() -> datetime:
    return (datetime.now(UTC) + LATER).replace(microsecond=0)


async def test_from_the_opening_to_the_change_of_hands(office: Office) -> None:
    at = soon()
    matter_id = await office.open(HandoverKind.RETIREMENT, at, toan=office.one, homeroom=office.two)
    await office.do(matter_id, Deed.CONFIRM, office.cast.homeroom)
    await office.do(matter_id, Deed.ACCEPT, office.one)
    standing = await office.do(matter_id, Deed.ACCEPT, office.two)
    assert standing.state == HandoverState.SIGNING
    assert standing.unsigned == ("giver", "taker_1", "taker_2", "principal")
    assert [office.holder("toan", each) for each in (at - INSTANT, at)] == [office.cast.homeroom, office.one]
    assert office.holder("homeroom", at) == office.two


async def test_the_same_command_is_one_step_also_after_continuing_as_new(office: Office) -> None:
    matter_id = await office.open(HandoverKind.RETIREMENT, soon(), toan=office.one)
    command_id = uuid4()
    for _ in range(2):
        await office.do(matter_id, Deed.CONFIRM, office.cast.homeroom, command_id=command_id)
    handle = office.handle(matter_id)
    before = await handle.describe()
    await handle.signal("start_afresh")
    async with asyncio.timeout(30):
        while (await handle.describe()).run_id == before.run_id:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    again = await office.do(matter_id, Deed.CONFIRM, office.cast.homeroom, command_id=command_id)
    assert again.state == HandoverState.ACCEPTING
    with office.sessions() as session:
        count = select(func.count()).where(MatterEvent.matter_id == matter_id)
        assert session.scalar(count) == 2


async def test_opening_again_changes_nothing_and_a_refused_opening_leaves_nothing(office: Office) -> None:
    wanted = office.wanted(HandoverKind.RETIREMENT, soon(), toan=office.one)
    first = await office.door.open(office.head, wanted)
    assert await office.door.open(office.head, wanted) == first
    teacher = office.person(office.cast.homeroom)
    refused = office.wanted(HandoverKind.RETIREMENT, soon(), toan=office.one)
    with pytest.raises(NotAllowed):
        await office.door.open(teacher, refused)
    handle = office.handle(refused.command_id)
    await handle.result()
    assert (await handle.describe()).status == WorkflowExecutionStatus.COMPLETED


async def test_refusals_reach_people_in_their_words_and_leave_no_trace(office: Office) -> None:
    matter_id = await office.open(HandoverKind.RETIREMENT, soon(), toan=office.one)
    with pytest.raises(Conflict, match="còn phải xác nhận"):
        await office.do(matter_id, Deed.ACCEPT, office.one)
    with pytest.raises(NotAllowed, match="Chỉ người bàn giao"):
        await office.do(matter_id, Deed.CONFIRM, office.one)
    history = await office.handle(matter_id).fetch_history()
    accepted = [each for each in history.events if each.HasField("workflow_execution_update_accepted_event_attributes")]
    assert len(accepted) == 2  # the opening, and the confirmation that the database refused


async def test_another_schools_handover_is_not_there(office: Office) -> None:
    matter_id = await office.open(HandoverKind.RETIREMENT, soon(), toan=office.one)
    other = make_office(office.client, office.sessions)
    with pytest.raises(NotFound):
        await other.do(matter_id, Deed.CANCEL, other.cast.school.principal)


async def test_cancelled_it_ends_and_takes_nothing_more(office: Office) -> None:
    at = soon()
    matter_id = await office.open(HandoverKind.RETIREMENT, at, toan=office.one)
    assert office.holder("toan", at) is None
    await office.do(matter_id, Deed.CANCEL, office.cast.school.principal, reason="Gia hạn hợp đồng")
    assert office.holder("toan", at) == office.cast.homeroom
    assert await office.handle(matter_id).result() == HandoverState.CANCELLED
    with pytest.raises(Conflict, match="đã xong hoặc đã huỷ"):
        await office.do(matter_id, Deed.CONFIRM, office.cast.homeroom)


async def test_no_name_and_no_word_of_a_person_is_in_the_history(office: Office) -> None:
    matter_id = await office.open(HandoverKind.RETIREMENT, soon(), toan=office.one)
    await office.do(matter_id, Deed.CONFIRM, office.cast.homeroom)
    await office.do(matter_id, Deed.DECLINE, office.one, reason="Đã đủ giờ dạy")
    text = (await office.handle(matter_id).fetch_history()).to_json()
    for word in ("Giáo viên Mẫu", "Đã đủ giờ dạy", "Theo quyết định"):
        assert word not in text


async def test_whoever_is_waited_for_is_told_once(office: Office) -> None:
    matter_id = await office.open(HandoverKind.RETIREMENT, soon(), toan=office.one)
    await office.do(matter_id, Deed.CONFIRM, office.cast.homeroom)
    with office.sessions() as session:
        query = select(Notice.staff_id, Notice.subject_ref).where(Notice.subject_ref.contains(str(matter_id)))
        told = [(staff_id, ref.split("/")[0]) for staff_id, ref in session.execute(query)]
    assert told.count((office.one, "handover.accept")) == 1
    assert told.count((office.cast.homeroom, "handover.confirm")) == 1


async def test_a_handover_that_is_over_is_taken_up_again_for_a_part_that_stayed_vacant(office: Office) -> None:
    matter_id = await office.open(HandoverKind.EMERGENCY, datetime.now(UTC))
    assert await office.handle(matter_id).result() == HandoverState.DONE
    with office.sessions() as session:
        [item, *_more] = case_of(session, matter_id).items
    assert item.slot
    named = {"items": (item.id,), "successor_id": office.one}
    with pytest.raises(NotAllowed):
        await office.do(matter_id, Deed.NAME_SUCCESSOR, office.two, **named)
    assert (await office.handle(matter_id).describe()).status is WorkflowExecutionStatus.COMPLETED
    await office.do(matter_id, Deed.NAME_SUCCESSOR, office.cast.school.principal, **named)
    standing = await office.do(matter_id, Deed.ACCEPT, office.one)
    assert (standing.state, standing.unsigned) == (HandoverState.SIGNING, ("taker", "principal"))
    assert office.holder(item.slot, datetime.now(UTC) + timedelta(seconds=2)) == office.one
