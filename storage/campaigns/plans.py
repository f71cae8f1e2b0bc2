"""What is known around plans: who follows them, and why each version was made."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.tables import Campaign, PolicyVersion, Reason


def used(session: Session, policy_ids: Collection[UUID]) -> dict[UUID, list[Campaign]]:
    """The campaigns that follow each plan and are not closed."""
    query = select(Campaign).where(Campaign.policy_id.in_(policy_ids), Campaign.state != "closed")
    found: dict[UUID, list[Campaign]] = {}
    for campaign in session.scalars(query.order_by(Campaign.school_year, Campaign.grade)):
        found.setdefault(campaign.policy_id, []).append(campaign)
    return found


def reasons(session: Session, policy_id: UUID) -> dict[int, str]:
    """Why, by version; what came with hocba has none."""
    query = select(PolicyVersion.version, Reason.text).join(Reason, Reason.id == PolicyVersion.reason_id)
    return dict(session.execute(query.where(PolicyVersion.policy_id == policy_id)).all())


def kept_by(session: Session, reason_id: UUID) -> UUID | None:
    """The plan that a form has made already."""
    return session.scalars(select(PolicyVersion.policy_id).where(PolicyVersion.reason_id == reason_id)).first()
