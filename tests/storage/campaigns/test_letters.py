"""Each side is told once that the other has acted, in one sentence that leads to the page where it goes on."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from domain import notices as said
from domain.campaigns.cases import CaseState
from domain.notices import Told
from domain.submission.states import Approval
from storage import journal, notices
from storage.campaigns import cases
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
