"""Who may do what in a handover, and the rows that every step reads first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import NotAllowed, NotFound
from domain.matters.handovers import HandoverKind, HandoverState
from storage.staffing import in_force
from storage.tables import Handover, HandoverItem, Matter, Position, Staff

Clock = Callable[[], datetime]
OPENERS: Final = ("principal", "system_admin")
NOT_YOURS: Final = "Việc này dành cho hiệu trưởng hoặc cán bộ quản trị của trường."


@dataclass(frozen=True)
class Case:
    """A handover with its matter and its items, locked by whoever moves it on."""

    matter: Matter
    row: Handover
    items: Sequence[HandoverItem]

    @property
    def kind(self) -> HandoverKind:
        return HandoverKind(self.row.kind)

    @property
    def state(self) -> HandoverState:
        return HandoverState(self.matter.state)

    @property
    def giver(self) -> UUID:
        if self.row.staff_id is None:
            raise NotFound("Việc này không phải của một người.")
        return self.row.staff_id

    @property
    def open_items(self) -> list[HandoverItem]:
        """Where somebody is still to accept, or to be named after somebody declined."""
        return [each for each in self.items if each.accepted_at is None and (each.successor_id or each.declined_by)]

    @property
    def takers(self) -> list[UUID]:
        """Who takes something over, each once, in a fixed order; nobody whose part was given to somebody else since."""
        is_applied = self.row.applied_at is not None
        taken = (each for each in self.items if each.accepted_at and (each.applied_at or not is_applied))
        return sorted({each.successor_id for each in taken if each.successor_id})


def case_of(session: Session, matter_id: UUID, *, lock: bool = False) -> Case:
    """Raises NotFound."""
    matter = session.get(Matter, matter_id, with_for_update=lock or None, populate_existing=lock)
    row = session.get(Handover, matter_id)
    if matter is None or row is None:
        raise NotFound("Không tìm thấy việc bàn giao này.")
    query = select(HandoverItem).where(HandoverItem.matter_id == matter_id)
    order = (HandoverItem.role, HandoverItem.class_id, HandoverItem.slot, HandoverItem.id)
    return Case(matter, row, session.scalars(query.order_by(*order)).all())


def is_opener(session: Session, staff_id: UUID, school_id: UUID, at: datetime) -> bool:
    query = select(Position.id).where(
        Position.staff_id == staff_id,
        Position.school_id == school_id,
        Position.role.in_(OPENERS),
        in_force(Position, at),
    )
    return session.scalars(query).first() is not None


def require_opener(session: Session, staff_id: UUID, school_id: UUID, at: datetime) -> None:
    if not is_opener(session, staff_id, school_id, at):
        raise NotAllowed(NOT_YOURS)


def require_one_of(session: Session, case: Case, staff_id: UUID, at: datetime, *others: UUID | None) -> None:
    """Raises NotAllowed for whoever neither manages the school nor is one of `others`."""
    if staff_id not in others:
        require_opener(session, staff_id, case.matter.school_id, at)


def require_colleague(session: Session, staff_id: UUID, school_id: UUID) -> Staff:
    row = session.get(Staff, staff_id)
    if row is None or row.school_id != school_id:
        raise NotFound("Không tìm thấy người này trong trường.")
    return row
