"""How each phase of a campaign stands at each school of an authority: one reading behind the pages of the office."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CTE, BigInteger, ColumnElement, and_, case, cast, func, literal, select, tuple_
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Session

from domain.calendar import day_of, end_of_day
from domain.campaigns.measures import AT_RISK, MEASURES
from domain.campaigns.phases import Cohort
from domain.campaigns.states import PhaseState
from storage.campaigns.authorities import in_force, schools_under, under
from storage.campaigns.counted import COUNTS, Unopened, counted, unopened
from storage.tables import (
    Campaign,
    CampaignPhase,
    CampaignSchool,
    ManagingAuthority,
    PhaseForecast,
    ProgressDay,
    School,
    SchoolAuthority,
)


@dataclass(frozen=True)
class View:
    """Whose schools, of which campaign, under the authorities of which day, as of which moment.

    `by_commune`: an office that manages its schools itself sees them by the communes in which they lie.
    """

    campaign: Campaign
    authority_id: UUID
    day: date
    at: datetime
    by_commune: bool = False
    counted_on: date | None = None  # the last day before today whose end was counted
    without_book: Sequence[Unopened] = ()

    @property
    def counted_until(self) -> datetime | None:
        return end_of_day(self.counted_on) if self.counted_on else None


def view_of(session: Session, campaign: Campaign, authority_id: UUID, day: date, at: datetime) -> View:
    managing = (
        select(SchoolAuthority.authority_id)
        .where(SchoolAuthority.authority_id.in_(under(authority_id)), in_force(SchoolAuthority, day))
        .distinct()
        .limit(2)
    )
    newest = select(func.max(ProgressDay.day)).where(
        ProgressDay.campaign_id == campaign.id, ProgressDay.day < day_of(at)
    )
    itself = list(session.scalars(managing)) == [authority_id]
    return View(campaign, authority_id, day, at, itself, session.scalar(newest), unopened(session, campaign))


def managed(view: View) -> CTE:
    """The campaign's schools that the authority manages: `school_id`, `ward` (its key) and `ward_name`."""
    key = School.commune if view.by_commune else cast(ManagingAuthority.id, SqlText)
    name = School.commune if view.by_commune else ManagingAuthority.name
    return (
        select(School.id.label("school_id"), School.name, School.code, key.label("ward"), name.label("ward_name"))
        .join(SchoolAuthority, SchoolAuthority.school_id == School.id)
        .join(ManagingAuthority, ManagingAuthority.id == SchoolAuthority.authority_id)
        .join(CampaignSchool, CampaignSchool.school_id == School.id)
        .where(
            CampaignSchool.campaign_id == view.campaign.id,
            SchoolAuthority.authority_id.in_(under(view.authority_id)),
            in_force(SchoolAuthority, view.day),
            *_still(view),
        )
        .cte("managed")
    )


def _still(view: View) -> tuple[ColumnElement[bool], ...]:
    """The authorities of another day are shown as they were; whoever has lost a school since sees it no more."""
    today = day_of(view.at)
    return () if view.day == today else (School.id.in_(schools_under(view.authority_id, today)),)


def counts(campaign: Campaign, without_book: Sequence[Unopened]) -> CTE:
    """What is counted of the classes by school, term and cohort; of `all` both cohorts together."""
    found = counted(campaign, without_book).c
    cohort = func.coalesce(found.cohort, Cohort.ALL.value).label("cohort")
    sums = [func.sum(found[name]).label(name) for name in ("pupils", *COUNTS)]
    each, both = tuple_(found.school_id, found.term, found.cohort), tuple_(found.school_id, found.term)
    return select(found.school_id, found.term, cohort, *sums).group_by(func.grouping_sets(each, both)).cte("counts")


