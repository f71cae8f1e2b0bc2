"""Moves of deadlines by an authority: for all its schools, those of an authority under it, or one school."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.campaigns.phases import Cohort, Step
from domain.errors import Conflict, Invalid, NotFound
from storage import journal
from storage.campaigns import authorities, dues
from storage.tables import Campaign, CampaignSchool, ClassGroup, ClassProgress, ClassTermRow, DeadlineDecision

LONGEST_NUMBER: Final = 60


@dataclass(frozen=True)
class Move:
    """`command_id` makes it once; `authority_id` and `school_id` None: every school of the campaign."""

    command_id: UUID
    campaign_id: UUID
    step: Step
    cohort: Cohort
    due_on: date
    decision_no: str
    reason: str
    decided_by: UUID
    decided_for: UUID  # the authority whose officer decides
    authority_id: UUID | None = None
    school_id: UUID | None = None


@dataclass(frozen=True)
class Reach:
    """Whom a move would touch."""

    schools: int
    classes: int
    pupils: int
    issued: int


def decide(session: Session, move: Move, at: datetime) -> DeadlineDecision:
    """Put a move on record, with its number; the same command again gives the same decision.

    Raises Invalid without a decision's number, NotFound for schools that are not the deciding authority's or phases
    that the policy does not have, Conflict for a closed campaign.
    """
    known = session.scalars(select(DeadlineDecision).where(DeadlineDecision.id == move.command_id)).first()
    if known is not None:
        return known
    campaign = session.get(Campaign, move.campaign_id, with_for_update=True)
    _check(session, campaign, move, day_of(at))
    journal.add_reason(session, move.command_id, None, move.decided_by, move.reason)
    row = DeadlineDecision(
        version=dues.next_version(session),
        id=move.command_id,
        campaign_id=move.campaign_id,
        step=move.step.value,
        cohort=move.cohort.value,
        due_on=move.due_on,
        authority_id=move.authority_id,
        school_id=move.school_id,
        decision_no=move.decision_no,
        reason_id=move.command_id,
        decided_by=move.decided_by,
        decided_at=at,
    )
    session.add(row)
    session.flush()
    return row


def _check(session: Session, campaign: Campaign | None, move: Move, day: date) -> None:
    if campaign is None:
        raise NotFound("Không tìm thấy đợt này.")
    if campaign.state == "closed":
        raise Conflict("Đợt đã đóng, không dời hạn được nữa.")
    if not move.decision_no or len(move.decision_no) > LONGEST_NUMBER:
        raise Invalid("Hãy ghi số quyết định hoặc công văn (tối đa 60 ký tự).")
    if (move.step, move.cohort) not in {phase.key for phase in dues.phases_of(session, campaign)}:
        raise NotFound("Kế hoạch của đợt không có bước này.")
    _check_scope(session, campaign, move, day)


def _check_scope(session: Session, campaign: Campaign, move: Move, day: date) -> None:
    if move.school_id is not None:
        if not authorities.manages(session, move.decided_for, move.school_id, day):
            raise NotFound("Không tìm thấy trường này.")
        if session.get(CampaignSchool, (campaign.id, move.school_id)) is None:
            raise Conflict("Trường này không tham gia đợt.")
        return
    scope = move.authority_id or campaign.authority_id
    theirs = select(func.count()).where(authorities.under(move.decided_for).subquery().c.id == scope)
    if not session.scalar(theirs):
        raise NotFound("Không tìm thấy cơ quan này.")


def reach(
    session: Session, campaign: Campaign, authority_id: UUID | None, school_id: UUID | None, at: datetime
) -> Reach:
    """Whom a move for this scope would touch today."""
    probe = DeadlineDecision(campaign_id=campaign.id, authority_id=authority_id, school_id=school_id, decided_at=at)
    schools = dues.concerned(session, probe)
    query = (
        select(
            func.count(ClassTermRow.id.distinct()),
            func.coalesce(func.sum(ClassProgress.pupils), 0),
            func.coalesce(func.sum(ClassProgress.issued), 0),
        )
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .outerjoin(ClassProgress, ClassProgress.class_term_id == ClassTermRow.id)
        .where(
            ClassGroup.school_id.in_(schools),
            ClassGroup.school_year == campaign.school_year,
            ClassGroup.grade == campaign.grade,
        )
    )
    classes, pupils, issued = session.execute(query).one()
    return Reach(len(schools), classes, pupils, issued)


def newest(session: Session, campaign_id: UUID) -> list[DeadlineDecision]:
    query = select(DeadlineDecision).where(DeadlineDecision.campaign_id == campaign_id)
    return list(session.scalars(query.order_by(DeadlineDecision.version.desc())))
