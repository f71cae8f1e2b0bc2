"""What deciding pages of an office share: who may, which campaigns are its own, and the refusals of a form."""

from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from api.pages.office.season import office_of
from domain.duties import Duty
from domain.errors import Invalid, NotAllowed, NotFound
from domain.reasons import NO_REASON, is_reason
from storage.campaigns import seasons
from storage.staffing import Person
from storage.tables import Campaign

HEADS: Final = frozenset({Duty.OFFICE_HEAD})
_NOT_OWN: Final = "Chỉ cơ quan đã mở đợt mới quyết định việc này."


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
        raise Invalid(NO_REASON)
    return words


def may_decide(person: Person) -> bool:
    return bool(HEADS & person.duties)
