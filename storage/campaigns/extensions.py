"""Moves of deadlines as an office looks back on them: by whom, for whom, and how far each has spread."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from domain.campaigns.phases import Cohort, Step
from storage.campaigns.authorities import schools_under, under
from storage.campaigns.seasons import above
from storage.campaigns.standings import View, managed
from storage.tables import Campaign, DeadlineDecision, ManagingAuthority, Reason, School, Staff


@dataclass(frozen=True)
class Decision:
    version: int
    step: Step
    cohort: Cohort
    due_on: date
    scope: str  # name of an authority or a school; "" for every school
    decision_no: str
    reason: str
    decided_by: str
    office: str
    decided_at: datetime
    concerned: int
    spread_at: datetime | None
    is_void: bool  # a policy that was put in force later has replaced it


def decided(session: Session, campaign: Campaign, authority_id: UUID, day: date) -> list[Decision]:
    """What concerns an office that day, the newest first: moves for its schools, itself, offices under it, or over it.

    The decisions about a school go with the school: whoever managed it before sees them no more.
    """
    table, office = DeadlineDecision, aliased(ManagingAuthority)
    query = (
        select(
            table.version, table.step, table.cohort, table.due_on,
            func.coalesce(School.name, ManagingAuthority.name, ""), table.decision_no, Reason.text, Staff.full_name,
            func.coalesce(office.name, ""), table.decided_at, table.concerned, table.spread_at,
            table.version < campaign.base_version,
        )
        .join(Reason, Reason.id == table.reason_id)
        .join(Staff, Staff.id == table.decided_by)
        .outerjoin(office, office.id == Staff.authority_id)
        .outerjoin(School, School.id == table.school_id)
        .outerjoin(ManagingAuthority, ManagingAuthority.id == table.authority_id)
        .where(table.campaign_id == campaign.id, _concerns(authority_id, day))
        .order_by(table.version.desc())
    )  # fmt: skip
    return [
        Decision(version, Step(step), Cohort(cohort), *rest) for version, step, cohort, *rest in session.execute(query)
    ]


def _concerns(authority_id: UUID, day: date) -> ColumnElement[bool]:
    table = DeadlineDecision
    return or_(
        table.school_id.in_(schools_under(authority_id, day)),
        table.authority_id.in_(under(authority_id)),
        table.authority_id.in_(above(authority_id)),
        table.school_id.is_(None) & table.authority_id.is_(None),
    )


def matching(session: Session, view: View, words: str, most: int = 12) -> list[tuple[UUID, str, str]]:
    """Schools of the campaign by a part of the name or by code: id, name, ward."""
    table = managed(view)
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    query = (
        select(table.c.school_id, table.c.name, table.c.ward_name)
        .where(table.c.name.ilike(f"%{escaped}%") | (table.c.code == words))
        .order_by(func.length(table.c.name), table.c.name)
        .limit(most)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]
