"""Identity pages on the real engine: approved, signed, sealed, replaced; papers of the year are signed again."""

import asyncio
import hashlib
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from temporalio.testing import ActivityEnvironment

from activities.matter_papers import MatterPaperActivities
from cli.rebuilding.lost import kinds
from domain.assessment import Term
from domain.decisions import Decision
from domain.matters import MatterKind
from domain.matters.civil import CivilDecision
from domain.matters.corrections import Deed
from domain.matters.signing import action_of
from domain.stages import Stage
from storage import confirmations, orders, staffing
from storage.corrections import civil, identities
from storage.matters import paper_orders, papers
from storage.matters.paper_orders import WantedPaper
from storage.tables import Document, Enrolment, PupilRow, Staff, TermRecord
from tests.workflows.corrections.playing import Case, School, begin, make_school
from tests.workflows.moves.world import PlainPapers
from tests.workflows.moves.world import Stage as Theatre
from workflows.matter_starting import decide_correction


def pupil_of(school: School, record: str) -> UUID:
    with school.stage.sessions() as session:
        return session.get_one(Enrolment, session.get_one(TermRecord, UUID(record)).enrolment_id).pupil_id


async def first_page(school: School, record: str) -> Case:
    owner, at = school.cast.school, datetime.now(UTC)
    command = identities.ask_identity_page(pupil_of(school, record), owner.school_id, "opened", owner.clerk, at)
    await decide_correction(school.stage.client, command)
    return Case(school, MatterKind.IDENTITY, UUID(command.matter_id))


async def change(school: School, record: str, **values: str) -> Case:
    case, owner = Case(school, MatterKind.IDENTITY), school.cast.school
    decision = CivilDecision("35/QĐ-UBND", date(2026, 11, 2), "UBND phường")
    with school.stage.sessions.begin() as session:
        by = (owner.school_id, owner.clerk)
        civil.record(session, case.id, pupil_of(school, record), by, values, decision)
    await case.do(Deed.ASK, owner.clerk)
    await case.do(Deed.GRANT, school.principal)
    return case


async def sign(case: Case, field: str) -> None:
    """As the pages do: an order, a confirmation, and the matter's update."""
    staff_id = case.school.principal if field == "principal" else case.school.cast.school.clerk
    order_id = uuid4()
    decision = await asyncio.to_thread(_signed, case, field, staff_id, order_id)
    handle = case.school.stage.client.get_workflow_handle(case.workflow_id)
    await handle.execute_update(decision.action.value, decision, id=str(order_id))


def _signed(case: Case, field: str, staff_id: UUID, order_id: UUID) -> Decision:
    sessions = case.school.stage.sessions
    with sessions.begin() as session:
        person = staffing.person(session, datetime.now(UTC), Staff.id == staff_id)
        assert person is not None
        paper_orders.open_order(session, person, WantedPaper(order_id, case.id, field), datetime.now(UTC))
    case.school.stage.orders.prepare_order(str(order_id))
    with sessions.begin() as session:
        for item in orders.items(session, order_id):
            signed = hashlib.sha256(f"{item.prepared_sha256} signed".encode()).hexdigest()
            confirmations.keep_upload(session, order_id, item.position, (signed, 1))
        confirmations.close_uploads(session, order_id, datetime.now(UTC))
        paper_id = papers.current_id(session, case.id)
    return Decision(
        action_of(field), field, (str(paper_id),), actor_id=str(staff_id), order_id=str(order_id),
        matter_id=str(case.id),
    )  # fmt: skip


async def sealed(case: Case) -> Document:
    """Both sign; the workflow ends with the seal."""
    await sign(case, "principal")
    async with asyncio.timeout(20):
        while not _waits_for_seal(case):  # noqa: ASYNC110 - the matter turns to the clerk after its answer
            await asyncio.sleep(0.05)
    await sign(case, "seal")
    await case.end()
    with case.school.stage.sessions() as session:
        found = papers.current(session, case.id)
    assert found is not None
    return found


