"""Recalls on the real engine: the book is taken up again, the steps happen once, and the new version is issued."""

import asyncio
from datetime import UTC, datetime, timedelta

from domain.assessment import Term
from domain.decisions import Action
from domain.matters import MatterKind
from domain.matters.corrections import Deed
from domain.stages import Stage
from storage import journal
from storage.matters import steps
from storage.tables import Matter
from tests.workflows.corrections.playing import Case, begin, make_school, recall
from tests.workflows.moves import people
from tests.workflows.moves.people import Step
from tests.workflows.moves.world import Stage as Theatre
from workflows.class_term import workflow_id


async def test_a_finished_book_is_taken_up_again_and_the_next_version_is_issued(stage: Theatre) -> None:
    school = make_school(stage, year_end=Stage.ISSUED)
    record, *others = school.ids()
    case = await recall(school, record, "toan")
    assert case.state == "correcting"
    assert school.stages() == [Stage.ENTRY, Stage.ISSUED, Stage.ISSUED]
    before = [(each.sha256, each.content_sha256) for each in school.documents(record)]
    await school.work_on(Stage.ISSUED, [record])
    former, new = school.documents(record)
    assert (case.state, former.state, new.state) == ("settled", "recalled", "live")
    assert (former.superseded_by, new.version) == (new.id, 2)
    assert [(former.sha256, former.content_sha256)] == before
    assert [each.state for other in others for each in school.documents(other)] == ["live", "live"]
    assert case.diary == ["ask", "grant", "recalled", "settled"]
    with stage.sessions() as session:
        assert journal.first_broken_link(session, school.books[Term.YEAR_END]) is None
        assert steps.first_broken_step(session, case.id) is None


async def test_the_book_s_workflow_ends_again(stage: Theatre) -> None:
    school = make_school(stage, year_end=Stage.ISSUED)
    record, *_others = school.ids()
    await recall(school, record, "toan")
    await school.work_on(Stage.ISSUED, [record])
    handle = stage.client.get_workflow_handle(workflow_id("2026-2027", str(school.cast.class_id), "year_end"))
    assert await handle.result() == Stage.ISSUED


async def test_one_pupil_is_recalled_while_the_class_s_book_is_still_open(stage: Theatre) -> None:
    school = make_school(stage, year_end=Stage.REVIEWED)
    await begin(school)
    first, second, third = school.ids()
    await school.work_on(Stage.ISSUED, [first])
    case = await recall(school, first, "am_nhac")
    await school.work_on(Stage.HOMEROOM_SIGNED, [second, third])
    await school.work_on(Stage.ISSUED, [first])
    assert (case.state, school.stages()) == ("settled", [Stage.ISSUED, Stage.HOMEROOM_SIGNED, Stage.HOMEROOM_SIGNED])
    await school.work_on(Stage.ISSUED, [second, third])
    assert [len(school.documents(each)) for each in (first, second, third)] == [2, 1, 1]


async def test_twice_makes_version_three(stage: Theatre) -> None:
    school = make_school(stage, year_end=Stage.ISSUED)
    record, *_others = school.ids()
    for _ in range(2):
        case = await recall(school, record, "toan")
        await school.work_on(Stage.ISSUED, [record])
        assert case.state == "settled"
    assert [(each.version, each.state) for each in school.documents(record)] == [
        (1, "recalled"), (2, "recalled"), (3, "live"),
    ]  # fmt: skip


async def test_two_pupils_at_once_are_two_matters(stage: Theatre) -> None:
    school = make_school(stage, year_end=Stage.ISSUED)
    first, second, _third = school.ids()
    cases = await asyncio.gather(recall(school, first, "toan"), recall(school, second, "am_nhac"))
    assert [case.state for case in cases] == ["correcting", "correcting"]
    assert school.stages() == [Stage.ENTRY, Stage.ENTRY, Stage.ISSUED]
    await school.work_on(Stage.ISSUED, [first, second])
    assert [case.state for case in cases] == ["settled", "settled"]


