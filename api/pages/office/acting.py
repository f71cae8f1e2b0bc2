"""What deciding pages of an office share: who may, which campaigns are its own, and the refusals of a form."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from api.pages.office.season import office_of
from api.services import Services
from domain.campaigns.cases import CaseState
from domain.duties import Duty
from domain.errors import Invalid, NotAllowed, NotFound
from domain.reasons import is_reason
from storage.campaigns import seasons
from storage.campaigns.decisions import Move
from storage.staffing import Person
from storage.tables import Campaign

HEADS: Final = frozenset({Duty.OFFICE_HEAD})
_NOT_OWN: Final = "Chỉ cơ quan đã mở đợt mới quyết định việc này."
_NO_REASON: Final = "Hãy ghi lý do (từ 3 đến 1000 ký tự)."


@dataclass(frozen=True)
class CaseDecision:
    """What the office decides about a pupil without a personal id."""

    case_id: UUID
    state: CaseState
    until: date | None
    document: str
    decision_no: str
    reason: str
    command_id: UUID


class CampaignDoor(Protocol):
    """The only way in which pages decide about campaigns."""

    async def open(
        self, person: Person, school_year: str, grade: int, policy_id: UUID, policy_version: int, command_id: UUID
    ) -> UUID: ...
    async def put_in_force(
        self, person: Person, campaign_id: UUID, policy_id: UUID, version: int, reason_text: str, command_id: UUID
    ) -> None: ...
    async def pause(self, person: Person, campaign_id: UUID, reason_text: str, command_id: UUID) -> None: ...
    async def resume(self, person: Person, campaign_id: UUID, reason_text: str, command_id: UUID) -> None: ...
    async def close(self, person: Person, campaign_id: UUID, reason_text: str, command_id: UUID) -> None: ...
    async def move_deadline(self, person: Person, move: Move) -> int: ...
    async def decide_case(self, person: Person, decision: CaseDecision) -> None: ...


def door(found: Services) -> CampaignDoor:
    campaigns: CampaignDoor = vars(found)["campaigns"]
    return campaigns


def require_campaign(session: Session, person: Person, campaign_id: UUID) -> Campaign:
    """A campaign that concerns the office, its own or its city's. Raises NotFound."""
    found = seasons.chosen(seasons.of_office(session, office_of(person)), campaign_id)
    if found is None:
        raise NotFound(seasons.NOT_FOUND)
    return found


def is_own(person: Person, campaign: Campaign) -> bool:
    """The offices under the one that opened a campaign see it, but do not change it."""
    return campaign.authority_id == office_of(person)


def require_own(session: Session, person: Person, campaign_id: UUID) -> Campaign:
    """Raises NotAllowed for the campaign of an authority above."""
    campaign = require_campaign(session, person, campaign_id)
    if not is_own(person, campaign):
        raise NotAllowed(_NOT_OWN)
    return campaign


def require_reason(text: str) -> str:
    words = " ".join(text.split())
    if not is_reason(words):
        raise Invalid(_NO_REASON)
    return words


def may_decide(person: Person) -> bool:
    return bool(HEADS & person.duties)
