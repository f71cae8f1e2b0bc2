"""Campaigns: opening one, taking in schools, pausing, closing, another policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Select, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import SchoolYear, day_of, term_dates
from domain.campaigns.states import CampaignState
from domain.deadlines import Deadline
from domain.errors import Conflict, Invalid, NotFound
from storage import registration, reopening
from storage.campaigns import diary, dues, policies
from storage.campaigns.authorities import schools_under
from storage.tables import Campaign, CampaignSchool, ClassGroup, ClassTermRow, Enrolment, PolicyRow, School


@dataclass(frozen=True)
class NewCampaign:
    authority_id: UUID
    school_year: SchoolYear
    grade: int
    policy_id: UUID
    policy_version: int
    opened_by: UUID | None


def open_campaign(session: Session, new: NewCampaign) -> Campaign:
    """The campaign of the year and grade; opening it again gives the same one.

    Raises Invalid for a grade that no school has, NotFound for a policy that is not this authority's to use.
    """
    if new.grade not in range(1, 13):
        raise Invalid("Khối phải từ 1 đến 12.")
    known = of_year(session, str(new.school_year), new.grade)
    if known is not None:
        if known.authority_id != new.authority_id:
            raise Conflict("Năm học và khối này đã có đợt của cơ quan khác.")
        return known
    _usable_policy(session, new.policy_id, new.policy_version, new.authority_id)
    registration.add_school_year(session, new.school_year)
    values = vars(new) | {"school_year": str(new.school_year), "base_version": dues.next_version(session)}
    campaign = Campaign(id=uuid4(), **values)
    session.add(campaign)
    session.flush()
    diary.note_opening(session, campaign)
    return campaign


def of_year(session: Session, school_year: str, grade: int) -> Campaign | None:
    query = select(Campaign).where(Campaign.school_year == school_year, Campaign.grade == grade)
    return session.scalars(query).first()


def book_deadline(session: Session, school_id: UUID, book: tuple[str, int, Term]) -> Deadline | None:
    """What the campaign says of a book (year, grade, term) of the school; None if it takes part in none."""
    school_year, grade, term = book
    campaign = of_year(session, school_year, grade)
    if campaign is None or campaign.state == CampaignState.CLOSED:
        return None
    held = dues.of_schools(session, campaign, [school_id])
    due = held[0].of_term(term) if held else None
    return Deadline(due.version, due.at) if due else None


def _usable_policy(session: Session, policy_id: UUID, version: int, authority_id: UUID) -> None:
    policies.plan(session, policy_id, version)
    owner = session.get_one(PolicyRow, policy_id).authority_id
    if owner not in {None, authority_id}:
        raise NotFound("Không tìm thấy kế hoạch này.")


def take_in(session: Session, campaign_id: UUID, day: date) -> list[tuple[UUID, str]]:
    """Add every school of the authority that has classes of the year and grade; returns (id, code) of all, by id."""
    campaign = session.get_one(Campaign, campaign_id)
    has_class = exists().where(
        ClassGroup.school_id == School.id,
        ClassGroup.school_year == campaign.school_year,
        ClassGroup.grade == campaign.grade,
    )
    new = select(School.id).where(School.id.in_(schools_under(campaign.authority_id, day)), has_class)
    rows = [{"campaign_id": campaign_id, "school_id": each} for each in session.scalars(new)]
    if rows:
        session.execute(insert(CampaignSchool).on_conflict_do_nothing(), rows)
    query = (
        select(School.id, School.code)
        .join(CampaignSchool, CampaignSchool.school_id == School.id)
        .where(CampaignSchool.campaign_id == campaign_id)
    )
    return [(each, code) for each, code in session.execute(query.order_by(School.id))]


def classes_to_open(session: Session, campaign_id: UUID, term: Term) -> list[UUID]:
    """Classes with pupils whose book of the term nobody has begun, by id: not opened, or opened and not yet used.

    So a book whose workflow was never started, because the machine died in between, gets it the next time.
    """
    campaign = session.get_one(Campaign, campaign_id)
    is_begun = exists().where(
        ClassTermRow.class_id == ClassGroup.id, ClassTermRow.term == term.value, ClassTermRow.wf_seq > 0
    )
    has_pupils = exists().where(Enrolment.class_id == ClassGroup.id, Enrolment.left_on.is_(None))
    query = _classes(campaign).where(~is_begun, has_pupils).with_only_columns(ClassGroup.id)
    return list(session.scalars(query.order_by(ClassGroup.id)))


@dataclass(frozen=True)
class OpenClass:
    """A class-term of a campaign's school that is not finished."""

    class_term_id: UUID
    class_id: UUID
    school_id: UUID
    term: Term