async def test_a_signature_that_nobody_has_noted_is_noted_by_the_workflow_that_is_begun_again(stage: Theatre) -> None:
    """The page bears it, and then Temporal's state was lost."""
    school = make_school(stage, hk1=Stage.ENTRY)
    await begin(school)
    case = await first_page(school, school.ids(Term.HK1)[0])
    await stage.client.get_workflow_handle(case.workflow_id).terminate()
    decision = await asyncio.to_thread(_signed, case, "principal", school.principal, uuid4())
    papers_of = MatterPaperActivities(stage.sessions, PlainPapers())  # type: ignore[arg-type]
    ActivityEnvironment().run(papers_of.complete_matter_order, decision.order_id)
    assert not _waits_for_seal(case)
    with stage.sessions() as session:
        [lost] = [each for each in kinds(stage.sessions)["corrections"](session) if each.id == case.workflow_id]
    assert await lost.begin(stage.client)
    async with asyncio.timeout(20):
        while not _waits_for_seal(case):  # noqa: ASYNC110 - the workflow goes on by itself
            await asyncio.sleep(0.05)
    await sign(case, "seal")
    await case.end()


def _waits_for_seal(case: Case) -> bool:
    with case.school.stage.sessions() as session:
        person = staffing.person(session, datetime.now(UTC), Staff.id == case.school.cast.school.clerk)
        assert person is not None
        return paper_orders.fields_for(session, case.id, person) == ("seal",)


async def test_a_first_page_is_signed_and_sealed(stage: Theatre) -> None:
    school = make_school(stage, hk1=Stage.ENTRY)
    case = await first_page(school, school.ids(Term.HK1)[0])
    page = await sealed(case)
    assert (case.state, page.kind, page.state, page.version) == ("settled", "identity_page", "live", 1)
    assert page.sealed_at is not None
    assert case.diary == ["ask", "signed.principal", "signed.seal", "settled"]


async def test_new_civil_data_replace_the_page_and_leave_past_records(stage: Theatre) -> None:
    school = make_school(stage, hk1=Stage.ISSUED, year_end=Stage.ISSUED)
    record = school.ids()[0]
    former = await sealed(await first_page(school, record))
    issued = [(each.sha256, each.state) for each in school.documents(record)]
    case = await change(school, record, full_name="Tên Mới Mẫu")
    new = await sealed(case)
    with stage.sessions() as session:
        former = session.get_one(Document, former.id)
        assert session.get_one(PupilRow, pupil_of(school, record)).full_name == "Tên Mới Mẫu"
    assert (former.state, former.superseded_by, new.version) == ("recalled", new.id, 2)
    assert [(each.sha256, each.state) for each in school.documents(record)] == issued
    assert school.stages() == [Stage.ISSUED] * 3


async def test_papers_of_the_year_that_were_signed_are_signed_again(stage: Theatre) -> None:
    school = make_school(stage, year_end=Stage.HOMEROOM_SIGNED)
    await begin(school)
    record, *others = school.ids()
    case = await change(school, record, full_name="Tên Mới Mẫu")
    assert school.stages() == [Stage.REVIEWED, Stage.SUBJECT_SIGNED, Stage.SUBJECT_SIGNED]
    assert case.state == "signing"
    await school.work_on(Stage.ISSUED, [record, *others])
    assert [each.state for each in school.documents(record)] == ["live"]


async def test_no_personal_data_are_in_the_history(stage: Theatre) -> None:
    school = make_school(stage, hk1=Stage.ENTRY)
    case = await change(school, school.ids(Term.HK1)[0], full_name="Tên Mới Mẫu", birth_date="2019-05-04")
    await sealed(case)
    history = await case.end()
    for word in ("Mẫu", "2019-05-04", "QĐ-UBND"):
        assert word not in history
