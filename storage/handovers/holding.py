"""What somebody fills from a moment on: the slots and offices that a handover is about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from storage.tables import Position, TeachingAssignment


@dataclass(frozen=True)
class Held:
    """A slot of a class, or an office; `source_until` is when it ends anyway."""

    source_id: UUID
    since: datetime
    source_until: datetime | None
    class_id: UUID | None = None
    slot: str = ""
    role: str = ""
    title: str = ""
    is_signer: bool = True

    @property
    def key(self) -> tuple[UUID | None, str, str]:
        return (self.class_id, self.slot, self.role)


def held_from(session: Session, staff_id: UUID, at: datetime) -> list[Held]:
    """Everything that a person fills at a moment or later: offices, then classes; also where the person only helps."""
    return [*offices_from(session, staff_id, at), *_slots_from(session, staff_id, at)]


def offices_from(session: Session, staff_id: UUID, at: datetime) -> Iterator[Held]:
    for row in _positions(session, staff_id, at):
        yield Held(row.id, row.valid_from, row.valid_to, role=row.role, title=row.title)


def _slots_from(session: Session, staff_id: UUID, at: datetime) -> Iterator[Held]:
    for row in assignments_from(session, staff_id, at):
        yield Held(row.id, row.valid_from, row.valid_to, row.class_id, row.slot, is_signer=row.is_signer)


def assignments_from(session: Session, staff_id: UUID, at: datetime) -> Sequence[TeachingAssignment]:
    lasts = or_(TeachingAssignment.valid_to.is_(None), TeachingAssignment.valid_to > at)
    query = select(TeachingAssignment).where(TeachingAssignment.staff_id == staff_id, lasts)
    return session.scalars(
        query.order_by(TeachingAssignment.class_id, TeachingAssignment.slot, TeachingAssignment.valid_from)
    ).all()


def _positions(session: Session, staff_id: UUID, at: datetime) -> Sequence[Position]:
    lasts = or_(Position.valid_to.is_(None), Position.valid_to > at)
    return session.scalars(
        select(Position).where(Position.staff_id == staff_id, lasts).order_by(Position.valid_from, Position.id)
    ).all()
