"""That a school's connection to the city's store was tested: campaigns ask for it before the submission begins."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from domain.campaigns.states import CampaignState
from storage.tables import Campaign, CampaignSchool


def note(session: Session, school_id: UUID, at: datetime) -> None:
    """Keep the newest success for the school's campaigns that are not closed."""
    going = select(Campaign.id).where(Campaign.state != CampaignState.CLOSED.value)
    mine = update(CampaignSchool).where(CampaignSchool.school_id == school_id, CampaignSchool.campaign_id.in_(going))
    session.execute(mine.values(connected_at=func.greatest(CampaignSchool.connected_at, at)))


def newest(session: Session, school_id: UUID) -> datetime | None:
    return session.scalar(select(func.max(CampaignSchool.connected_at)).where(CampaignSchool.school_id == school_id))
