"""What a notice about a campaign says. Of a phase, its subject names kind, step, group, last day, campaign, and the
school; of what a school asks of its authority, what has happened, the campaign, and which case or day.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import notices as said
from domain.campaigns.cases import CaseState
from domain.campaigns.phases import Step
from domain.campaigns.states import PhaseState
from domain.notices import MY_TASKS
from storage.tables import CampaignPhase, PupilCase

OFFICE: Final = "office"  # in place of a school: about all schools of an office
CASES, RULED, REOPENED, CERTIFICATES, REPORT = "cases", "ruled", "reopened", "certificates", "report"
REPORT_OVER: Final = "report_over"
REVIEW: Final = "/ra-soat"
_ASKED: Final = {
    CASES: "/co-quan/cho-quyet-dinh", CERTIFICATES: "/co-quan/chung-thu-so", RULED: REVIEW, REOPENED: REVIEW,
    REPORT: "/co-quan/kho", REPORT_OVER: "/co-quan/kho",
}  # fmt: skip
_PATHS: Final = {Step.DATA_REVIEW: REVIEW, Step.TRAINING: REVIEW, Step.SUBMISSION: "/nop", Step.FREEZE: "/nop"}


def words(subject: str) -> tuple[str, dict[str, object], str]:
    """The sentence, what it takes, and the page that it leads to."""
    kind = subject.partition("/")[0]
    values: dict[str, object]
    if kind in _ASKED:
        return (
            said.CAMPAIGN[kind],
            {"day": _day(subject.split("/")[2])} if kind in {REPORT, REPORT_OVER} else {},
            _ASKED[kind],
        )
    _, step, _, day, _, school, *_ = subject.split("/")
    values = {"step": Step(step).label, "day": _day(day)}
    if school == OFFICE:
        return said.CAMPAIGN_OFFICE[kind], values, "/co-quan/truong"
    return said.CAMPAIGN[kind], values, _PATHS.get(Step(step), MY_TASKS)


def _day(iso: str) -> str:
    return date.fromisoformat(iso).strftime("%d/%m/%Y")


def settled(session: Session, subjects: Sequence[str]) -> frozenset[str]:
    """Those whose school has done the phase by now, or need not, and questions that were answered."""
    parts = {subject: subject.split("/") for subject in subjects}
    asked = {subject: UUID(said_[1]) for subject, said_ in parts.items() if said_[0] in {CASES, REOPENED}}
    phases = {subject: _key(said_) for subject, said_ in parts.items() if said_[0] not in _ASKED and said_[5] != OFFICE}
    waiting, done = _waiting(session, set(asked.values())), _done(session, {key[1] for key in phases.values()})
    return frozenset(
        subject
        for subject in subjects
        if phases.get(subject) in done or (subject in asked and asked[subject] not in waiting)
    )


def _waiting(session: Session, campaign_ids: Collection[UUID]) -> set[UUID]:
    """The campaigns in which pupils without an id wait for a decision."""
    if not campaign_ids:
        return set()
    query = select(PupilCase.campaign_id).where(
        PupilCase.campaign_id.in_(campaign_ids), PupilCase.state == CaseState.REPORTED.value
    )
    return set(session.scalars(query.distinct()))


def _done(session: Session, school_ids: Collection[UUID]) -> set[tuple[Any, ...]]:
    if not school_ids:
        return set()
    query = select(CampaignPhase.campaign_id, CampaignPhase.school_id, CampaignPhase.step, CampaignPhase.cohort).where(
        CampaignPhase.school_id.in_(school_ids),
        CampaignPhase.state.in_((PhaseState.DONE.value, PhaseState.EXCEPTED.value)),
    )
    return {tuple(row) for row in session.execute(query)}


def _key(parts: Sequence[str]) -> tuple[UUID, UUID, str, str]:
    _, step, cohort, _, campaign_id, school_id, *_ = parts
    return UUID(campaign_id), UUID(school_id), step, cohort
