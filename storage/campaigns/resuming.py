"""A campaign goes on after a pause: people hear now of what they were not told meanwhile."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from domain.campaigns.alarms import PhaseAlarm
from domain.campaigns.phases import Cohort, Owner, Step
from domain.campaigns.states import ALARMS, PhaseEventKind, PhaseState
from storage.campaigns import phases, telling
from storage.campaigns.telling import Raised
from storage.tables import Campaign, CampaignPhase, PhaseEvent


def tell_missed(session: Session, campaign_id: UUID, at: datetime) -> None:
    """Of each phase that is not done by now, the newest alarm for each recipient; done again, nothing changes."""
    campaign = session.get_one(Campaign, campaign_id)
    phases.settle_all(session, campaign, at)
    telling.tell(session, campaign, _newest(session, campaign_id), at)


def _newest(session: Session, campaign_id: UUID) -> Iterator[Raised]:
    phase, event = CampaignPhase, PhaseEvent
    same = and_(
        event.campaign_id == phase.campaign_id, event.school_id == phase.school_id, event.step == phase.step,
        event.cohort == phase.cohort, event.version == phase.version,
    )  # fmt: skip
    each = (event.school_id, event.step, event.cohort, event.recipient)
    query = (
        select(event, phase.due_at)
        .join(phase, same)
        .where(
            phase.campaign_id == campaign_id,
            phase.state.in_((PhaseState.OPEN.value, PhaseState.LATE.value)),
            event.kind.in_([kind.value for kind in ALARMS]),
        )
        .ext(distinct_on(*each))
        .order_by(*each, event.happened_at.desc(), event.id.desc())
    )
    for row, due_at in session.execute(query):
        if row.recipient:
            kind, to = PhaseEventKind(row.kind), Owner(row.recipient)
            key = Step(row.step), Cohort(row.cohort), row.version
            yield Raised(row.school_id, PhaseAlarm(*key, kind, row.days, to, row.happened_at), due_at, row.happened_at)
