"""What was done to a campaign: by whom, when, why; each command once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.campaigns.states import CampaignDeed, CampaignState
from storage.tables import Campaign, CampaignEvent, PolicyRow, Reason, Staff

_DEEDS: Final = {
    CampaignState.OPEN: CampaignDeed.RESUMED,
    CampaignState.PAUSED: CampaignDeed.PAUSED,
    CampaignState.CLOSED: CampaignDeed.CLOSED,
}


@dataclass(frozen=True)
class By:
    """Whose command it was, and the reason given with it."""

    command_id: UUID
    staff_id: UUID | None
    reason_id: UUID | None = None


@dataclass(frozen=True)
class Standing:
    """Of a campaign, before a command: to see what the command changed."""

    state: str
    policy: tuple[UUID, int]


@dataclass(frozen=True)
class Happening:
    """`policy` and `version`: which plan held from then on; "" and None where the deed was another."""

    deed: CampaignDeed
    at: datetime
    by: str
    reason: str
    policy: str
    version: int | None


def standing(campaign: Campaign) -> Standing:
    return Standing(campaign.state, (campaign.policy_id, campaign.policy_version))


def is_known(session: Session, command_id: UUID) -> bool:
    """Whether this command has changed its campaign already."""
    return session.scalars(select(CampaignEvent.id).where(CampaignEvent.command_id == command_id)).first() is not None


def note_opening(session: Session, campaign: Campaign) -> None:
    """A campaign is opened once, so it is its own command."""
    _add(session, campaign, CampaignDeed.OPENED, By(campaign.id, campaign.opened_by))


def note_changes(session: Session, campaign: Campaign, before: Standing, by: By) -> None:
    """Keep what a command has changed; a command that changed nothing leaves nothing."""
    after = standing(campaign)
    if after.policy != before.policy:
        _add(session, campaign, CampaignDeed.POLICY, by)
    if after.state != before.state:
        _add(session, campaign, _DEEDS[CampaignState(after.state)], by)


def _add(session: Session, campaign: Campaign, deed: CampaignDeed, by: By) -> None:
    plan = deed in {CampaignDeed.OPENED, CampaignDeed.POLICY}
    new = insert(CampaignEvent).values(
        campaign_id=campaign.id, deed=deed.value, policy_id=campaign.policy_id if plan else None,
        policy_version=campaign.policy_version if plan else None, **vars(by),
    )  # fmt: skip
    session.execute(new.on_conflict_do_nothing(index_elements=["command_id", "deed"]))


def of_campaign(session: Session, campaign_id: UUID) -> list[Happening]:
    """The newest first."""
    table = CampaignEvent
    query = (
        select(
            table.deed, table.happened_at, func.coalesce(Staff.full_name, ""), func.coalesce(Reason.text, ""),
            func.coalesce(PolicyRow.name, ""), table.policy_version,
        )
        .outerjoin(Staff, Staff.id == table.staff_id)
        .outerjoin(Reason, Reason.id == table.reason_id)
        .outerjoin(PolicyRow, PolicyRow.id == table.policy_id)
        .where(table.campaign_id == campaign_id)
        .order_by(table.id.desc())
    )  # fmt: skip
    return [
        Happening(CampaignDeed(deed), at, by, reason, policy, version)
        for deed, at, by, reason, policy, version in session.execute(query)
    ]
