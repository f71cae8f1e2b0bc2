"""Unlocks on the real engine: asked, decided, carried out; signatures over them void; settled by the next approval."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from api.approvals import Approvals
from cli.rebuilding.lost import kinds
from domain.assessment import Term
from domain.decisions import Action
from domain.errors import Conflict
from domain.matters import MatterKind
from domain.matters.corrections import CorrectionCommand, Deed
from domain.stages import Stage
from storage.corrections import deeds
from tests.workflows.corrections.playing import Case, begin, make_school, unlock
from tests.workflows.moves import people
from tests.workflows.moves.people import Refused, Step
from tests.workflows.moves.world import Stage as Theatre


async def test_from_the_question_to_the_approval(stage: Theatre) -> None:
    school = make_school(stage, hk1=Stage.HOMEROOM_SIGNED)
    await begin(school)
    record, *others = school.ids(Term.HK1)
    case = await unlock(school, Term.HK1, [record], "am_nhac")
    assert (case.state, school.stages(Term.HK1)) == ("open", [Stage.ENTRY, Stage.SUBJECT_SIGNED, Stage.SUBJECT_SIGNED])
    assert school.records(Term.HK1)[record].unsigned_slots == ("am_nhac",)
    await school.work_on(Stage.SUBJECT_SIGNED, [record], Term.HK1)
    assert case.diary[-1] == "sent"
    await school.work_on(Stage.APPROVED, [record, *others], Term.HK1)
    assert case.state == "settled"
    assert case.diary == ["ask", "grant", "execute", "opened", "sent", "settled"]


async def test_a_book_that_refuses_is_the_admin_s_answer(stage: Theatre) -> None:
    school = make_school(stage, hk1=Stage.HOMEROOM_SIGNED)
    await begin(school)
    record, *_others = school.ids(Term.HK1)
    case = Case(school, MatterKind.UNLOCK)
    asked: dict[str, Any] = {"record_ids": (record,), "slots": ("toan",)}
    await case.do(Deed.ASK, school.cast.homeroom, class_term_id=str(school.books[Term.HK1]), **asked)
    await case.do(Deed.GRANT, school.principal, until=datetime.now(UTC) + timedelta(days=1), **asked)
    hold = Step(school.books[Term.HK1], Action.HOLD, "principal", (record,), school.principal)
    await people.do(school.world, hold)
    assert (await case.refusal(Deed.EXECUTE, school.admin)).type == "Conflict"
    assert (case.state, case.diary[-1]) == ("granted", "stuck")
    release = Step(school.books[Term.HK1], Action.RELEASE, "principal", (record,), school.principal)
    await people.do(school.world, release)
    await case.do(Deed.EXECUTE, school.admin)
    assert case.state == "open"


async def test_a_workflow_that_was_lost_before_its_book_was_told_goes_on(stage: Theatre) -> None:
    school = make_school(stage, hk1=Stage.HOMEROOM_SIGNED)
    await begin(school)
    record, *_others = school.ids(Term.HK1)
    case = Case(school, MatterKind.UNLOCK)
    asked: dict[str, Any] = {"record_ids": (record,), "slots": ("toan",)}
    await case.do(Deed.ASK, school.cast.homeroom, class_term_id=str(school.books[Term.HK1]), **asked)
    await case.do(Deed.GRANT, school.principal, until=datetime.now(UTC) + timedelta(days=1), **asked)
    with stage.sessions.begin() as session:  # taken, and then Temporal's state was lost
        command = CorrectionCommand(
            MatterKind.UNLOCK.value, str(case.id), Deed.EXECUTE, str(school.admin), command_id=str(uuid4())
        )
        deeds.take(session, command, datetime.now(UTC))
    with stage.sessions() as session:
        [lost] = [each for each in kinds(stage.sessions)["corrections"](session) if each.id == case.workflow_id]
    assert await lost.begin(stage.client)
    async with asyncio.timeout(20):
        while case.state != "open":  # noqa: ASYNC110 - the workflow goes on by itself
            await asyncio.sleep(0.05)
    assert case.diary == ["ask", "grant", "execute", "opened"]


async def test_two_at_once_are_both_carried_out(stage: Theatre) -> None:
    school = make_school(stage, hk1=Stage.HOMEROOM_SIGNED)
    await begin(school)
    first, second, _third = school.ids(Term.HK1)
    cases = await asyncio.gather(
        unlock(school, Term.HK1, [first], "toan"),
        unlock(school, Term.HK1, [first, second], "am_nhac"),
    )
    assert [case.state for case in cases] == ["open", "open"]
    await school.work_on(Stage.APPROVED, school.ids(Term.HK1), Term.HK1)
    assert [case.state for case in cases] == ["settled", "settled"]


async def test_an_order_that_was_open_signs_nothing_of_the_unlocked_record(stage: Theatre) -> None:
    school = make_school(stage, hk1=Stage.SUBJECT_SIGNED)
    await begin(school)
    records, book = school.ids(Term.HK1), school.books[Term.HK1]
    step = Step(book, Action.SIGN, "homeroom", records, school.cast.homeroom)
    command_id = "22222222-2222-4222-8222-222222222222"
    decision = await asyncio.to_thread(people.prepared, school.world, step, command_id)
    await unlock(school, Term.HK1, records[:1], "toan")
    with suppress(Refused):
        await people.send(school.world, book, decision, command_id)
    assert school.stages(Term.HK1) == [Stage.ENTRY, Stage.SUBJECT_SIGNED, Stage.SUBJECT_SIGNED]


async def test_the_teacher_is_reminded_then_the_principal_told(stage: Theatre) -> None:
    school = make_school(stage, hk1=Stage.HOMEROOM_SIGNED)
    await begin(school)
    record, *_others = school.ids(Term.HK1)
    case = await unlock(school, Term.HK1, [record], "am_nhac")
    await stage.clocks.bring(case.workflow_id, datetime.now(UTC) + timedelta(days=3))
    await case.end()
    assert "unlock.soon" in case.told(school.cast.music)
    assert "unlock.over" in case.told(school.principal)


async def test_after_its_workflow_has_ended_it_is_still_extended(stage: Theatre) -> None:
    school = make_school(stage, hk1=Stage.HOMEROOM_SIGNED)
    await begin(school)
    record, *_others = school.ids(Term.HK1)
    case = await unlock(school, Term.HK1, [record], "am_nhac")
    await stage.clocks.bring(case.workflow_id, datetime.now(UTC) + timedelta(days=3))
    await case.end()
    await case.do(Deed.EXTEND, school.principal, until=datetime.now(UTC) + timedelta(days=5))
    assert case.diary[-1] == "extend"
    assert "unlock.extended" in case.told(school.cast.music)


async def test_the_api_tells_of_a_refusal_in_its_own_words(stage: Theatre) -> None:
    school = make_school(stage, hk1=Stage.ENTRY)
    await begin(school)
    approvals = Approvals(stage.client)
    case = Case(school, MatterKind.UNLOCK)
    command = CorrectionCommand(
        "unlock", str(case.id), Deed.ASK, str(school.cast.homeroom), str(case.id), str(case.id),
        str(school.books[Term.HK1]), school.ids(Term.HK1)[:1], ("toan",),
    )  # fmt: skip
    with pytest.raises(Conflict, match="không cần mở khoá"):
        await approvals.decide_correction(command)
