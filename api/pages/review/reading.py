"""What the pages of a school's data review show: the gaps that its person may see, by kind, and the phases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.campaigns.gaps import ASKED_BY, CLOSED_BY, WHOLE, GapKind
from domain.campaigns.phases import Cohort, Step
from domain.campaigns.states import PhaseState
from domain.curriculum import HOMEROOM
from domain.duties import OFFICES, Duty
from storage import staffing
from storage.campaigns import dues, gaps, measuring, running, single_cases
from storage.campaigns.gaps import Gap
from storage.campaigns.measuring import NOTHING, Measure
from storage.campaigns.single_cases import CaseLine
from storage.staffing import Person
from storage.tables import Campaign, CampaignPhase, CampaignSchool

OF_PUPILS: Final = frozenset({GapKind.NO_PERSONAL_ID, GapKind.DOUBTFUL_PERSONAL_ID, GapKind.PROFILE})
# Where each kind is put right.
PATHS: Final = {
    GapKind.NO_PERSONAL_ID: "/nhap-du-lieu",
    GapKind.DOUBTFUL_PERSONAL_ID: "/nhap-du-lieu",
    GapKind.PROFILE: "/nhap-du-lieu",
    GapKind.UNASSIGNED: "/phan-cong",
    GapKind.NO_CERTIFICATE: "/chung-thu-so",
    GapKind.NO_SCHOOL_CERTIFICATE: "/chung-thu-so",
    GapKind.UNAPPROVED_CERTIFICATE: "/nop",
    GapKind.NOT_CONNECTED: "/nop",
}


@dataclass(frozen=True)
class Group:
    """The gaps of one kind, who can close them, and who asks whoever can; `path` is "" for everybody else."""

    kind: GapKind
    closed_by: tuple[Duty, ...]
    asked_by: tuple[Duty, ...]
    gaps: Sequence[Gap]
    path: str

    @property
    def open(self) -> int:
        return sum(not gap.is_settled for gap in self.gaps)


@dataclass(frozen=True)
class PhaseLine:
    step: Step
    cohort: Cohort
    due_at: datetime
    state: PhaseState
    measure: Measure

    def is_late(self, now: datetime) -> bool:
        """By the clock; what is done or excepted is late no more."""
        return now >= self.due_at and self.state not in {PhaseState.DONE, PhaseState.EXCEPTED}


@dataclass(frozen=True)
class Reviewed:
    """A school's review as its person sees it."""

    campaign: Campaign
    member: CampaignSchool
    groups: Sequence[Group]
    cases: Sequence[CaseLine]
    phases: Sequence[PhaseLine]
    all_open: int

    @property
    def open(self) -> int:
        return sum(group.open for group in self.groups)

    @property
    def whole(self) -> list[str]:
        """What nothing is missing of; nobody approves a certificate that is not there."""
        missing = {group.kind for group in self.groups if group.gaps}
        if GapKind.NO_SCHOOL_CERTIFICATE in missing:
            missing.add(GapKind.UNAPPROVED_CERTIFICATE)
        return [WHOLE[group.kind] for group in self.groups if group.kind not in missing]


def read(session: Session, person: Person, campaign: Campaign, at: datetime) -> Reviewed:
    """Offices see all of their school; homeroom teachers their own pupils."""
    school_id = person.school_id
    until = next((each.last_signing for each in dues.of_schools(session, campaign, [school_id])), None)
    found = gaps.review(session, campaign, school_id, until, at)
    own = None if person.duties & OFFICES else _own_classes(session, person, at)
    seen = [gap for gap in found.gaps if own is None or (gap.class_id in own and gap.kind in OF_PUPILS)]
    lines = single_cases.of_school(session, campaign.id, school_id) if own is None else []
    return Reviewed(
        campaign,
        session.get_one(CampaignSchool, (campaign.id, school_id)),
        [_group(kind, seen, person) for kind in GapKind if own is None or kind in OF_PUPILS],
        lines,
        phase_lines(session, campaign, school_id),
        len(found.open),
    )


def _own_classes(session: Session, person: Person, at: datetime) -> set[UUID]:
    slots = staffing.own_slots(session, person.staff_id, at)
    return {class_id for class_id, mine in slots.items() if HOMEROOM in mine}


def _group(kind: GapKind, seen: Sequence[Gap], person: Person) -> Group:
    asked_by = ASKED_BY.get(kind, ())
    mine = person.duties & {*CLOSED_BY[kind], *asked_by}
    # The list of pupils is entered by offices; a homeroom teacher gathers what is missing.
    path = PATHS[kind] if mine & OFFICES else ""
    return Group(kind, CLOSED_BY[kind], asked_by, [gap for gap in seen if gap.kind is kind], path)


def phase_lines(session: Session, campaign: Campaign, school_id: UUID) -> list[PhaseLine]:
    counted = measuring.measures(session, campaign, [school_id])
    query = select(CampaignPhase).where(CampaignPhase.campaign_id == campaign.id, CampaignPhase.school_id == school_id)
    lines = [
        PhaseLine(
            Step(row.step), Cohort(row.cohort), row.due_at, PhaseState(row.state),
            counted.get((school_id, Step(row.step), Cohort(row.cohort)), NOTHING),
        )
        for row in session.scalars(query)
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (line.due_at, list(Step).index(line.step)))


def chosen(session: Session, person: Person, asked: str) -> tuple[Campaign | None, list[Campaign]]:
    """The campaign that an address names, else the first of the school's; and all of them."""
    every = running.campaigns_of(session, person.school_id)
    named = next((each for each in every if str(each.id) == asked), None)
    return named or next(iter(every), None), every
