"""Which campaign, and the authorities of which day, a page of the office is about."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends
from sqlalchemy.orm import Session

from api.deps import now
from api.pages.choices import query_string
from api.pages.language import gettext
from domain.calendar import day_of
from domain.campaigns.phases import Cohort, Step
from domain.errors import NotAllowed, NotFound
from storage.campaigns import authorities, radar, seasons, standings
from storage.campaigns.radar import PhaseHead
from storage.campaigns.standings import View
from storage.staffing import Person
from storage.tables import Campaign

_NO_SEASON: Final = "Chưa có đợt học bạ số nào."


@dataclass(frozen=True)
class SeasonAsked:
    """The campaign (`dot`) and the day of the structure (`ngay`) as an address says them; empty: newest, today."""

    dot: str
    ngay: str

    @property
    def query(self) -> str:
        return query_string(vars(self))

    @property
    def campaign_id(self) -> UUID | None:
        """Raises NotFound for what no address of ours says."""
        try:
            return UUID(self.dot) if self.dot else None
        except ValueError as error:
            raise NotFound(seasons.NOT_FOUND) from error

    def day(self, at: datetime) -> date:
        try:
            return date.fromisoformat(self.ngay)
        except ValueError:
            return day_of(at)


async def _asked(dot: str = "", ngay: str = "") -> SeasonAsked:
    return SeasonAsked(dot, ngay)


Asking = Annotated[SeasonAsked, Depends(_asked)]


@dataclass(frozen=True)
class Season:
    """A campaign as one office sees it at this moment."""

    campaign: Campaign
    campaigns: list[Campaign]
    view: View
    phases: list[PhaseHead]
    asked: SeasonAsked

    @property
    def is_today(self) -> bool:
        return self.view.day == day_of(self.view.at)

    def phase(self, step: str, cohort: str = "") -> PhaseHead | None:
        """A phase by its codes; of several cohorts the first."""
        return next((each for each in self.phases if each.step == step and cohort in {"", each.cohort}), None)

    @property
    def main_phase(self) -> PhaseHead | None:
        """What people ask about first: the phase that is due next, and at the end the last one."""
        return next((each for each in self.phases if each.due_at > self.view.at), next(iter(self.phases[-1:]), None))


def season_of(session: Session, person: Person, asked: SeasonAsked) -> Season | None:
    """None where there is no campaign yet. Raises NotFound for one that is not this office's."""
    at = now()
    authority_id = office_of(person)
    campaigns = seasons.of_office(session, authority_id)
    campaign = seasons.chosen(campaigns, asked.campaign_id)
    if campaign is None:
        return None
    view = standings.view_of(session, campaign, authority_id, asked.day(at), at)
    return Season(campaign, campaigns, view, radar.heads(session, campaign.id), asked)


def required_season(session: Session, person: Person, asked: SeasonAsked) -> Season:
    """Raises NotFound where there is none."""
    found = season_of(session, person, asked)
    if found is None:
        raise NotFound(_NO_SEASON)
    return found


def office_of(person: Person) -> UUID:
    """The authority at which somebody works; the guard lets in nobody else."""
    if person.authority_id is None:
        raise NotAllowed("Việc này không thuộc vai trò của thầy/cô.")
    return person.authority_id


def require_school(session: Session, person: Person, school_id: UUID) -> str:
    """The name of a school that this office manages today; others do not exist. Raises NotFound."""
    school = authorities.school_of(session, office_of(person), school_id, day_of(now()))
    if school is None:
        raise NotFound("Không tìm thấy trường này.")
    return school.name


def phase_name(step: Step, cohort: Cohort) -> str:
    """“Phát hành”, or “Phát hành (Đánh giá bổ sung trong hè)” where the cohorts have deadlines of their own."""
    label = gettext(step.label)
    return label if cohort is Cohort.ALL else f"{label} ({gettext(cohort.label)})"
