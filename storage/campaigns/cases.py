"""Pupils without a personal id: reported by the school, decided by its managing authority; each step once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.campaigns.cases import DECISIONS, SETTLED, CaseState
from domain.errors import Conflict, Invalid, NotFound
from storage.campaigns import authorities, letters
from storage.tables import Campaign, CampaignSchool, ClassGroup, Enrolment, PupilCase, PupilRow

LONGEST: Final = 60


@dataclass(frozen=True)
class Report:
    """Pupils (enrolments by case id) that the school has no personal id of, and why."""

    campaign_id: UUID
    school_id: UUID
    enrolments: Mapping[UUID, UUID]
    reason_id: UUID
    reported_by: UUID


@dataclass(frozen=True)
class Ruling:
    """What an authority decides; `until` is the last day of an exception, `document` what stands for the id."""

    case_id: UUID
    state: CaseState
    decided_by: UUID
    reason_id: UUID
    decision_no: str
    until: date | None = None
    document: str = ""


def report(session: Session, found: Report, at: datetime) -> None:
    """Report these pupils; one that the authority gave back is reported anew, any other changes nothing.

    Raises NotFound for a pupil of another school, Conflict for one who has a personal id.
    """
    pupils = _pupils(session, found)
    for case_id, enrolment_id in found.enrolments.items():
        if enrolment_id not in pupils:
            raise NotFound("Không tìm thấy học sinh này.")
        if pupils[enrolment_id]:
            raise Conflict("Học sinh này đã có số định danh, không cần báo.")
        known = session.scalars(
            select(PupilCase).where(PupilCase.campaign_id == found.campaign_id, PupilCase.enrolment_id == enrolment_id)
        ).first()
        if known is None:
            session.add(_case(found, case_id, enrolment_id, at))
        elif known.state == CaseState.RETURNED:
            known.state, known.reason_id = CaseState.REPORTED.value, found.reason_id
            known.reported_by, known.reported_at = found.reported_by, at
    session.flush()
    letters.cases_reported(session, found.campaign_id, found.school_id, at)


def _pupils(session: Session, found: Report) -> dict[UUID, str]:
    """Personal ids by enrolment, of the school's own pupils of the campaign."""
    campaign = session.get_one(Campaign, found.campaign_id)
    query = (
        select(Enrolment.id, PupilRow.personal_id)
        .join(PupilRow, PupilRow.id == Enrolment.pupil_id)
        .join(ClassGroup, ClassGroup.id == Enrolment.class_id)
        .where(
            Enrolment.id.in_(found.enrolments.values()),
            ClassGroup.school_id == found.school_id,
            ClassGroup.school_year == campaign.school_year,
            ClassGroup.grade == campaign.grade,
        )
    )
    return dict(session.execute(query).all())


def _case(found: Report, case_id: UUID, enrolment_id: UUID, at: datetime) -> PupilCase:
    return PupilCase(
        id=case_id,
        campaign_id=found.campaign_id,
        school_id=found.school_id,
        enrolment_id=enrolment_id,
        reason_id=found.reason_id,
        reported_by=found.reported_by,
        reported_at=at,
    )


def decide(session: Session, ruling: Ruling, at: datetime) -> None:
    """Keep a ruling; the same again changes nothing, a later one replaces it.

    One under which the pupil needs an id again takes back what the head has confirmed.
    Raises Invalid without number, last day or document where the ruling needs one, NotFound for no such case.
    """
    row = session.get(PupilCase, ruling.case_id, with_for_update=True)
    if row is None:
        raise NotFound("Không tìm thấy trường hợp này.")
    if row.state == CaseState.CLOSED:
        raise Conflict("Học sinh này đã có số định danh.")
    _check(ruling, day_of(at))
    if CaseState(row.state) in SETTLED and ruling.state not in SETTLED:
        _unconfirm(session, row)
    row.state, row.until, row.document = ruling.state.value, ruling.until, ruling.document
    row.decision_no, row.decision_reason_id = ruling.decision_no, ruling.reason_id
    row.decided_by, row.decided_at = ruling.decided_by, at
    session.flush()
    letters.case_ruled(session, row, at)


def _check(ruling: Ruling, today: date) -> None:
    if ruling.state not in DECISIONS:
        raise Invalid("Hãy chọn một cách giải quyết.")
    if ruling.state is not CaseState.RETURNED and not 0 < len(ruling.decision_no) <= LONGEST:
        raise Invalid("Hãy ghi số quyết định hoặc công văn (tối đa 60 ký tự).")
    if ruling.state is CaseState.EXCEPTED and (ruling.until is None or ruling.until < today):
        raise Invalid("Hãy chọn ngày cuối cùng của thời hạn miễn trừ, từ hôm nay trở đi.")
    if ruling.state is CaseState.OTHER_DOCUMENT and not ruling.document.strip():
        raise Invalid("Hãy ghi giấy tờ dùng thay số định danh.")


def end_exception(session: Session, case_id: UUID, at: datetime) -> bool:
    """Once its last day is over the case is open again; False if it was decided anew meanwhile."""
    row = session.get(PupilCase, case_id, with_for_update=True)
    if row is None or row.state != CaseState.EXCEPTED or row.until is None or row.until >= day_of(at):
        return False
    row.state = CaseState.REPORTED.value
    _unconfirm(session, row)
    session.flush()
    letters.case_reopened(session, row, at)
    return True


def _unconfirm(session: Session, row: PupilCase) -> None:
    """What the head confirmed was whole under a ruling that holds no more."""
    member = session.get_one(CampaignSchool, (row.campaign_id, row.school_id), with_for_update=True)
    member.confirmed_at = member.confirmed_by = None


def close_solved(session: Session, campaign_id: UUID) -> int:
    """Close the cases of pupils who have an id by now; returns how many."""
    solved = (
        select(PupilCase)
        .join(Enrolment, Enrolment.id == PupilCase.enrolment_id)
        .join(PupilRow, PupilRow.id == Enrolment.pupil_id)
        .where(PupilCase.campaign_id == campaign_id, PupilCase.state != CaseState.CLOSED, PupilRow.personal_id != "")
    )
    rows = session.scalars(solved).all()
    for row in rows:
        row.state = CaseState.CLOSED.value
    session.flush()
    return len(rows)


def exists_for(session: Session, authority_id: UUID, case_ids: Iterable[UUID], day: date) -> bool:
    """Whether all of them are of schools that the authority manages."""
    wanted = set(case_ids)
    query = select(PupilCase.id).where(
        PupilCase.id.in_(wanted), PupilCase.school_id.in_(authorities.schools_under(authority_id, day))
    )
    return set(session.scalars(query)) == wanted
