"""Which deadline holds for a school: the policy's, or the newest decision that concerns it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import SchoolYear, day_of
from domain.campaigns.phases import SCHOOL_STEPS, Cohort, Due, Phase, Step, from_json
from storage.campaigns.authorities import schools_under
from storage.tables import DEADLINE_VERSIONS, Campaign, CampaignSchool, DeadlineDecision, PolicyVersion

# By which phase the book of a term is late; the first one that the policy has.
STEPS_OF_TERM: Final[Mapping[Term, tuple[Step, ...]]] = {
    Term.HK1: (Step.CLOSE_HK1,),
    Term.YEAR_END: (Step.ISSUE, Step.CLOSE_YEAR),
}
TERM_OF_STEP: Final = {step: term for term, steps in STEPS_OF_TERM.items() for step in steps}


@dataclass(frozen=True)
class SchoolDues:
    school_id: UUID
    dues: tuple[Due, ...]

    def of(self, step: Step, cohort: Cohort = Cohort.COMPLETED) -> Due | None:
        """The deadline of a group of pupils, or the one for everybody."""
        own = {each.cohort: each for each in self.dues if each.step is step}
        return own.get(cohort) or own.get(Cohort.ALL)

    def of_term(self, term: Term) -> Due | None:
        """The deadline of the book of a term: that of the pupils who completed the year in time."""
        return next((due for step in STEPS_OF_TERM[term] if (due := self.of(step))), None)

    @property
    def last_signing(self) -> date | None:
        """The last day on which somebody of the school still has to be able to sign."""
        signing = (Step.ENTRY_SIGNING, Step.ISSUE, Step.SUBMISSION)
        return max((each.on for each in self.dues if each.step in signing), default=None)


def next_version(session: Session) -> int:
    """A number above that of every move of any deadline before."""
    return int(session.scalars(select(func.nextval(DEADLINE_VERSIONS.name))).one())


def phases_of(session: Session, campaign: Campaign) -> tuple[Phase, ...]:
    stored = session.get_one(PolicyVersion, (campaign.policy_id, campaign.policy_version))
    return tuple(from_json(each) for each in stored.phases)


def of_schools(session: Session, campaign: Campaign, school_ids: Collection[UUID] | None = None) -> list[SchoolDues]:
    """The deadlines of the campaign's schools, or of some of them, in the order of their ids.

    What the office owes itself is no school's.
    """
    query = select(CampaignSchool.school_id).where(CampaignSchool.campaign_id == campaign.id)
    schools = list(session.scalars(query.order_by(CampaignSchool.school_id)))
    year = SchoolYear.parse(campaign.school_year)
    base = {
        phase.key: Due(*phase.key, phase.due(year), campaign.base_version)
        for phase in phases_of(session, campaign)
        if phase.step in SCHOOL_STEPS
    }
    moves = [(decision, _scope(session, decision)) for decision in _decisions(session, campaign)]
    wanted = schools if school_ids is None else [each for each in schools if each in set(school_ids)]
    return [SchoolDues(each, _dues(base, moves, each)) for each in wanted]


def _decisions(session: Session, campaign: Campaign) -> Iterable[DeadlineDecision]:
    query = select(DeadlineDecision).where(
        DeadlineDecision.campaign_id == campaign.id, DeadlineDecision.version > campaign.base_version
    )
    return session.scalars(query.order_by(DeadlineDecision.version)).all()


def _scope(session: Session, decision: DeadlineDecision) -> frozenset[UUID] | None:
    """The schools that a decision was made for: those managed on the day of the decision. None: all."""
    if decision.school_id is not None:
        return frozenset({decision.school_id})
    if decision.authority_id is None:
        return None
    return frozenset(session.scalars(schools_under(decision.authority_id, day_of(decision.decided_at))))


def _dues(
    base: Mapping[tuple[Step, Cohort], Due],
    moves: Iterable[tuple[DeadlineDecision, frozenset[UUID] | None]],
    school_id: UUID,
) -> tuple[Due, ...]:
    dues = dict(base)
    for decision, scope in moves:
        key = Step(decision.step), Cohort(decision.cohort)
        if key in dues and (scope is None or school_id in scope):
            dues[key] = Due(*key, decision.due_on, decision.version)
    return tuple(sorted(dues.values(), key=lambda due: (due.on, list(Step).index(due.step))))


def concerned(session: Session, decision: DeadlineDecision) -> set[UUID]:
    """The campaign's schools that a decision is for."""
    joined = select(CampaignSchool.school_id).where(CampaignSchool.campaign_id == decision.campaign_id)
    schools, scope = set(session.scalars(joined)), _scope(session, decision)
    return schools if scope is None else schools & scope
