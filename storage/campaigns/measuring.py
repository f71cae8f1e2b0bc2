"""How much of each phase is done at each school: records for most phases, the school itself for review and training."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from domain.campaigns.cases import CaseState
from domain.campaigns.measures import MEASURES
from domain.campaigns.phases import Cohort, Step
from storage.among import among
from storage.campaigns.counted import counted, unopened
from storage.tables import Campaign, CampaignSchool, PupilCase

Key: TypeAlias = tuple[UUID, Step, Cohort]
# The steps that move records, with the term whose books tell.
OF_TERMS: Final = tuple((step, each.term) for step, each in MEASURES.items() if each.term)


@dataclass(frozen=True)
class Measure:
    """`excepted` need not be done, because an authority has said so; it is not part of `done`."""

    total: int
    done: int
    excepted: int = 0

    @property
    def is_done(self) -> bool:
        """A school without a record yet has everything before it."""
        return 0 < self.total <= self.done

    @property
    def is_excepted(self) -> bool:
        """Whether what is not done need not be."""
        return 0 < self.total <= self.done + self.excepted

    def __add__(self, other: "Measure") -> "Measure":
        return Measure(self.total + other.total, self.done + other.done, self.excepted + other.excepted)


NOTHING: Final = Measure(0, 0)


def measures(session: Session, campaign: Campaign, school_ids: Collection[UUID] | None = None) -> dict[Key, Measure]:
    """By school, step and group of pupils; `Cohort.ALL` holds both groups together."""
    found: dict[Key, Measure] = {}
    for school_id, cohort, term, pupils, *counts in session.execute(_counted(session, campaign, school_ids)).all():
        for (step, of_term), done in zip(OF_TERMS, counts, strict=True):
            if term == of_term:
                measure = Measure(pupils, done)
                for each in (Cohort(cohort), Cohort.ALL):
                    key = school_id, step, each
                    found[key] = found.get(key, NOTHING) + measure
    return found | _of_schools(session, campaign, school_ids)


def _counted(
    session: Session, campaign: Campaign, school_ids: Collection[UUID] | None
) -> Select[UUID, str, str, int, *tuple[int, ...]]:
    found = counted(campaign, unopened(session, campaign, school_ids)).c
    sums = (func.sum(found[each.count]) for each in MEASURES.values() if each.term)
    query = select(found.school_id, found.cohort, found.term, func.sum(found.pupils), *sums)
    if school_ids is not None:
        query = query.where(among(found.school_id, school_ids))
    return query.group_by(found.school_id, found.cohort, found.term)


def _of_schools(session: Session, campaign: Campaign, school_ids: Collection[UUID] | None) -> dict[Key, Measure]:
    which: ColumnElement[bool] = CampaignSchool.campaign_id == campaign.id
    if school_ids is not None:
        which &= among(CampaignSchool.school_id, school_ids)
    excepted = exists().where(
        PupilCase.campaign_id == campaign.id,
        PupilCase.school_id == CampaignSchool.school_id,
        PupilCase.state == CaseState.EXCEPTED.value,
    )
    query = select(
        CampaignSchool.school_id,
        CampaignSchool.confirmed_at.is_not(None),
        CampaignSchool.trained_on.is_not(None),
        excepted,
    ).where(which)
    found: dict[Key, Measure] = {}
    for school_id, is_confirmed, is_trained, has_exception in session.execute(query):
        done, excepted_ = is_confirmed and not has_exception, is_confirmed and has_exception
        found[school_id, Step.DATA_REVIEW, Cohort.ALL] = Measure(1, int(done), int(excepted_))
        found[school_id, Step.TRAINING, Cohort.ALL] = Measure(1, int(is_trained))
    return found
