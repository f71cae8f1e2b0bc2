"""One school of a campaign: what happened to its phases, what its data review found, where its classes stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.campaigns.gaps import GapKind
from domain.campaigns.phases import Cohort, Owner, Step
from domain.campaigns.states import PhaseEventKind
from domain.stages import STAGES, Stage
from storage.campaigns import running
from storage.campaigns.standings import View
from storage.tables import (
    CampaignSchool,
    ClassGroup,
    ClassProgress,
    ClassTermRow,
    ManagingAuthority,
    PhaseEvent,
    PhaseForecast,
    SchoolAuthority,
    Staff,
    TermRecord,
)


@dataclass(frozen=True)
class Review:
    """The data review at the last look, and the other marks of a school."""

    gaps: Mapping[GapKind, int]
    gaps_at: datetime | None
    confirmed_at: datetime | None
    confirmed_by: str
    trained_on: date | None
    connected_at: datetime | None


def review(session: Session, campaign_id: UUID, school_id: UUID) -> Review | None:
    """None for a school that does not take part."""
    query = (
        select(CampaignSchool, Staff.full_name)
        .outerjoin(Staff, Staff.id == CampaignSchool.confirmed_by)
        .where(CampaignSchool.campaign_id == campaign_id, CampaignSchool.school_id == school_id)
    )
    row = session.execute(query).first()
    if row is None:
        return None
    school, name = row
    gaps = {kind: school.gaps[kind.value] for kind in GapKind if school.gaps.get(kind.value)}
    return Review(gaps, school.gaps_at, school.confirmed_at, name or "", school.trained_on, school.connected_at)


@dataclass(frozen=True)
class Event:
    step: Step
    cohort: Cohort
    kind: PhaseEventKind
    days: int
    to: Owner | None  # of an alarm
    happened_at: datetime


def events(session: Session, campaign_id: UUID, school_id: UUID) -> list[Event]:
    """Newest first."""
    table = PhaseEvent
    query = (
        select(table.step, table.cohort, table.kind, table.days, table.recipient, table.happened_at)
        .where(table.campaign_id == campaign_id, table.school_id == school_id)
        .order_by(table.happened_at.desc(), table.id.desc())
    )
    return [
        Event(Step(step), Cohort(cohort), PhaseEventKind(kind), days, Owner(to) if to else None, at)
        for step, cohort, kind, days, to, at in session.execute(query)
    ]


def forecasts(session: Session, campaign_id: UUID, school_id: UUID) -> dict[tuple[str, str], PhaseForecast]:
    table = PhaseForecast
    query = select(table).where(table.campaign_id == campaign_id, table.school_id == school_id)
    return {(each.step, each.cohort): each for each in session.scalars(query)}


@dataclass(frozen=True)
class ClassLine:
    """A class-term and how many of its records have come at least so far."""

    class_term_id: UUID
    class_name: str
    term: Term
    pupils: int = 0
    held: int = 0
    submitted: int = 0
    reviewed: int = 0
    signed: int = 0
    approved: int = 0
    issued: int = 0
    accepted: int = 0


def classes(session: Session, view: View, school_id: UUID) -> list[ClassLine]:
    """The classes of the campaign's grade, the year's end first."""
    table = ClassProgress
    counts = [getattr(table, name) for name in list(ClassLine.__dataclass_fields__)[3:]]
    query = (
        select(ClassTermRow.id, ClassGroup.name, ClassTermRow.term, *counts)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .outerjoin(table, table.class_term_id == ClassTermRow.id)
        .where(
            ClassGroup.school_id == school_id,
            ClassGroup.school_year == view.campaign.school_year,
            ClassGroup.grade == view.campaign.grade,
        )
    )
    found: dict[UUID, ClassLine] = {}
    for class_term_id, name, term, *numbers in session.execute(query):
        known = found.get(class_term_id, ClassLine(class_term_id, name, Term(term)))
        before = list(vars(known).values())[3:]
        sums = [old + (new or 0) for old, new in zip(before, numbers, strict=True)]
        found[class_term_id] = ClassLine(class_term_id, name, Term(term), *sums)
    return sorted(found.values(), key=lambda each: (each.term is Term.HK1, len(each.class_name), each.class_name))


def unopened(session: Session, view: View, school_id: UUID) -> list[tuple[str, Term]]:
    """Classes whose book of a term that has begun is not there yet."""
    campaign, found = view.campaign, []
    for term in running.begun_terms(campaign.school_year, view.at):
        has_book = exists().where(ClassTermRow.class_id == ClassGroup.id, ClassTermRow.term == term.value)
        query = select(ClassGroup.name).where(
            ClassGroup.school_id == school_id,
            ClassGroup.school_year == campaign.school_year,
            ClassGroup.grade == campaign.grade,
            ~has_book,
        )
        found += [
            (name, term) for name in session.scalars(query.order_by(func.length(ClassGroup.name), ClassGroup.name))
        ]
    return found


@dataclass(frozen=True)
class Management:
    """Which authority managed a school from when to when."""

    name: str
    valid_from: date
    valid_to: date | None


def managements(session: Session, school_id: UUID) -> list[Management]:
    query = (
        select(ManagingAuthority.name, SchoolAuthority.valid_from, SchoolAuthority.valid_to)
        .join(ManagingAuthority, ManagingAuthority.id == SchoolAuthority.authority_id)
        .where(SchoolAuthority.school_id == school_id)
        .order_by(SchoolAuthority.valid_from)
    )
    return [Management(*row) for row in session.execute(query)]


@dataclass(frozen=True)
class ClassOf:
    """A class-term of a school, for the guard of its page."""

    class_term_id: UUID
    class_id: UUID
    class_name: str
    term: Term
    school_year: str
    due_at: datetime


def class_of(session: Session, school_id: UUID, class_term_id: UUID) -> ClassOf | None:
    query = (
        select(
            ClassTermRow.id, ClassGroup.id, ClassGroup.name, ClassTermRow.term, ClassGroup.school_year,
            ClassTermRow.due_at,
        )
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .where(ClassTermRow.id == class_term_id, ClassGroup.school_id == school_id)
    )  # fmt: skip
    row = session.execute(query).first()
    return ClassOf(row[0], row[1], row[2], Term(row[3]), row[4], row[5]) if row else None


def stages_of(session: Session, class_term_id: UUID) -> tuple[int, dict[Stage, int]]:
    """How many pupils a class-term has, and at which stages their records are, in the order of stages."""
    query = (
        select(TermRecord.stage, func.count())
        .where(TermRecord.class_term_id == class_term_id)
        .group_by(TermRecord.stage)
    )
    found = {Stage(stage): count for stage, count in session.execute(query)}
    return sum(found.values()), {stage: found[stage] for stage in STAGES if stage in found}
