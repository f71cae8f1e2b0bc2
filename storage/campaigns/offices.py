"""Authorities, who works there, and schools that pass from one to another; done again, nothing changes."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.duties import AUTHORITY, DUTY_NAMES, Duty
from domain.errors import Conflict, Invalid
from storage.tables import ManagingAuthority, Position, SchoolAuthority, Staff


@dataclass(frozen=True)
class OfficeFacts:
    """An authority; `valid_to` is the first day on which there is none any more."""

    code: str
    name: str
    kind: str
    parent_id: UUID | None
    valid_from: date
    valid_to: date | None = None


def add_authority(session: Session, facts: OfficeFacts) -> UUID:
    """The authority by its code; one that is known is put under its parent and keeps the rest."""
    new = insert(ManagingAuthority).values(id=uuid4(), **vars(facts))
    parent = {"parent_id": facts.parent_id, "valid_to": facts.valid_to}
    session.execute(new.on_conflict_do_update(index_elements=["code"], set_=parent))
    return session.scalars(select(ManagingAuthority.id).where(ManagingAuthority.code == facts.code)).one()


def move_school(session: Session, school_id: UUID, authority_id: UUID, on: date) -> None:
    """From that day on another authority manages the school; what was before stays on record.

    Raises Conflict when the present one began on that day or later.
    """
    present = select(SchoolAuthority).where(SchoolAuthority.school_id == school_id, SchoolAuthority.valid_to.is_(None))
    row = session.scalars(present.with_for_update()).first()
    if row is not None and row.authority_id == authority_id:
        return
    if row is not None:
        if row.valid_from >= on:
            raise Conflict("Trường đã được giao cho cơ quan hiện nay từ ngày đó hoặc sau đó.")
        row.valid_to = on
        session.flush()
    session.add(SchoolAuthority(school_id=school_id, authority_id=authority_id, valid_from=on))
    session.flush()


def add_officer(
    session: Session, authority_id: UUID, person: tuple[str, str], duty: Duty, since: datetime, title: str = ""
) -> UUID:
    """Somebody (personal id, full name) with an office at an authority. Raises Invalid for a duty of schools."""
    if duty not in AUTHORITY:
        raise Invalid("Chức vụ này không thuộc cơ quan quản lý.")
    personal_id, full_name = person
    new = insert(Staff).values(id=uuid4(), authority_id=authority_id, personal_id=personal_id, full_name=full_name)
    session.execute(new.on_conflict_do_nothing(index_elements=["authority_id", "personal_id"]))
    known = select(Staff.id).where(Staff.authority_id == authority_id, Staff.personal_id == personal_id)
    staff_id = session.scalars(known).one()
    same = select(Position.id).where(Position.staff_id == staff_id, Position.role == duty.value)
    if session.scalars(same).first() is None:
        named = title or DUTY_NAMES[duty]
        session.add(
            Position(authority_id=authority_id, staff_id=staff_id, role=duty.value, title=named, valid_from=since)
        )
        session.flush()
    return staff_id
