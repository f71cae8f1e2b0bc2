"""The data review of a school (guide/domain.md 5.2): what is not whole yet, each gap by itself with its place."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import end_of_day
from domain.campaigns.cases import SETTLED
from domain.campaigns.gaps import NOT_ASKED, GapKind
from domain.curriculum import PRINCIPAL, SEAL
from domain.identity import Sex, check_personal_id, parse_sex
from domain.slot_marks import slot_name
from domain.submission.states import Approval
from storage import staffing
from storage.certificates import stands
from storage.entries import curriculum_of
from storage.submission import approvals
from storage.tables import (
    Campaign,
    CampaignSchool,
    CertificateRow,
    ClassGroup,
    Enrolment,
    PupilCase,
    PupilRow,
)

# What the national record asks for (guide/domain.md 6.3) and a profile may lack.
_REQUIRED = {
    "place_of_birth": "nơi sinh",
    "native_place": "quê quán",
    "current_address": "nơi ở hiện nay",
    "ethnicity": "dân tộc",
    "nationality": "quốc tịch",
}


@dataclass(frozen=True)
class Gap:
    """One thing that is not whole: where (a class, or ""), what, and of whom; `state` is that of a reported case."""

    kind: GapKind
    class_name: str
    what: str
    class_id: UUID | None = None
    enrolment_id: UUID | None = None
    staff_id: UUID | None = None
    case_state: str = ""
    is_settled: bool = False


@dataclass(frozen=True)
class Review:
    """A school's gaps; those that an authority has settled do not keep the head from confirming."""

    gaps: tuple[Gap, ...]

    @property
    def open(self) -> tuple[Gap, ...]:
        return tuple(gap for gap in self.gaps if not gap.is_settled)

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(gap.kind.value for gap in self.open))


def review(session: Session, campaign: Campaign, school_id: UUID, until: date | None, at: datetime) -> Review:
    """Look at one school now; `until` is the last day on which its people have to be able to sign."""
    classes = list(session.scalars(_classes(campaign, school_id)))
    if not classes:
        return Review(())
    found = [
        *_of_pupils(session, campaign, [group.id for group in classes]),
        *_of_slots(session, classes, end_of_day(until) if until else at, at),
        *_of_school(session, campaign.id, school_id, end_of_day(until) if until else at),
    ]
    return Review(tuple(sorted(found, key=lambda gap: (list(GapKind).index(gap.kind), gap.class_name))))


def keep(session: Session, campaign_id: UUID, school_id: UUID, found: Review, at: datetime) -> None:
    row = session.get_one(CampaignSchool, (campaign_id, school_id))
    row.gaps, row.gaps_at = found.counts, at


def _classes(campaign: Campaign, school_id: UUID) -> Select[ClassGroup]:
    return (
        select(ClassGroup)
        .where(
            ClassGroup.school_id == school_id,
            ClassGroup.school_year == campaign.school_year,
            ClassGroup.grade == campaign.grade,
        )
        .order_by(func.length(ClassGroup.name), ClassGroup.name)
    )


def _of_pupils(session: Session, campaign: Campaign, class_ids: Collection[UUID]) -> Iterator[Gap]:
    query = (
        select(ClassGroup.name, ClassGroup.id, Enrolment.id, PupilRow, PupilCase.state)
        .join(Enrolment, Enrolment.class_id == ClassGroup.id)
        .join(PupilRow, PupilRow.id == Enrolment.pupil_id)
        .outerjoin(PupilCase, and_(PupilCase.enrolment_id == Enrolment.id, PupilCase.campaign_id == campaign.id))
        .where(ClassGroup.id.in_(class_ids), Enrolment.left_on.is_(None))
        .order_by(ClassGroup.name, Enrolment.order_no)
    )
    for class_name, class_id, enrolment_id, pupil, case_state in session.execute(query):
        for kind, what in _of_pupil(pupil):
            is_case = kind is GapKind.NO_PERSONAL_ID
            yield Gap(
                kind, class_name, what, class_id, enrolment_id,
                case_state=(case_state or "") if is_case else "",
                is_settled=is_case and case_state in SETTLED,
            )  # fmt: skip


def _of_pupil(pupil: PupilRow) -> Iterator[tuple[GapKind, str]]:
    who = f"{pupil.full_name} ({pupil.pupil_code})"
    if not pupil.personal_id:
        yield GapKind.NO_PERSONAL_ID, who
    else:
        sex: Sex = parse_sex(pupil.sex)
        for finding in check_personal_id(pupil.personal_id, sex, pupil.birth_date):
            yield GapKind.DOUBTFUL_PERSONAL_ID, f"{who}: {finding.message}"
    missing = [label for name, label in _REQUIRED.items() if not getattr(pupil, name)]
    if missing:
        yield GapKind.PROFILE, f"{who}: thiếu {', '.join(missing)}"


def _of_slots(session: Session, classes: Iterable[ClassGroup], until: datetime, at: datetime) -> Iterator[Gap]:
    """Slots that nobody fills, and people who cannot sign until the end; each person once."""
    groups = {group.id: group for group in classes}
    holders = staffing.by_class_and_slot(staffing.holders(session, at, ClassGroup.id.in_(groups)))
    for group in groups.values():
        curriculum = curriculum_of(group, Term.YEAR_END)
        for slot in (*curriculum.slots, PRINCIPAL, SEAL):
            if (group.id, slot) not in holders:
                yield Gap(GapKind.UNASSIGNED, group.name, slot_name(curriculum, slot), group.id)
    people = {each.staff_id: each.full_name for found in holders.values() for each in found if each.slot != SEAL}
    able = _able(session, people, until)
    for staff_id, name in people.items():
        if staff_id not in able:
            yield Gap(GapKind.NO_CERTIFICATE, "", name, staff_id=staff_id)


def _able(session: Session, staff_ids: Collection[UUID], until: datetime) -> set[UUID]:
    query = select(CertificateRow.staff_id).where(
        CertificateRow.staff_id.in_(staff_ids), stands(until), CertificateRow.not_after >= until
    )
    return {each for each in session.scalars(query) if each is not None}


def _of_school(session: Session, campaign_id: UUID, school_id: UUID, until: datetime) -> Iterator[Gap]:
    theirs = select(CertificateRow).where(
        CertificateRow.school_id == school_id, CertificateRow.state == "valid", CertificateRow.not_after >= until
    )
    certificates = session.scalars(theirs).all()
    if not certificates:
        yield Gap(GapKind.NO_SCHOOL_CERTIFICATE, "", "")
    else:
        states = [approvals.newest(session, each.id) for each in certificates]
        if Approval.APPROVED not in states:
            yield Gap(GapKind.UNAPPROVED_CERTIFICATE, "", next((each.label for each in states if each), NOT_ASKED))
    member = session.get(CampaignSchool, (campaign_id, school_id))
    if member is None or member.connected_at is None:
        yield Gap(GapKind.NOT_CONNECTED, "", "")
