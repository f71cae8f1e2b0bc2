"""Moves of deadlines as an office looks back on them: by whom, for whom, and how far each has spread."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from domain.campaigns.phases import Cohort, Step
from storage.campaigns.standings import View, managed
from storage.tables import DeadlineDecision, ManagingAuthority, Reason, School, Staff


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


def decided(session: Session, campaign_id: UUID) -> list[Decision]:
    """Newest first."""
    table, office = DeadlineDecision, aliased(ManagingAuthority)
    query = (
        select(
            table.version, table.step, table.cohort, table.due_on,
            func.coalesce(School.name, ManagingAuthority.name, ""), table.decision_no, Reason.text, Staff.full_name,
            func.coalesce(office.name, ""), table.decided_at, table.concerned, table.spread_at,
        )
        .join(Reason, Reason.id == table.reason_id)
        .join(Staff, Staff.id == table.decided_by)
        .outerjoin(office, office.id == Staff.authority_id)
        .outerjoin(School, School.id == table.school_id)
        .outerjoin(ManagingAuthority, ManagingAuthority.id == table.authority_id)
        .where(table.campaign_id == campaign_id)
        .order_by(table.version.desc())
    )  # fmt: skip
    return [
        Decision(version, Step(step), Cohort(cohort), *rest) for version, step, cohort, *rest in session.execute(query)
    ]


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
