"""Who of a school may miss a deadline later in the year, as far as it can be known today."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from domain.calendar import SchoolYear
from domain.campaigns.phases import Cohort, Step
from domain.campaigns.policies import Policy, deadline
from domain.risks import Risk, RiskKind
from storage.certificate_list import signers
from storage.certificates import stands
from storage.tables import AccountSession, CertificateRow, ClassGroup, ClassTermRow, Command, Staff


def risks_of(session: Session, school_id: UUID, at: datetime) -> dict[UUID, tuple[Risk, ...]]:
    """Of everybody who signs something this year, the weightiest risk first; nobody without one."""
    year = session.scalar(select(func.max(ClassGroup.school_year)).where(ClassGroup.school_id == school_id))
    if year is None:
        return {}
    last = deadline(Policy.TWO_TRACK_2025, Step.CLOSE_YEAR, Cohort.ALL, SchoolYear.parse(year)).at
    ends, here, late = _ends(session, school_id, at), _here(session, school_id), _late(session, school_id, year)
    found: dict[UUID, list[Risk]] = defaultdict(list)
    for staff_id in signers(session, school_id, at):
        end = ends.get(staff_id)
        if end is None:
            found[staff_id].append(Risk(RiskKind.NO_CERTIFICATE))
        elif end <= last:
            found[staff_id].append(Risk(RiskKind.CERTIFICATE_ENDS, ends_at=end))
        if staff_id not in here:
            found[staff_id].append(Risk(RiskKind.NEVER_HERE))
        if late.get(staff_id):
            found[staff_id].append(Risk(RiskKind.WAS_LATE, count=late[staff_id]))
    return {staff_id: tuple(risks) for staff_id, risks in found.items()}


def _ends(session: Session, school_id: UUID, at: datetime) -> dict[UUID, datetime]:
    """Until when each person can sign, with what can be used now."""
    query = (
        select(CertificateRow.staff_id, func.max(CertificateRow.not_after))
        .join(Staff, Staff.id == CertificateRow.staff_id)
        .where(Staff.school_id == school_id, stands(at), CertificateRow.not_after > at)
        .group_by(CertificateRow.staff_id)
    )
    return {staff_id: end for staff_id, end in session.execute(query) if staff_id}


def _here(session: Session, school_id: UUID) -> set[UUID]:
    """Who was ever signed in, or decided something by another way."""
    seen = select(AccountSession.staff_id).where(AccountSession.staff_id == Staff.id)
    acted = select(Command.id).where(Command.actor_id == Staff.id)
    query = select(Staff.id).where(Staff.school_id == school_id, or_(seen.exists(), acted.exists()))
    return set(session.scalars(query))


def _late(session: Session, school_id: UUID, year: str) -> dict[UUID, int]:
    query = (
        select(Command.actor_id, func.count())
        .join(ClassTermRow, ClassTermRow.id == Command.class_term_id)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .where(ClassGroup.school_id == school_id, ClassGroup.school_year == year, Command.is_late)
        .group_by(Command.actor_id)
    )
    return {staff_id: count for staff_id, count in session.execute(query) if staff_id}
