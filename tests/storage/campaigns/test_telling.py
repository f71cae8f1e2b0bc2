"""Who hears of an alarm, in which words; and what was missed in a pause is told once when the campaign goes on."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from domain import notices as said
from domain.campaigns.alarms import PhaseAlarm
from domain.campaigns.phases import Cohort, Owner, Step
from domain.campaigns.states import PhaseEventKind
from domain.notices import Told
from storage import notices
from storage.campaigns import phases, resuming
from storage.tables import CampaignSchool, Notice
from tests.office import OfficeWorld, make_office

AT = datetime(2027, 6, 20, 5, tzinfo=UTC)
REMINDER, OVERDUE, ESCALATION = PhaseEventKind.REMINDER, PhaseEventKind.OVERDUE, PhaseEventKind.ESCALATION


@pytest.fixture
def office(db: Session) -> OfficeWorld:
    """Each school's review was due three days ago."""
    world = make_office(db)
    for school in range(3):
        world.phase(school, Step.DATA_REVIEW, -3, at=AT)
        world.phase(school, Step.FREEZE, 1, at=AT)
    return world


def ring(
    office: OfficeWorld, school: int, kind: PhaseEventKind, to: Owner, *,
    days: int = 0, step: Step = Step.DATA_REVIEW, at: datetime = AT,
) -> None:  # fmt: skip
    alarm = PhaseAlarm(step, Cohort.ALL, office.campaign.base_version, kind, days, to, at)
    phases.note_alarm(office.session, office.campaign.id, office.schools[school], alarm, at)


def told(office: OfficeWorld, staff_id: UUID) -> list[Told]:
    return notices.of_person(office.session, staff_id, AT)


def words(office: OfficeWorld, staff_id: UUID) -> list[str]:
    return [each.words for each in told(office, staff_id)]


def test_before_the_deadline_nobody_is_said_to_be_late(office: OfficeWorld) -> None:
    for school in range(3):
        ring(office, school, REMINDER, Owner.CITY, days=1, step=Step.FREEZE)
    [reminded] = told(office, office.people["head"])
    assert reminded.words == said.CAMPAIGN_OFFICE["reminder"]
    assert "quá hạn" not in reminded.words
    assert (reminded.values["day"], reminded.path) == ("21/06/2027", "/co-quan/truong")


def test_a_ward_hears_that_a_school_is_late_and_those_above_where_nobody_there_decides(office: OfficeWorld) -> None:
    late = [said.CAMPAIGN_OFFICE["escalation"]]
    ring(office, 0, ESCALATION, Owner.AUTHORITY, days=3)
    assert words(office, office.people["ward head"]) == late
    assert words(office, office.people["head"]) == words(office, office.people["ward officer"]) == []
    ring(office, 2, ESCALATION, Owner.AUTHORITY, days=3)
    assert words(office, office.people["ward officer"]) == words(office, office.people["head"]) == late


def test_one_workday_after_the_deadline_is_not_called_many_days(office: OfficeWorld) -> None:
    ring(office, 0, ESCALATION, Owner.PRINCIPAL, days=1)
    [late] = told(office, office.casts[0].school.principal)
    assert late.words % late.values == "Đợt học bạ: bước “Rà soát dữ liệu” đã quá hạn ngày 17/06/2027 mà vẫn chưa xong."


def test_what_fell_into_a_pause_is_told_once_when_the_campaign_goes_on(office: OfficeWorld) -> None:
    office.campaign.state = "paused"
    for school in range(3):
        cast = office.casts[school].school
        ring(office, school, REMINDER, Owner.PRINCIPAL, days=1, at=AT - timedelta(days=2))
        ring(office, school, OVERDUE, Owner.PRINCIPAL, at=AT - timedelta(days=1))
        ring(office, school, ESCALATION, Owner.AUTHORITY, days=2)
        assert words(office, cast.principal) == []
    done = office.session.get_one(CampaignSchool, (office.campaign.id, office.schools[1]))
    done.confirmed_at = AT
    office.campaign.state = "open"
    office.session.flush()
    for hours in (1, 30):
        resuming.tell_missed(office.session, office.campaign.id, AT + timedelta(hours=hours))
        assert words(office, office.casts[0].school.principal) == [said.CAMPAIGN["overdue"]]
        assert words(office, office.casts[1].school.principal) == [], "it is done by now"
        assert words(office, office.people["ward head"]) == [said.CAMPAIGN_OFFICE["escalation"]]


def test_what_was_told_before_the_pause_is_not_told_again(office: OfficeWorld) -> None:
    for school in (0, 2):
        ring(office, school, OVERDUE, Owner.PRINCIPAL, at=AT - timedelta(days=1))
        ring(office, school, ESCALATION, Owner.AUTHORITY, days=2)
    before = office.session.query(Notice).count()
    assert before == 2 + 4  # the principals; a ward’s head, the other’s officer, and the city’s head and officer
    resuming.tell_missed(office.session, office.campaign.id, AT + timedelta(days=4))
    assert office.session.query(Notice).count() == before
