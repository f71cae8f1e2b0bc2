"""What a school asks of its authority and what the authority answers: each side is told that the other has acted.

An authority gets one notice a day of each kind, however many schools ask.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.calendar import SchoolYear, day_of
from domain.campaigns.phases import SCHOOL_STEPS
from domain.campaigns.states import CampaignState
from domain.duties import Duty
from domain.submission.states import Approval
from storage import journal
from storage.campaigns import dues, officers, policies
from storage.campaigns.notices import CASES, CERTIFICATES, REOPENED, REPORT, REPORT_OVER, RULED
from storage.staffing import in_force
from storage.tables import Campaign, CertificateApproval, Position, PupilCase

_LEADERS: Final = (Duty.PRINCIPAL, Duty.ADMIN)
_SEALERS: Final = (*_LEADERS, Duty.CLERK)


def certificate_step(session: Session, school_id: UUID, step: CertificateApproval, at: datetime) -> None:
    """A certificate was put before the authority, or the authority has decided about it."""
    if step.state == Approval.ASKED.value:
        _tell(session, f"{CERTIFICATES}/{day_of(at)}", _of_authority(session, school_id, at))
        return
    about = f"{step.certificate_id}/{step.state}-{step.id}/{day_of(at)}"
    people = _of_school(session, school_id, _SEALERS, at)
    journal.add_notices(session, None, "certificate", [(each, about) for each in people], None)


def cases_reported(session: Session, campaign_id: UUID, school_id: UUID, at: datetime) -> None:
    _tell(session, f"{CASES}/{campaign_id}/{day_of(at)}", _of_authority(session, school_id, at))


def case_ruled(session: Session, case: PupilCase, at: datetime) -> None:
    about = f"{RULED}/{case.campaign_id}/{case.id}-{at.isoformat()}"
    _tell(session, about, _of_school(session, case.school_id, _LEADERS, at))


def case_reopened(session: Session, case: PupilCase, at: datetime) -> None:
    """An exception is over and the id is still missing: both sides have something to do."""
    about = f"{REOPENED}/{case.campaign_id}/{case.id}-{day_of(at)}"
    _tell(session, about, _of_school(session, case.school_id, _LEADERS, at))
    cases_reported(session, case.campaign_id, case.school_id, at)


def own_deadlines(session: Session, campaign: Campaign, at: datetime) -> None:
    """The office that runs a campaign is told of what it owes itself, its reports to the Ministry: before and after."""
    if campaign.state == CampaignState.PAUSED:
        return
    workdays, year, today = policies.workdays(session), SchoolYear.parse(campaign.school_year), day_of(at)
    for phase in dues.phases_of(session, campaign):
        due = phase.due(year)
        near = [days for days in phase.remind if workdays.add(due, -days) <= today]
        if phase.step not in SCHOOL_STEPS and near:
            kind, days = (REPORT, min(near)) if today <= due else (REPORT_OVER, 0)
            people = officers.of_office(session, campaign.authority_id, at)
            _tell(session, f"{kind}/{campaign.id}/{due}/{days}", people)


def _tell(session: Session, about: str, people: Iterable[UUID]) -> None:
    journal.add_notices(session, None, "campaign", [(each, about) for each in people], None)


def _of_school(session: Session, school_id: UUID, duties: Iterable[Duty], at: datetime) -> Iterable[UUID]:
    query = select(Position.staff_id).where(
        Position.school_id == school_id, Position.role.in_([each.value for each in duties]), in_force(Position, at)
    )
    return session.scalars(query)


def _of_authority(session: Session, school_id: UUID, at: datetime) -> Iterable[UUID]:
    return officers.managing(session, [school_id], at)[school_id]
