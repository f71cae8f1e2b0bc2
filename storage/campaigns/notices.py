"""What a notice about a phase says: its subject names kind, step, group, last day, campaign, and the school."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import notices as said
from domain.campaigns.phases import Step
from domain.campaigns.states import PhaseState
from domain.notices import MY_TASKS
from storage.tables import CampaignPhase

OFFICE: Final = "office"  # in place of a school: about all schools of an office
REVIEW: Final = "/ra-soat"
_PATHS: Final = {Step.DATA_REVIEW: REVIEW, Step.TRAINING: REVIEW, Step.SUBMISSION: "/nop", Step.FREEZE: "/nop"}


def words(subject: str) -> tuple[str, dict[str, object], str]:
    """The sentence, what it takes, and the page that it leads to."""
    kind, step, _, day, _, school, *_ = subject.split("/")
    values: dict[str, object] = {
        "step": Step(step).label,
        "day": date.fromisoformat(day).strftime("%d/%m/%Y"),
    }
    if school == OFFICE:
        return said.CAMPAIGN[OFFICE], values, "/co-quan/truong"
    return said.CAMPAIGN[kind], values, _PATHS.get(Step(step), MY_TASKS)


def settled(session: Session, subjects: Sequence[str]) -> frozenset[str]:
    """Those whose school has done the phase by now, or need not."""
    keys = {subject: _key(subject) for subject in subjects if subject.split("/")[5] != OFFICE}
    if not keys:
        return frozenset()
    query = select(CampaignPhase.campaign_id, CampaignPhase.school_id, CampaignPhase.step, CampaignPhase.cohort).where(
        CampaignPhase.school_id.in_({key[1] for key in keys.values()}),
        CampaignPhase.state.in_((PhaseState.DONE.value, PhaseState.EXCEPTED.value)),
    )
    done = {tuple(row) for row in session.execute(query)}
    return frozenset(subject for subject, key in keys.items() if key in done)


def _key(subject: str) -> tuple[UUID, UUID, str, str]:
    _, step, cohort, _, campaign_id, school_id, *_ = subject.split("/")
    return UUID(campaign_id), UUID(school_id), step, cohort
