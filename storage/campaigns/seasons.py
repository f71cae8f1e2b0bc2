"""Campaigns as an office finds them: those of its city, the newest open one first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from domain.campaigns.states import CampaignState
from domain.errors import Conflict, NotFound
from storage.campaigns import running
from storage.campaigns.authorities import schools_under, under
from storage.campaigns.running import NewCampaign
from storage.tables import (
    Campaign,
    CampaignSchool,
    ClassGroup,
    Enrolment,
    ManagingAuthority,
    PolicyRow,
    Staff,
)

NOT_FOUND = "Không tìm thấy đợt này."


def above(authority_id: UUID) -> Select[UUID]:
    """The authority's own id and those of all authorities over it."""
    low = select(ManagingAuthority.id, ManagingAuthority.parent_id).where(ManagingAuthority.id == authority_id)
    found = low.cte(recursive=True)
    over = aliased(ManagingAuthority)
    return select(found.union(select(over.id, over.parent_id).join(found, over.id == found.c.parent_id)).c.id)


def of_office(session: Session, authority_id: UUID) -> list[Campaign]:
    """Campaigns of the office itself, of those over it and of those under it."""
    near = or_(Campaign.authority_id.in_(above(authority_id)), Campaign.authority_id.in_(under(authority_id)))
    is_closed = Campaign.state == CampaignState.CLOSED.value
    query = select(Campaign).where(near).order_by(is_closed, Campaign.school_year.desc(), Campaign.created_at.desc())
    return list(session.scalars(query))


def chosen(campaigns: Sequence[Campaign], campaign_id: UUID | None) -> Campaign | None:
    """The campaign of that id, or the newest open one; None if there is no campaign at all. Raises NotFound."""
    if campaign_id is None:
        return campaigns[0] if campaigns else None
    asked = next((each for each in campaigns if each.id == campaign_id), None)
    if asked is None:
        raise NotFound(NOT_FOUND)
    return asked


@dataclass(frozen=True)
class SeasonLine:
    """A campaign in the list of them; `own`: this office decides about it."""

    campaign: Campaign
    policy: str
    office: str
    opened_by: str
    schools: int
    own: bool

    @property
    def state(self) -> CampaignState:
        return CampaignState(self.campaign.state)


def lines(session: Session, authority_id: UUID) -> list[SeasonLine]:
    campaigns = of_office(session, authority_id)
    joined = (
        select(CampaignSchool.campaign_id, func.count())
        .where(CampaignSchool.campaign_id.in_([each.id for each in campaigns]))
        .group_by(CampaignSchool.campaign_id)
    )
    schools: dict[UUID, int] = dict(session.execute(joined).all())
    names = (
        select(Campaign.id, PolicyRow.name, ManagingAuthority.name, func.coalesce(Staff.full_name, ""))
        .join(PolicyRow, PolicyRow.id == Campaign.policy_id)
        .join(ManagingAuthority, ManagingAuthority.id == Campaign.authority_id)
        .outerjoin(Staff, Staff.id == Campaign.opened_by)
        .where(Campaign.id.in_([each.id for each in campaigns]))
    )
    named = {row[0]: (row[1], row[2], row[3]) for row in session.execute(names)}
    return [
        SeasonLine(each, *named[each.id], schools.get(each.id, 0), each.authority_id == authority_id)
        for each in campaigns
    ]


@dataclass(frozen=True)
class Start:
    """Whom a campaign that starts today would touch."""

    schools: int
    classes: int
    pupils: int


def start(session: Session, authority_id: UUID, school_year: str, grade: int, day: date) -> Start:
    theirs = and_(
        ClassGroup.school_year == school_year,
        ClassGroup.grade == grade,
        ClassGroup.school_id.in_(schools_under(authority_id, day)),
    )
    query = (
        select(
            func.count(ClassGroup.school_id.distinct()), func.count(ClassGroup.id.distinct()), func.count(Enrolment.id)
        )
        .outerjoin(Enrolment, and_(Enrolment.class_id == ClassGroup.id, Enrolment.left_on.is_(None)))
        .where(theirs)
    )
    return Start(*session.execute(query).one())


def require_free(session: Session, new: NewCampaign) -> None:
    """Raises Conflict where the year and grade have another campaign; the same one is opened again without effect."""
    known = running.of_year(session, str(new.school_year), new.grade)
    if known is None:
        return
    if known.authority_id != new.authority_id:
        raise Conflict("Năm học và khối lớp này đã có đợt của cơ quan khác.")
    if (known.policy_id, known.policy_version) != (new.policy_id, new.policy_version):
        raise Conflict("Năm học và khối lớp này đã có đợt. Muốn đổi kế hoạch, hãy mở trang của đợt đó.")


def years(session: Session, authority_id: UUID, day: date) -> Sequence[str]:
    """School years in which schools of the office have classes, newest first."""
    query = select(ClassGroup.school_year).where(ClassGroup.school_id.in_(schools_under(authority_id, day)))
    return session.scalars(query.distinct().order_by(ClassGroup.school_year.desc())).all()
