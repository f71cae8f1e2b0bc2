"""Which schools an authority manages on a day, itself or through those under it; offices and schools change hands."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from storage.tables import ManagingAuthority, School, SchoolAuthority


@dataclass(frozen=True)
class Office:
    """An authority as people know it."""

    id: UUID
    code: str
    name: str
    kind: str
    parent_id: UUID | None


def office(session: Session, authority_id: UUID) -> Office:
    row = session.get_one(ManagingAuthority, authority_id)
    return Office(row.id, row.code, row.name, row.kind, row.parent_id)


def under(authority_id: UUID) -> Select[UUID]:
    """The authority's own id and those of all authorities under it, past ones included: what they did stays theirs."""
    top = select(ManagingAuthority.id).where(ManagingAuthority.id == authority_id).cte(recursive=True)
    found = top.union(select(ManagingAuthority.id).join(top, ManagingAuthority.parent_id == top.c.id))
    return select(found.c.id)


def schools_under(authority_id: UUID, day: date) -> Select[UUID]:
    """Ids of the schools that are managed on that day; to be put into `School.id.in_(...)`."""
    return select(SchoolAuthority.school_id).where(
        SchoolAuthority.authority_id.in_(under(authority_id)), in_force(SchoolAuthority, day)
    )


def in_force(table: type[SchoolAuthority] | type[ManagingAuthority], day: date) -> ColumnElement[bool]:
    return (table.valid_from <= day) & or_(table.valid_to.is_(None), table.valid_to > day)


def manages(session: Session, authority_id: UUID, school_id: UUID, day: date) -> bool:
    query = schools_under(authority_id, day).where(SchoolAuthority.school_id == school_id)
    return session.scalars(query.limit(1)).first() is not None


def offices_under(session: Session, authority_id: UUID, day: date) -> list[Office]:
    """The authorities of that day directly or further under one, by name."""
    query = select(ManagingAuthority).where(
        ManagingAuthority.id.in_(under(authority_id)), in_force(ManagingAuthority, day)
    )
    rows = session.scalars(query.order_by(ManagingAuthority.name)).all()
    return [Office(row.id, row.code, row.name, row.kind, row.parent_id) for row in rows if row.id != authority_id]


def school_of(session: Session, authority_id: UUID, school_id: UUID, day: date) -> School | None:
    """A school, if the authority manages it on that day."""
    query = select(School).where(School.id == school_id, School.id.in_(schools_under(authority_id, day)))
    return session.scalars(query).first()
