"""An extract on the real engine: opened, sent, checked, signed, sealed, or sent back; no words in its history."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from domain.assessment import Term
from domain.matters import MatterKind
from domain.matters.corrections import CorrectionCommand, Deed
from domain.stages import Stage
from storage.extracts import drafts
from storage.extracts.drafts import KeptYear
from storage.tables import Enrolment, Extract, TermRecord
from tests.storage.extracts.making import YEAR, came
from tests.workflows.corrections.playing import Case, School, make_school
from tests.workflows.corrections.test_identity import sealed
from tests.workflows.moves.world import Stage as Theatre
from workflows.matter_starting import decide_correction


async def copied(stage: Theatre) -> Case:
    """A pupil came from outside; the clerk has copied a year and sent it, the homeroom teacher has checked it."""
    school = make_school(stage, hk1=Stage.ENTRY)
    owner = school.cast.school
    with stage.sessions.begin() as session:
        record = session.get_one(TermRecord, UUID(school.ids(Term.HK1)[0]))
        transfer_id = str(came(session, owner, session.get_one(Enrolment, record.enrolment_id)))
    case, kind = Case(school, MatterKind.EXTRACT), MatterKind.EXTRACT.value
    asked = CorrectionCommand(kind, str(case.id), Deed.ASK, str(owner.clerk), str(case.id), transfer_id=transfer_id)
    for _ in range(2):
        await decide_correction(stage.client, asked)
    with stage.sessions.begin() as session:
        drafts.save_year(session, case.id, KeptYear(uuid4(), owner.clerk, YEAR), datetime.now(UTC))
    await checked(case, school)
    return case


async def checked(case: Case, school: School) -> None:
    await case.do(Deed.SUBMIT, school.cast.school.clerk)
    await case.do(Deed.CONFIRM, school.cast.homeroom)


async def test_it_is_checked_signed_and_sealed(stage: Theatre) -> None:
    case = await copied(stage)
    document = await sealed(case)
    assert case.diary == ["ask", "submit", "confirm", "signed.principal", "signed.seal", "settled"]
    with stage.sessions() as session:
        assert session.get_one(Extract, case.id).new_document == document.id
    assert document.kind == "paper_extract"
    assert "THCS" not in await case.end()


async def test_what_the_principal_sends_back_is_checked_again_before_it_is_signed(stage: Theatre) -> None:
    case = await copied(stage)
    await case.do(Deed.REFUSE, case.school.principal)
    assert case.state == "draft"
    await checked(case, case.school)
    assert (await sealed(case)).sealed_at is not None
