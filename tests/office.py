"""An office with a campaign for the tests of its pages: a city, two wards, three schools, and its people."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import SchoolYear, day_of, end_of_day
from domain.campaigns.phases import Cohort, Step
from domain.campaigns.policies import Policy
from domain.duties import Duty
from storage.campaigns import authorities, dues, offices, policies, progress
from storage.campaigns.offices import OfficeFacts
from storage.campaigns.policies import Plan
from storage.tables import Campaign, CampaignPhase, CampaignSchool, SchoolAuthority
from tests.factories import SINCE, YEAR, ClassCast, OpenBook, make_class, make_school, open_book

STEPS = (Step.CLOSE_HK1, Step.DATA_REVIEW, Step.ISSUE)
FOUNDED = date(2020, 1, 1)


@dataclass
class OfficeWorld:
    """`schools` are of the wards 1, 1 and 2; `phase(…)` writes a deadline of one of them."""

    session: Session
    city: UUID
    wards: tuple[UUID, UUID]
    schools: tuple[UUID, ...]
    casts: tuple[ClassCast, ...]
    books: tuple[OpenBook, ...]
    campaign: Campaign
    plan: Plan
    people: dict[str, UUID] = field(default_factory=dict)

    def phase(
        self,
        school: int,
        step: Step,
        days: int,
        *,
        cohort: Cohort = Cohort.ALL,
        at: datetime | None = None,
        **more: object,
    ) -> None:
        """Due so many days from now (or from `at`)."""
        due_at = end_of_day(day_of(at or datetime.now(UTC)) + timedelta(days=days))
        values = {"version": self.campaign.base_version, "due_at": due_at} | more
        key = {"campaign_id": self.campaign.id, "school_id": self.schools[school]}
        self.session.merge(CampaignPhase(**key, step=step.value, cohort=cohort.value, **values))
        self.session.flush()

    def all_phases(self, **days: int) -> None:
        for school in range(len(self.schools)):
            for step, ahead in days.items():
                self.phase(school, Step(step), ahead)


def shipped_plan(session: Session) -> Plan:
    policies.ensure_shipped(session)
    return next(each for each in policies.plans(session, []) if each.code == Policy.HCM_2024.value)


def make_campaign(
    session: Session, authority_id: UUID, plan: Plan, year: SchoolYear = YEAR, grade: int = 1
) -> Campaign:
    campaign = Campaign(
        id=uuid4(), school_year=str(year), grade=grade, authority_id=authority_id, policy_id=plan.policy_id,
        policy_version=plan.version, base_version=dues.next_version(session),
    )  # fmt: skip
    session.add(campaign)
    session.flush()
    session.refresh(campaign)
    return campaign


def manager_of(session: Session, school_id: UUID, day: date) -> UUID | None:
    """The authority that manages a school directly on a day."""
    query = select(SchoolAuthority.authority_id).where(
        SchoolAuthority.school_id == school_id, authorities.in_force(SchoolAuthority, day)
    )
    return session.scalars(query).first()


def manage(session: Session, school_id: UUID, authority_id: UUID, since: date = FOUNDED) -> None:
    """From the beginning it is this authority that manages the school."""
    session.execute(
        update(SchoolAuthority)
        .where(SchoolAuthority.school_id == school_id)
        .values(authority_id=authority_id, valid_from=since)
    )


def make_office(session: Session, number: int = 500) -> OfficeWorld:
    """Commits nothing. Each school has one open book of the first term, of three pupils."""
    city = _authority(session, f"c{number}", f"Sở Mẫu {number}", "city_department", None)
    wards = tuple(
        _authority(session, f"w{number}-{each}", f"Phường Mẫu {number}-{each}", "commune_authority", city)
        for each in (1, 2)
    )
    schools = [make_school(session, number + each) for each in range(3)]
    for school, ward in zip(schools, (wards[0], wards[0], wards[1]), strict=True):
        manage(session, school.school_id, ward)
    casts = tuple(make_class(session, school, "1A1") for school in schools)
    books = tuple(open_book(session, cast, Term.HK1) for cast in casts)
    progress.refresh(session, [book.id for book in books])
    plan = shipped_plan(session)
    campaign = make_campaign(session, city, plan)
    ids = tuple(school.school_id for school in schools)
    session.add_all(CampaignSchool(campaign_id=campaign.id, school_id=each) for each in ids)
    session.flush()
    world = OfficeWorld(session, city, (wards[0], wards[1]), ids, casts, books, campaign, plan)
    for serial, (name, where, duty) in enumerate(
        [
            ("head", city, Duty.OFFICE_HEAD), ("officer", city, Duty.OFFICER),
            ("ward head", wards[0], Duty.OFFICE_HEAD),
            ("ward officer", wards[1], Duty.OFFICER),
        ]
    ):  # fmt: skip
        person = (f"0791{number:04}{serial:04}", f"Người Mẫu {name}")
        world.people[name] = offices.add_officer(session, where, person, duty, SINCE)
    return world


def _authority(session: Session, code: str, name: str, kind: str, parent: UUID | None) -> UUID:
    return offices.add_authority(session, OfficeFacts(code, name, kind, parent, FOUNDED))
