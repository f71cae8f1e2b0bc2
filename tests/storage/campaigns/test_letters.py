"""Each side is told once that the other has acted, in one sentence that leads to the page where it goes on."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from domain import notices as said
from domain.calendar import start_of_day
from domain.campaigns.cases import CaseState
from domain.campaigns.phases import Step
from domain.campaigns.policies import Policy
from domain.campaigns.states import CampaignState
from domain.notices import Told
from domain.submission.states import Approval
from storage import journal, notices
from storage.campaigns import cases, dues, letters, policies, running
from storage.campaigns.cases import Report, Ruling
from storage.submission import approvals
from storage.submission.approvals import Verdict
from storage.tables import Enrolment, Notice, PupilRow
from tests.factories import make_certificate
from tests.office import OfficeWorld, make_office

AT = datetime(2027, 6, 20, 5, tzinfo=UTC)
LAST = date(2027, 6, 30)
SCHOOL = 0  # its ward has a head
NEXT_WARD = 2  # where there is an officer only


@pytest.fixture
def office(db: Session) -> OfficeWorld:
    return make_office(db)


def told(office: OfficeWorld, staff_id: UUID) -> list[Told]:
    """What somebody was told, the newest first."""
    return notices.of_person(office.session, staff_id, AT)


def sentences(office: OfficeWorld, staff_id: UUID) -> list[tuple[str, str]]:
    return [(each.words, each.path) for each in told(office, staff_id)]


def ask(office: OfficeWorld, school: int) -> UUID:
    cast = office.casts[school].school
    row = make_certificate(office.session, None, school_id=cast.school_id)
    approvals.ask(office.session, uuid4(), row.id, (cast.school_id, cast.clerk), AT)
    return row.id


def report(office: OfficeWorld) -> UUID:
    cast = office.casts[SCHOOL]
    enrolment = office.session.scalars(select(Enrolment).where(Enrolment.class_id == cast.class_id)).first()
    assert enrolment is not None
    office.session.execute(update(PupilRow).where(PupilRow.id == enrolment.pupil_id).values(personal_id=""))
    case_id, reason_id = uuid4(), uuid4()
    journal.add_reason(office.session, reason_id, cast.school.school_id, cast.school.principal, "Chưa làm giấy tờ.")
    found = Report(
        office.campaign.id, cast.school.school_id, {case_id: enrolment.id}, reason_id, cast.school.principal
    )  # fmt: skip
    cases.report(office.session, found, AT)
    return case_id


def rule(office: OfficeWorld, case_id: UUID) -> None:
    school, reason_id = office.casts[SCHOOL].school, uuid4()
    journal.add_reason(office.session, reason_id, school.school_id, office.people["ward head"], "Có giấy hẹn.")
    ruling = Ruling(
        case_id, CaseState.EXCEPTED, office.people["ward head"], reason_id, "12/QĐ", until=LAST
    )  # fmt: skip
    cases.decide(office.session, ruling, AT)


def test_a_certificate_is_put_before_those_who_may_approve_it(office: OfficeWorld) -> None:
    ask(office, SCHOOL)
    ask(office, SCHOOL)
    asked = (said.CAMPAIGN["certificates"], "/co-quan/chung-thu-so")
    assert sentences(office, office.people["ward head"]) == [asked]
    assert sentences(office, office.people["head"]) == sentences(office, office.people["officer"]) == []
    ask(office, NEXT_WARD)
    assert sentences(office, office.people["ward officer"]) == [asked]
    assert sentences(office, office.people["head"]) == [asked]


def test_the_school_is_told_what_was_decided_about_its_certificate(office: OfficeWorld) -> None:
    certificate_id, school = ask(office, SCHOOL), office.casts[SCHOOL].school
    verdict = Verdict(
        uuid4(), certificate_id, Approval.REFUSED, office.wards[0], office.people["ward head"], "Sai tên."
    )  # fmt: skip
    for _ in range(2):
        approvals.decide(office.session, verdict, AT)
    for person in (school.clerk, school.principal):
        assert sentences(office, person) == [(said.APPROVALS["refused"], "/nop")]


def test_a_pupil_without_an_id_goes_to_the_authority_and_the_decision_comes_back(office: OfficeWorld) -> None:
    head, principal = office.people["ward head"], office.casts[SCHOOL].school.principal
    case_id = report(office)
    [asked] = told(office, head)
    assert (asked.words, asked.path, asked.is_open) == (said.CAMPAIGN["cases"], "/co-quan/cho-quyet-dinh", True)
    rule(office, case_id)
    rule(office, case_id)
    assert [each.is_open for each in told(office, head)] == [False]
    assert sentences(office, principal) == [(said.CAMPAIGN["ruled"], "/ra-soat")]


def test_both_sides_are_told_that_an_exception_is_over(office: OfficeWorld) -> None:
    case_id = report(office)
    rule(office, case_id)
    office.session.query(Notice).delete()
    over = AT + timedelta(days=11)
    assert cases.end_exception(office.session, case_id, over)
    assert not cases.end_exception(office.session, case_id, over)
    assert sentences(office, office.people["ward head"]) == [(said.CAMPAIGN["cases"], "/co-quan/cho-quyet-dinh")]
    assert sentences(office, office.casts[SCHOOL].school.principal) == [(said.CAMPAIGN["reopened"], "/ra-soat")]


@pytest.mark.parametrize(
    ("day", "days"),
    [
        (date(2027, 7, 6), []),
        (date(2027, 7, 7), [3]),  # the 10th is a Saturday: three workdays before
        (date(2027, 7, 9), [1]),
        (date(2027, 7, 10), [1]),
        (date(2027, 7, 11), [0]),
    ],
)
def test_the_department_is_reminded_of_its_own_report_once(office: OfficeWorld, day: date, days: list[int]) -> None:
    two_tracks = next(
        each for each in policies.plans(office.session, []) if each.code == Policy.TWO_TRACK_2025.value
    )  # fmt: skip
    running.put_in_force(office.session, office.campaign.id, two_tracks.policy_id, two_tracks.version)
    for hour in (1, 9):
        letters.own_deadlines(office.session, office.campaign, start_of_day(day) + timedelta(hours=hour))
    refs = [row.subject_ref.rpartition("/")[2] for row in office.session.query(Notice)]
    assert refs == [str(each) for each in days for _ in ("head", "officer")]
    if days:
        [told_] = told(office, office.people["head"])
        over = said.CAMPAIGN["report" if days != [0] else "report_over"]
        assert (told_.words, told_.values, told_.path) == (over, {"day": "10/07/2027"}, "/co-quan/kho")


def test_a_paused_campaign_tells_nobody_of_the_report(office: OfficeWorld) -> None:
    two_tracks = next(
        each for each in policies.plans(office.session, []) if each.code == Policy.TWO_TRACK_2025.value
    )  # fmt: skip
    running.put_in_force(office.session, office.campaign.id, two_tracks.policy_id, two_tracks.version)
    running.change_state(office.session, office.campaign.id, CampaignState.PAUSED, AT)
    letters.own_deadlines(office.session, office.campaign, start_of_day(date(2027, 7, 9)))
    assert office.session.query(Notice).count() == 0
    held = dues.of_schools(office.session, office.campaign, [office.schools[0]])
    assert Step.REPORT_TO_MINISTRY not in {each.step for each in held[0].dues}
