"""What a campaign leaves in Temporal about people: nothing, whatever was typed."""

from uuid import UUID, uuid4

from sqlalchemy import select, update

from api.campaigns import CaseDecision
from domain.campaigns.cases import CaseState
from storage.staffing import Person
from storage.tables import Enrolment, PupilCase, PupilRow, Reason, School, Staff
from tests.workflows.campaigns.conftest import Season
from tests.workflows.campaigns.test_campaign import begun
from tests.workflows.test_history import readable
from workflows.campaign import campaign_workflow_id
from workflows.school_campaign import school_workflow_id

DOCUMENT = "Giấy chứng sinh của Trần Thị Nụ"
NUMBER = "15/QĐ của bà Lê Thị Hoa"


async def reported(season: Season) -> UUID:
    """A pupil without a personal id, of the first school."""
    cast = season.classes[0]
    with season.sessions.begin() as session:
        enrolment = session.scalars(select(Enrolment).where(Enrolment.class_id == cast.class_id)).first()
        assert enrolment is not None
        session.execute(update(PupilRow).where(PupilRow.id == enrolment.pupil_id).values(personal_id=""))
    clerk = Person(cast.school.clerk, cast.school.school_id, "Văn thư Mẫu", frozenset({"clerk"}))
    why = "Mẹ em là Trần Thị Nụ chưa đăng ký khai sinh."
    await season.campaigns.report_cases(clerk, season.campaign_id, [enrolment.id], why, uuid4())
    with season.sessions() as session:
        return session.scalars(select(PupilCase.id).where(PupilCase.enrolment_id == enrolment.id)).one()


async def test_no_person_is_in_the_histories_of_a_campaign(season: Season) -> None:
    await begun(season)
    case_id = await reported(season)
    decision = CaseDecision(
        case_id, CaseState.OTHER_DOCUMENT, None, DOCUMENT, NUMBER, "Gia đình ông Nụ ở xa.", uuid4()
    )  # fmt: skip
    await season.campaigns.decide_case(season.head, decision)
    await season.campaigns.pause(season.head, season.campaign_id, "Chờ ông Nụ trả lời.", uuid4())
    with season.sessions() as session:
        row = session.get_one(PupilCase, case_id)
        assert (row.state, row.document, row.decision_no) == ("other_document", DOCUMENT, NUMBER)
        people = (PupilRow.full_name, PupilRow.personal_id, PupilRow.pupil_code, Staff.full_name, Staff.personal_id)
        private = [value for column in (*people, Reason.text, School.name) for value in session.scalars(select(column))]
    written = await history_of(season)
    assert str(case_id) in written
    assert not [value for value in [*private, DOCUMENT, NUMBER] if value and value in written]


async def history_of(season: Season) -> str:
    school = school_workflow_id("2026-2027", season.grade, str(season.schools[0]))
    found = ""
    for workflow in (school, campaign_workflow_id("2026-2027", season.grade)):
        found += readable((await season.client.get_workflow_handle(workflow).fetch_history()).to_json(), season.client)
    return found