def standings(view: View, step: str = "", school_id: UUID | None = None) -> CTE:
    """Every phase at every school, or of one step, or at one school; its deadline is its first late instant."""
    schools, counted, phase = managed(view), counts(view.campaign, view.without_book), CampaignPhase
    query = (
        select(
            *schools.c, phase.step, phase.cohort, phase.due_at, phase.state, phase.since,
            _total(counted).label("total"), _done(counted).label("done"),
            func.coalesce(PhaseForecast.missing, 0).label("expected"),
            func.coalesce(PhaseForecast.mean, 0.0).label("mean"),
            func.coalesce(PhaseForecast.chance, 0.0).label("chance"),
            ProgressDay.total.label("was_total"), ProgressDay.done.label("was_done"),
        )
        .join(schools, schools.c.school_id == phase.school_id)
        .join(CampaignSchool, _same_school(CampaignSchool))
        .outerjoin(counted, and_(
            counted.c.school_id == phase.school_id, counted.c.cohort == phase.cohort, counted.c.term == _TERM,
        ))
        .outerjoin(PhaseForecast, _same_phase(PhaseForecast))
        .outerjoin(ProgressDay, and_(_same_phase(ProgressDay), ProgressDay.day == view.counted_on))
        .where(phase.campaign_id == view.campaign.id)
    )  # fmt: skip
    if step:
        query = query.where(phase.step == step)
    if school_id:
        query = query.where(phase.school_id == school_id)
    return _judged(view, query.cte("counted_phases"))


def _judged(view: View, base: CTE) -> CTE:
    """Excepted and done are no lateness; done late is done."""
    is_done = case((base.c.total > 0, base.c.done >= base.c.total), else_=base.c.state == PhaseState.DONE.value)
    first = select(*base.c, is_done.label("is_done")).subquery()
    is_open = ~first.c.is_done & (first.c.state != PhaseState.EXCEPTED.value)
    is_past = first.c.due_at <= view.at
    fell = is_past & (first.c.due_at > view.counted_until) if view.counted_until else literal(value=False)
    return select(
        *first.c,
        (~first.c.is_done & (first.c.state == PhaseState.EXCEPTED.value)).label("is_excepted"),
        (is_open & is_past).label("is_late"),
        (is_open & ~is_past & (first.c.chance >= AT_RISK)).label("is_at_risk"),
        (first.c.is_done & (first.c.was_done < first.c.was_total)).label("finished"),
        (is_open & fell).label("fell_late"),
        func.coalesce(func.greatest(first.c.done - first.c.was_done, 0), 0).label("moved"),
    ).cte("standings")


def tally_columns(table: CTE) -> tuple[ColumnElement[Any], ...]:
    """What a `Tally` is made of, in its order."""
    found = table.c
    return (
        func.count(),
        func.count().filter(found.is_done),
        func.count().filter(found.is_excepted),
        func.count().filter(found.is_late),
        func.count().filter(found.is_at_risk),
        cast(func.sum(found.total), BigInteger),
        cast(func.sum(found.done), BigInteger),
        cast(func.round(func.coalesce(func.sum(found.mean).filter(found.is_at_risk), 0.0)), BigInteger),
        func.count().filter(found.finished),
        func.count().filter(found.fell_late),
        cast(func.sum(found.moved), BigInteger),
    )


_TERM: Final = case(
    {step.value: measure.term.value for step, measure in MEASURES.items() if measure.term}, value=CampaignPhase.step
)


def _total(counted: CTE) -> ColumnElement[int]:
    records = {step.value: func.coalesce(counted.c.pupils, 0) for step, each in MEASURES.items() if each.count}
    schools = {step.value: literal(1) for step, each in MEASURES.items() if each.school}
    return case(records | schools, value=CampaignPhase.step, else_=0)


def _done(counted: CTE) -> ColumnElement[int]:
    records = {step.value: func.coalesce(counted.c[each.count], 0) for step, each in MEASURES.items() if each.count}
    marks = {step.value: getattr(CampaignSchool, each.school) for step, each in MEASURES.items() if each.school}
    whole = CampaignPhase.state != PhaseState.EXCEPTED.value  # a review that an exception helped to its end
    schools = {step: case((mark.is_not(None) & whole, 1), else_=0) for step, mark in marks.items()}
    return case(records | schools, value=CampaignPhase.step, else_=0)


def _same_school(table: type[CampaignSchool] | type[PhaseForecast] | type[ProgressDay]) -> ColumnElement[bool]:
    phase = CampaignPhase
    return and_(table.campaign_id == phase.campaign_id, table.school_id == phase.school_id)


def _same_phase(table: type[PhaseForecast] | type[ProgressDay]) -> ColumnElement[bool]:
    phase = CampaignPhase
    return and_(_same_school(table), table.step == phase.step, table.cohort == phase.cohort)
