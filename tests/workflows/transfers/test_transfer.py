"""A pupil moves: the happy ways, and that one school at most can sign at every step."""

from tests.workflows.transfers.schools import Journey

from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.transfers.phases import Phase


async def test_a_pupil_moves_in_the_middle_of_a_term(journey: Journey) -> None:
    old, new = await journey.open(journey.old), await journey.open(journey.new)
    leaving = old.records[0]
    await journey.up_to(Phase.PLACED)
    before, after = journey.enrolments()
    assert (before.record_uid, before.left_on) == (after.record_uid, journey.row().moved_on)
    assert (after.class_id, after.order_no) == (journey.new.class_id, 4)
    assert await old.state(leaving) is None
    assert journey.record(leaving).class_term_id is None
    arrived = journey.record_in(new)
    assert (await new.state(arrived))["stage"] == "entry"
    assert await old.is_refused(Action.SUBMIT, HOMEROOM, leaving)
