"""Who stands in for whom, where and when: what was done in that time says so."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, null, select, union_all
from sqlalchemy.orm import Session, aliased

from storage.staffing import SLOT_OF_ROLE, stood_in_by
from storage.tables import Handover, Position, Staff, TeachingAssignment

_ACTING: Final = aliased(Staff)


@dataclass(frozen=True)
class StandIn:
    """`class_id` is None for an office, which is held in every class of the school."""

    staff_id: UUID
    class_id: UUID | None
    slot: str
    for_whom: str
    since: datetime
    until: datetime | None
    full_name: str = ""

    def covers(self, class_id: UUID, slots: Collection[str], at: datetime) -> bool:
        is_here = self.class_id in {None, class_id} and self.slot in slots
        return is_here and self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True)
class StandIns:
    """Few at any time, so they are read once and looked up here."""

    known: tuple[StandIn, ...]

    def for_whom(self, staff_id: UUID, class_id: UUID, slots: Collection[str], at: datetime) -> str:
        """For whom somebody acted; "" for one's own work."""
        mine: Iterable[StandIn] = (each for each in self.known if each.staff_id == staff_id)
        return next((each.for_whom for each in mine if each.covers(class_id, slots, at)), "")


def of_class(session: Session, class_id: UUID, school_id: UUID) -> StandIns:
    return _read(session, TeachingAssignment.class_id == class_id, Position.school_id == school_id)


def of_staff(session: Session, staff_id: UUID) -> StandIns:
    return _read(session, TeachingAssignment.staff_id == staff_id, Position.staff_id == staff_id)


def in_class_since(session: Session, class_id: UUID, school_id: UUID, since: datetime, at: datetime) -> list[StandIn]:
    """Whoever stood in for somebody in a class in this time, for whoever looks at what was signed in it."""
    known = of_class(session, class_id, school_id).known
    return [each for each in known if each.since <= at and (each.until is None or each.until > since)]


def _read(session: Session, slots: ColumnElement[bool], offices: ColumnElement[bool]) -> StandIns:
    taught = (
        select(
            TeachingAssignment.staff_id, TeachingAssignment.class_id, TeachingAssignment.slot, Staff.full_name,
            TeachingAssignment.valid_from, TeachingAssignment.valid_to, _ACTING.full_name,
        )
        .join(_ACTING, _ACTING.id == TeachingAssignment.staff_id)
        .join(Handover, stood_in_by(TeachingAssignment))
        .join(Staff, Staff.id == Handover.staff_id)
        .where(slots)
    )  # fmt: skip
    held = (
        select(
            Position.staff_id, null(), SLOT_OF_ROLE, Staff.full_name, Position.valid_from, Position.valid_to,
            _ACTING.full_name,
        )
        .join(_ACTING, _ACTING.id == Position.staff_id)
        .join(Handover, stood_in_by(Position))
        .join(Staff, Staff.id == Handover.staff_id)
        .where(offices)
    )  # fmt: skip
    return StandIns(tuple(StandIn(*row) for row in session.execute(union_all(taught, held))))
