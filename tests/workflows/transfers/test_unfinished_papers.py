"""Papers about a pupil that the school has not finished when he leaves end with the move, and their workflows, too."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from temporalio.testing import ActivityEnvironment

from activities.transfers import TransferActivities
from domain.matters.corrections import Deed
from domain.transfers.messages import TransferRef
from domain.transfers.phases import Phase
from storage.corrections import identities
from storage.extracts import drafts
from storage.extracts.drafts import KeptYear
from storage.matters import steps
from storage.tables import Enrolment, Matter
from tests.storage.extracts.making import YEAR, came
from tests.storage.extracts.making import asked as asked_extract
from tests.workflows.transfers.schools import Journey
from workflows.matter_starting import decide_correction


async def test_an_extract_that_the_former_school_has_not_finished_ends_with_the_move(journey: Journey) -> None:
    """And so does its workflow, which waited for a signature."""
    school = journey.old.school
    with journey.sessions.begin() as session:
        query = select(Enrolment).where(Enrolment.pupil_id == journey.pupil().id, Enrolment.left_on.is_(None))
        transfer_id = came(session, school, session.scalars(query).one())
        asked = asked_extract(session, transfer_id, school.clerk)
        drafts.save_year(session, UUID(asked.matter_id), KeptYear(uuid4(), school.clerk, YEAR), datetime.now(UTC))
    for deed, staff_id in ((Deed.SUBMIT, school.clerk), (Deed.CONFIRM, journey.old.homeroom)):
        command = replace(asked, deed=deed, actor_id=str(staff_id), command_id=str(uuid4()))
        await decide_correction(journey.client, command)
    extract = journey.client.get_workflow_handle(f"extract/{asked.matter_id}")
    await journey.up_to(Phase.PLACED)
    async with asyncio.timeout(20):
        await extract.result()
    with journey.sessions() as session:
        assert session.get_one(Matter, UUID(asked.matter_id)).state == "withdrawn"
        listing, ref = TransferActivities(journey.sessions).list_stopped_extracts, TransferRef(str(journey.matter_id))
        assert [ActivityEnvironment().run(listing, ref) for _twice in range(2)] == [[asked.matter_id]] * 2


async def test_a_page_that_the_former_school_has_not_finished_ends_with_the_move(journey: Journey) -> None:
    """And so does its workflow, which waited for a signature."""
    school = journey.old.school
    at = datetime.now(UTC)
    command = identities.ask_identity_page(journey.pupil().id, school.school_id, "opened", school.clerk, at)
    await decide_correction(journey.client, command)
    page = journey.client.get_workflow_handle(f"identity/{command.matter_id}")
    await journey.up_to(Phase.PLACED)
    async with asyncio.timeout(20):
        await page.result()
    with journey.sessions() as session:
        matter = session.get_one(Matter, UUID(command.matter_id))
        assert (matter.state, matter.settled_at is not None) == ("withdrawn", True)
        listing, ref = TransferActivities(journey.sessions).list_stopped_pages, TransferRef(str(journey.matter_id))
        assert [ActivityEnvironment().run(listing, ref) for _twice in range(2)] == [[command.matter_id]] * 2
        assert steps.first_broken_step(session, matter.id) is None