def open_classes(session: Session, campaign: Campaign, school_ids: set[UUID], terms: Sequence[Term]) -> list[OpenClass]:
    """By id, those that a move of a deadline has to reach."""
    query = (
        _classes(campaign)
        .join(ClassTermRow, ClassTermRow.class_id == ClassGroup.id)
        .where(
            ClassGroup.school_id.in_(school_ids),
            ClassTermRow.term.in_([each.value for each in terms]),
            reopening.is_unfinished(),
        )
        .with_only_columns(ClassTermRow.id, ClassGroup.id, ClassGroup.school_id, ClassTermRow.term)
        .order_by(ClassTermRow.id)
    )
    return [OpenClass(row[0], row[1], row[2], Term(row[3])) for row in session.execute(query)]


def _classes(campaign: Campaign) -> Select[ClassGroup]:
    return (
        select(ClassGroup)
        .join(CampaignSchool, CampaignSchool.school_id == ClassGroup.school_id)
        .where(
            CampaignSchool.campaign_id == campaign.id,
            ClassGroup.school_year == campaign.school_year,
            ClassGroup.grade == campaign.grade,
        )
    )


def change_state(session: Session, campaign_id: UUID, state: CampaignState, at: datetime) -> None:
    """Pause, resume or close. Raises Conflict for a campaign that is closed: that is for good."""
    row = session.get_one(Campaign, campaign_id, with_for_update=True)
    if row.state == state:
        return
    if row.state == CampaignState.CLOSED:
        raise Conflict("Đợt đã đóng, không mở lại được.")
    row.state = state.value
    row.closed_at = at if state is CampaignState.CLOSED else None
    session.flush()


def put_in_force(session: Session, campaign_id: UUID, policy_id: UUID, version: int) -> None:
    """From now on the deadlines of this version hold; moves that were decided before it do not any more."""
    row = session.get_one(Campaign, campaign_id, with_for_update=True)
    if (row.policy_id, row.policy_version) == (policy_id, version):
        return
    if row.state == CampaignState.CLOSED:
        raise Conflict("Đợt đã đóng, không đổi kế hoạch được nữa.")
    _usable_policy(session, policy_id, version, row.authority_id)
    row.policy_id, row.policy_version, row.base_version = policy_id, version, dues.next_version(session)
    session.flush()


def begun_terms(school_year: str, at: datetime) -> tuple[Term, ...]:
    """The terms of a year that have begun: their books may be opened."""
    year = SchoolYear.parse(school_year)
    return tuple(term for term in Term if term_dates(year, term).start <= day_of(at))


def open_campaigns(session: Session) -> list[Campaign]:
    query = select(Campaign).where(Campaign.state != CampaignState.CLOSED.value)
    return list(session.scalars(query.order_by(Campaign.school_year, Campaign.grade)))


def of_school(session: Session, campaign_id: UUID, school_id: UUID) -> Campaign | None:
    """A campaign, if the school takes part in it."""
    return next((each for each in campaigns_of(session, school_id) if each.id == campaign_id), None)


def campaigns_of(session: Session, school_id: UUID) -> list[Campaign]:
    """The campaigns that a school takes part in, open ones first, newest year first."""
    query = (
        select(Campaign)
        .join(CampaignSchool, CampaignSchool.campaign_id == Campaign.id)
        .where(CampaignSchool.school_id == school_id)
        .order_by(Campaign.state == CampaignState.CLOSED.value, Campaign.school_year.desc(), Campaign.grade)
    )
    return list(session.scalars(query))
