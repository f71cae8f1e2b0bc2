"""Certificates as states with dates, and who has to be told when one is about to end or was stopped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from domain.calendar import day_of
from storage import journal, staffing
from storage.certificates import is_standing, stands
from storage.tables import CertificateRow, Position, SignatureCheck, Staff

# Who answers for a school's own certificate, and for those of its people.
IN_CHARGE = ("seal_clerk", "system_admin")


# Who is told that a certificate ends has two months to get another one.
EXPIRING = timedelta(days=60)
# Told again when so little is left: a certificate takes days to get.
NEARER: Final = (timedelta(days=7), timedelta(days=30))


@dataclass(frozen=True)
class Holder:
    """A certificate with its owner's name (None: the school's own) and the newest answer about its status."""

    certificate: CertificateRow
    full_name: str | None
    newest: SignatureCheck | None

    @property
    def staff_id(self) -> UUID | None:
        return self.certificate.staff_id


def condition(row: CertificateRow, now: datetime, soon: datetime) -> str:
    """valid, expiring, expired, not_yet, suspended, revoked or replaced; `soon` is when "expiring" begins."""
    if not is_standing(row, now):
        return row.state
    if now < row.not_before:
        return "not_yet"
    if now >= row.not_after:
        return "expired"
    return "expiring" if row.not_after < soon else "valid"


def in_use(session: Session, now: datetime) -> Sequence[CertificateRow]:
    """Certificates somebody may sign with, now or once a suspension ends."""
    in_time = stands(now) | (CertificateRow.state == "suspended")
    query = select(CertificateRow).where(in_time, CertificateRow.not_after > now)
    return session.scalars(query.order_by(CertificateRow.id)).all()


def of_school(session: Session, school_id: UUID) -> list[Holder]:
    """A school's own certificates and those of its people, the first to end first."""
    newest = (
        select(SignatureCheck)
        .ext(distinct_on(SignatureCheck.certificate_id))
        .order_by(SignatureCheck.certificate_id, SignatureCheck.checked_at.desc())
        .subquery()
    )
    check = aliased(SignatureCheck, newest)
    query = (
        select(CertificateRow, Staff.full_name, check)
        .outerjoin(Staff, Staff.id == CertificateRow.staff_id)
        .outerjoin(check, check.certificate_id == CertificateRow.id)
        .where(or_(CertificateRow.school_id == school_id, Staff.school_id == school_id))
    )
    return [Holder(*row) for row in session.execute(query.order_by(CertificateRow.not_after, CertificateRow.id))]


def to_sign_with(session: Session, owner: ColumnElement[bool], now: datetime) -> tuple[str, int]:
    """How the certificate that an owner would sign with stands ("missing" without one), and how many days it has left.

    Only what lasts longest counts; one that was replaced does not.
    """
    query = select(CertificateRow).where(owner, CertificateRow.state != "replaced")
    found = session.scalars(query.order_by((CertificateRow.state == "valid").desc(), CertificateRow.not_after.desc()))
    row = found.first()
    if row is None:
        return "missing", 0
    return condition(row, now, now + EXPIRING), max((row.not_after - now).days, 0)


def tell(session: Session, now: datetime, soon: datetime) -> None:
    """Tell the owner, and whoever is in charge at the school, once for each condition a certificate gets into."""
    query = select(CertificateRow, Staff.school_id).outerjoin(Staff, Staff.id == CertificateRow.staff_id)
    for row, school_of_person in session.execute(query.where(CertificateRow.state != "replaced")):
        found = condition(row, now, soon)
        if found in {"expiring", "expired", "suspended", "revoked"}:
            told = _told(session, row, row.school_id or school_of_person, now)
            about = f"{row.id}/{found}{_nearness(row, found, now)}/{day_of(row.state_since or row.not_after)}"
            journal.add_notices(session, None, "certificate", [(staff_id, about) for staff_id in told], None)


def _nearness(row: CertificateRow, found: str, now: datetime) -> str:
    reached = [each for each in NEARER if found == "expiring" and row.not_after - now <= each]
    return f"-{min(reached).days}" if reached else ""


def _told(session: Session, row: CertificateRow, school_id: UUID | None, now: datetime) -> Iterable[UUID]:
    query = select(Position.staff_id).where(
        Position.school_id == school_id, Position.role.in_(IN_CHARGE), staffing.in_force(Position, now)
    )
    return {*session.scalars(query), *([row.staff_id] if row.staff_id else [])}
