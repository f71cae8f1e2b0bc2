"""The certificates of a school by the days they have left, and who has none although this year needs a signature."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from domain.certificates import USABLE, CertificateLine, Condition
from domain.identity import name_sort_key
from storage import assignments, watching
from storage.certificates import usable
from storage.staffing import designated, in_office, on_leave
from storage.tables import CertificateRow, ClassGroup, Position, Staff, TeachingAssignment
from storage.watching import EXPIRING, Holder


def certificate_list(session: Session, school_id: UUID, at: datetime) -> list[CertificateLine]:
    """Whoever has none first, then the first to end; what was replaced is left out."""
    duties = assignments.duties_by_person(session, school_id, at)
    known = [each for each in watching.of_school(session, school_id) if each.certificate.state != "replaced"]
    away = assignments.people_away(session, school_id, at)
    lines = [_while_away(_line(each, duties, at), away) for each in _newest(known, at)]
    has_one = {each.staff_id for each in lines}
    missing = [
        CertificateLine(name, staff_id, Condition.MISSING, duties.get(staff_id, ()))
        for staff_id, name in signers(session, school_id, at).items()
        if staff_id not in has_one
    ]
    if None not in has_one:
        missing.insert(0, CertificateLine("", None, Condition.MISSING))
    missing.sort(key=lambda each: (each.staff_id is not None, name_sort_key(each.owner or "A")))
    return [*missing, *lines]


def _while_away(line: CertificateLine, away: Collection[UUID]) -> CertificateLine:
    """Whoever is on leave signs nothing; the certificate itself goes on."""
    is_away = line.staff_id in away and line.condition in USABLE
    return replace(line, condition=Condition.SUSPENDED) if is_away else line


def of_person(session: Session, school_id: UUID, staff_id: UUID, at: datetime) -> list[CertificateLine]:
    """A person's own certificates, replaced ones, too; the one that ends last comes first."""
    own = [each for each in watching.of_school(session, school_id) if each.staff_id == staff_id]
    return [_line(each, {}, at) for each in reversed(own)]


def signers(session: Session, school_id: UUID, at: datetime) -> dict[UUID, str]:
    """Who signs something of this school with a certificate of one's own: the head, and whoever fills a slot."""
    taught = (
        select(TeachingAssignment.staff_id)
        .join(ClassGroup, ClassGroup.id == TeachingAssignment.class_id)
        .where(ClassGroup.school_id == school_id, designated(at))
    )
    heads = select(Position.staff_id).where(in_office(school_id, "principal", at))
    query = select(Staff.id, Staff.full_name).where(Staff.id.in_(union(taught, heads)))
    return dict(session.execute(query).all())


def people_who_can_sign(session: Session, school_id: UUID, at: datetime) -> set[UUID]:
    """Whose certificate signs at a moment: not that of somebody who is on leave."""
    query = (
        select(CertificateRow.staff_id)
        .join(Staff, Staff.id == CertificateRow.staff_id)
        .where(Staff.school_id == school_id, usable(at), ~on_leave(Staff.id, at))
    )
    return {each for each in session.scalars(query) if each}


def _newest(known: list[Holder], at: datetime) -> list[Holder]:
    """Of each owner what can be used; where nothing can, the one that ended last."""
    usable = {each.staff_id for each in known if _condition(each, at) in USABLE}
    last = {each.staff_id: each for each in known}  # the first to end comes first
    return [
        each
        for each in known
        if (_condition(each, at) not in {Condition.EXPIRED, Condition.REVOKED})
        or (each.staff_id not in usable and last[each.staff_id] is each)
    ]


def _condition(holder: Holder, at: datetime) -> Condition:
    return Condition(watching.condition(holder.certificate, at, at + EXPIRING))


def _line(holder: Holder, duties: dict[UUID, tuple[str, ...]], at: datetime) -> CertificateLine:
    row = holder.certificate
    return CertificateLine(
        owner=holder.full_name or "",
        staff_id=row.staff_id,
        condition=_condition(holder, at),
        signs_for=duties.get(row.staff_id, ()) if row.staff_id else (),
        not_before=row.not_before,
        not_after=row.not_after,
        days_left=max((row.not_after - at).days, 0),
        checked_at=holder.newest.checked_at if holder.newest else None,
        provider=row.provider,
    )
