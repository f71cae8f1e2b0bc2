"""Campaigns of an authority: policies by version, their schools and phases, moves of deadlines, progress."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Sequence, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.assessment import Term
from domain.campaigns.cases import CaseState
from domain.campaigns.phases import Cohort, Owner, Step
from domain.campaigns.states import CampaignDeed, CampaignState, DriftKind, PhaseEventKind, PhaseState
from storage.tables.base import Base, Key, Now, Text, one_of

# One number for every move of any deadline, whoever makes it: the larger one is the newer decision. The versions that
# class-terms counted for themselves before there were campaigns are far below.
DEADLINE_VERSIONS = Sequence("deadline_versions", start=1000, metadata=Base.metadata)


class PolicyRow(Base):
    """A plan of phases. Shipped ones belong to no authority and are never changed, only copied."""

    __tablename__ = "policies"

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    authority_id: Mapped[UUID | None] = mapped_column(ForeignKey("managing_authorities.id"))
    created_at: Mapped[Now]


class PolicyVersion(Base):
    """The phases of a policy as of one edit. Insert only: a trigger refuses UPDATE and DELETE."""

    __tablename__ = "policy_versions"

    policy_id: Mapped[UUID] = mapped_column(ForeignKey("policies.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    phases: Mapped[list[dict[str, object]]] = mapped_column(JSONB, comment="domain.campaigns.phases.Phase, each")
    source: Mapped[str]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), comment="none: came with hocba")
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("reasons.id"))
    created_at: Mapped[Now]


class Campaign(Base):
    """One year and grade of a city, under one version of a policy."""

    __tablename__ = "campaigns"
    __table_args__ = (
        UniqueConstraint("school_year", "grade"),
        one_of("state", CampaignState),
        CheckConstraint("grade BETWEEN 1 AND 12", name="grade_known"),
    )

    id: Mapped[Key]
    school_year: Mapped[str] = mapped_column(ForeignKey("school_years.code"))
    grade: Mapped[int]
    authority_id: Mapped[UUID] = mapped_column(ForeignKey("managing_authorities.id"))
    policy_id: Mapped[UUID] = mapped_column(ForeignKey("policies.id"))
    policy_version: Mapped[int]
    base_version: Mapped[int] = mapped_column(
        BigInteger, comment="of the deadlines that the policy sets; moves of deadlines after it count"
    )
    state: Mapped[str] = mapped_column(server_default=CampaignState.OPEN.value)
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[Now]
    closed_at: Mapped[datetime | None]


class CampaignEvent(Base):
    """What an office did to a campaign, by whom and why. Insert only; a command does a thing once."""

    __tablename__ = "campaign_events"
    __table_args__ = (
        one_of("deed", CampaignDeed),
        UniqueConstraint("command_id", "deed"),
        CheckConstraint("deed <> 'policy' OR num_nonnulls(policy_id, policy_version) = 2", name="policy_said"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    command_id: Mapped[UUID] = mapped_column(comment="of an opening: the campaign")
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id"), index=True)
    deed: Mapped[str]
    policy_id: Mapped[UUID | None] = mapped_column(ForeignKey("policies.id"))
    policy_version: Mapped[int | None]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("reasons.id"))
    happened_at: Mapped[Now]


class CampaignSchool(Base):
    """A school in a campaign: its data review, and what was found at the last look."""

    __tablename__ = "campaign_schools"

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"), primary_key=True, index=True)
    joined_at: Mapped[Now]
    deadline_version: Mapped[int] = mapped_column(
        BigInteger, server_default="0", comment="newest that its workflow knows"
    )
    gaps: Mapped[dict[str, int]] = mapped_column(
        JSONB, server_default="{}", comment="by code of domain.campaigns.gaps.GapKind"
    )
    gaps_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None] = mapped_column(comment="of the data review, by the head of the school")
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    trained_on: Mapped[date | None]
    trained_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), comment="who noted it")
    connected_at: Mapped[datetime | None] = mapped_column(comment="last successful test of the city store")


class CampaignPhase(Base):
    """One phase at one school: its deadline and where it stands, as its workflow says."""

    __tablename__ = "campaign_phases"
    __table_args__ = (one_of("step", Step), one_of("cohort", Cohort), one_of("state", PhaseState))

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"), primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    cohort: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(BigInteger, comment="of the deadline")
    state: Mapped[str] = mapped_column(server_default=PhaseState.OPEN.value)
    since: Mapped[Now]


class PhaseEvent(Base):
    """What happened to a phase: an alarm once for each version of its deadline and recipient, the rest each time.

    Insert only.
    """

    __tablename__ = "phase_events"
    __table_args__ = (
        one_of("kind", PhaseEventKind),
        one_of("recipient", Owner),
        Index(
            "uq_phase_events_alarm", "campaign_id", "school_id", "step", "cohort", "version", "kind", "days",
            "recipient", unique=True, postgresql_where=text("kind IN ('reminder', 'overdue', 'escalation')"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id"))
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    step: Mapped[str]
    cohort: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    days: Mapped[int] = mapped_column(server_default="0", comment="workdays from the deadline")
    recipient: Mapped[str | None] = mapped_column(comment="who was told of an alarm")
    happened_at: Mapped[datetime]


class DeadlineDecision(Base):
    """A deadline of a campaign as somebody moved it: for all, an authority's schools or one school. Insert only but for
    how far it has spread.
    """

    __tablename__ = "deadline_decisions"
    __table_args__ = (
        one_of("step", Step),
        one_of("cohort", Cohort),
        CheckConstraint("num_nonnulls(authority_id, school_id) <= 1", name="one_scope"),
        Index("ix_deadline_decisions_campaign", "campaign_id", "version"),
    )

    version: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(unique=True, comment="the command that made it")
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id"))
    step: Mapped[str]
    cohort: Mapped[str]
    due_on: Mapped[date] = mapped_column(comment="the last day in time")
    authority_id: Mapped[UUID | None] = mapped_column(ForeignKey("managing_authorities.id"))
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"))
    decision_no: Mapped[str]
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("reasons.id"))
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[Now]
    concerned: Mapped[int] = mapped_column(server_default="0", comment="class-terms and schools that it is to reach")
    spread_at: Mapped[datetime | None] = mapped_column(comment="when the last of them was told")


class PupilCase(Base):
    """A pupil without a personal id: reported by the school, decided by the authority."""

    __tablename__ = "pupil_cases"
    __table_args__ = (one_of("state", CaseState), UniqueConstraint("campaign_id", "enrolment_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id"))
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"), index=True)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id"))
    state: Mapped[str] = mapped_column(server_default=CaseState.REPORTED.value)
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("reasons.id"), comment="why there is no id")
    reported_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    reported_at: Mapped[datetime]
    until: Mapped[date | None] = mapped_column(comment="of an exception: its last day")
    document: Mapped[Text] = mapped_column(comment="which other document stands for the id")
    decision_no: Mapped[Text]
    decision_reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("reasons.id"))
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]


class ClassProgress(Base):
    """How many records of a class-term have come at least so far, by cohort: written with every projected decision."""

    __tablename__ = "class_progress"
    __table_args__ = (
        one_of("cohort", Cohort),
        one_of("term", Term),
        Index("ix_class_progress_campaign", "school_year", "grade", "term"),
    )

    class_term_id: Mapped[UUID] = mapped_column(ForeignKey("class_terms.id"), primary_key=True)
    cohort: Mapped[str] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"), index=True)
    school_year: Mapped[str]
    grade: Mapped[int]
    term: Mapped[str]
    pupils: Mapped[int]
    held: Mapped[int] = mapped_column(server_default="0")
    submitted: Mapped[int] = mapped_column(server_default="0")
    reviewed: Mapped[int] = mapped_column(server_default="0")
    signed: Mapped[int] = mapped_column(server_default="0", comment="by the homeroom teacher, after all subjects")
    approved: Mapped[int] = mapped_column(server_default="0")
    issued: Mapped[int] = mapped_column(server_default="0")
    accepted: Mapped[int] = mapped_column(server_default="0", comment="by the city store")
    frozen: Mapped[int] = mapped_column(server_default="0")


class ProgressDay(Base):
    """How far a phase was at a school at the end of a day, in units of the phase (records; schools for the review)."""

    __tablename__ = "progress_days"
    __table_args__ = (
        one_of("step", Step),
        one_of("cohort", Cohort),
        Index("ix_progress_days_series", "campaign_id", "step", "cohort", "day"),
    )

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"), primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    cohort: Mapped[str] = mapped_column(primary_key=True)
    total: Mapped[int]
    done: Mapped[int]


class PhaseForecast(Base):
    """What the newest count lets one expect of a phase at a school; made each night."""

    __tablename__ = "phase_forecasts"

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"), primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    cohort: Mapped[str] = mapped_column(primary_key=True)
    made_on: Mapped[date]
    missing: Mapped[int] = mapped_column(comment="expected at the end of the due day")
    low: Mapped[int] = mapped_column(comment="of the 80 % interval")
    high: Mapped[int]
    chance: Mapped[float] = mapped_column(comment="that at least one is missing, 0 to 1")
    pace: Mapped[float] = mapped_column(comment="records per workday")
    mean: Mapped[float] = mapped_column(server_default="0", comment="of what is missing: to be added up over schools")
    finishes_on: Mapped[date | None] = mapped_column(comment="none: nothing moves")


class Holiday(Base):
    """A day on which offices are closed, or a Saturday or Sunday on which they work instead."""

    __tablename__ = "holidays"

    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str]
    is_workday: Mapped[bool] = mapped_column(server_default="false", comment="a make-up day")
    source: Mapped[str]


class Drift(Base):
    """Where a workflow and the database did not say the same, found at night; insert only."""

    __tablename__ = "drifts"
    __table_args__ = (one_of("kind", DriftKind), Index("ix_drifts_newest", "found_at"))

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[str]
    subject_id: Mapped[UUID] = mapped_column(comment="class-term or school")
    detail: Mapped[dict[str, object]] = mapped_column(JSONB, comment="numbers of both sides")
    is_repaired: Mapped[bool]
    found_at: Mapped[Now]