async def test_two_requests_for_one_record_at_once_are_one(stage: Theatre) -> None:
    school = make_school(stage, year_end=Stage.ISSUED)
    record, *_others = school.ids()
    cases = [Case(school, MatterKind.RECALL) for _ in range(2)]
    asked = [case.do(Deed.ASK, school.cast.homeroom, record_ids=(record,), slots=("toan",)) for case in cases]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(each, Exception) for each in answers) == 1


async def test_a_resent_command_takes_effect_once(stage: Theatre) -> None:
    school = make_school(stage, year_end=Stage.ISSUED)
    record, *_others = school.ids()
    case = Case(school, MatterKind.RECALL)
    asked = {"record_ids": (record,), "slots": ("toan",)}
    first = await case.do(Deed.ASK, school.cast.homeroom, str(case.id), **asked)
    await case.do(Deed.ASK, school.cast.homeroom, first.command_id, **asked)
    granted = await case.do(Deed.GRANT, school.principal)
    await school.work_on(Stage.ISSUED, [record])
    await case.do(Deed.GRANT, school.principal, granted.command_id)
    assert case.diary == ["ask", "grant", "recalled", "settled"]
    assert len(school.documents(record)) == 2


async def test_a_request_that_is_withdrawn_leaves_everything_as_it_was(stage: Theatre) -> None:
    school = make_school(stage, year_end=Stage.ISSUED)
    record, *_others = school.ids()
    case = Case(school, MatterKind.RECALL)
    await case.do(Deed.ASK, school.cast.school.clerk, record_ids=(record,), slots=("toan",))
    assert (await case.refusal(Deed.GRANT, school.principal)).type == "Conflict"
    await case.do(Deed.WITHDRAW, school.cast.school.clerk)
    assert (await case.refusal(Deed.CONFIRM, school.cast.homeroom)).type == "Conflict"
    assert school.stages() == [Stage.ISSUED] * 3
    await case.end()


async def test_a_wrong_first_term_is_recalled_with_the_year(stage: Theatre) -> None:
    school = make_school(stage, hk1=Stage.ISSUED, year_end=Stage.ISSUED)
    (record, *_), (first, *_) = school.ids(), school.ids(Term.HK1)
    case = await recall(school, record, "toan", first_slots=("toan",))
    assert [school.records(term)[each].stage for term, each in ((Term.HK1, first), (Term.YEAR_END, record))] == [
        Stage.ENTRY, Stage.ENTRY,
    ]  # fmt: skip
    await school.work_on(Stage.ISSUED, [first], Term.HK1)
    assert case.state == "correcting"
    await school.work_on(Stage.ISSUED, [record])
    assert case.state == "settled"


async def test_a_recall_comes_between_somebody_s_order_and_its_signature(stage: Theatre) -> None:
    """An order for two others is open while the third pupil's record is recalled: they are signed all the same."""
    school = make_school(stage, year_end=Stage.REVIEWED)
    await begin(school)
    first, second, third = school.ids()
    await school.work_on(Stage.ISSUED, [first])
    await school.work_on(Stage.SUBJECT_SIGNED, [second, third])
    book = school.books[Term.YEAR_END]
    step = Step(book, Action.SIGN, "homeroom", (second, third), school.cast.homeroom)
    command_id = "11111111-1111-4111-8111-111111111111"
    decision = await asyncio.to_thread(people.prepared, school.world, step, command_id)
    await recall(school, first, "homeroom")
    await people.send(school.world, book, decision, command_id)
    assert school.stages() == [Stage.ENTRY, Stage.HOMEROOM_SIGNED, Stage.HOMEROOM_SIGNED]


async def test_people_are_reminded_and_the_workflow_ends(stage: Theatre) -> None:
    school = make_school(stage, year_end=Stage.ISSUED)
    record, *_others = school.ids()
    case = await recall(school, record, "toan")
    await stage.clocks.bring(case.workflow_id, datetime.now(UTC) + timedelta(days=20))
    history = await case.end()
    assert {"recall.late", "recall.escalated"} <= set(case.told(school.principal))
    assert case.state == "correcting"
    assert "Mẫu" not in history
    await school.work_on(Stage.ISSUED, [record])
    with stage.sessions() as session:
        assert session.get_one(Matter, case.id).settled_at is not None
