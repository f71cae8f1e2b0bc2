"""Pupils without a personal id, as the school and its authority see them: what a decision needs, and no more."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from domain.campaigns.cases import CaseState
from storage.campaigns.standings import View, managed
from storage.tables import ClassGroup, Enrolment, PupilCase, PupilRow, Reason, School, Staff


@dataclass(frozen=True)
class CaseLine:
    id: UUID
    school_id: UUID
    school: str
    class_name: str
    pupil_code: str
    full_name: str
    reason: str
    reported_by: str
    reported_at: datetime
    state: CaseState
    until: date | None
    document: str
    decision_no: str
    decided_at: datetime | None
    decision: str


def of_office(session: Session, view: View) -> list[CaseLine]:
    """Those that wait first, the oldest first; then what was decided, newest first."""
    schools = managed(view)
    return _lines(session, view.campaign.id, PupilCase.school_id.in_(select(schools.c.school_id)))


def of_school(session: Session, campaign_id: UUID, school_id: UUID) -> list[CaseLine]:
    """The same of one school."""
    return _lines(session, campaign_id, PupilCase.school_id == school_id)


def _lines(session: Session, campaign_id: UUID, which: ColumnElement[bool]) -> list[CaseLine]:
    why = aliased(Reason)
    query = (
        select(
            PupilCase.id, PupilCase.school_id, School.name, ClassGroup.name, PupilRow.pupil_code, PupilRow.full_name,
            Reason.text, Staff.full_name, PupilCase.reported_at, PupilCase.state, PupilCase.until, PupilCase.document,
            PupilCase.decision_no, PupilCase.decided_at, func.coalesce(why.text, ""),
        )
        .join(School, School.id == PupilCase.school_id)
        .join(Enrolment, Enrolment.id == PupilCase.enrolment_id)
        .join(ClassGroup, ClassGroup.id == Enrolment.class_id)
        .join(PupilRow, PupilRow.id == Enrolment.pupil_id)
        .join(Reason, Reason.id == PupilCase.reason_id)
        .join(Staff, Staff.id == PupilCase.reported_by)
        .outerjoin(why, why.id == PupilCase.decision_reason_id)
        .where(PupilCase.campaign_id == campaign_id, which)
    )  # fmt: skip
    found = [_line(tuple(row)) for row in session.execute(query)]
    waiting = [each for each in found if each.state is CaseState.REPORTED]
    rest = [each for each in found if each.state is not CaseState.REPORTED]
    return [
        *sorted(waiting, key=lambda each: (each.reported_at, each.school, each.pupil_code)),
        *sorted(rest, key=lambda each: (each.decided_at or each.reported_at, each.pupil_code), reverse=True),
    ]


def _line(row: tuple[Any, ...]) -> CaseLine:
    more: tuple[Any, ...] = (*row[:9], CaseState(row[9]), *row[10:])
    return CaseLine(*more)
