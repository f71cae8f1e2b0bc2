"""The ids behind a roster's codes."""

from collections.abc import Callable, Collection, Iterable
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, Text, Uuid, any_, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql import ColumnElement

from domain.calendar import SchoolYear
from domain.rostering import ClassKey
from storage.tables import ClassGroup, School, Staff


def among(column: InstrumentedAttribute[str], values: Iterable[str]) -> ColumnElement[bool]:
    """That a column holds one of many values, sent as one: a statement takes 65,535 at most."""
    return column == any_(literal(sorted(values), ARRAY(Text)))


def school_ids(session: Session, codes: Iterable[str]) -> dict[str, UUID]:
    query = select(School.code, School.id).where(among(School.code, codes))
    return dict(session.execute(query).all())


def staff_ids(session: Session, schools: Iterable[str]) -> dict[tuple[str, str], UUID]:
    """By the school's code and the personal id."""
    query = select(School.code, Staff.personal_id, Staff.id).join(Staff, Staff.school_id == School.id)
    rows = session.execute(query.where(among(School.code, schools)))
    return {(code, personal_id): staff_id for code, personal_id, staff_id in rows}


def class_ids(session: Session, schools: Iterable[str]) -> dict[ClassKey, UUID]:
    query = select(School.code, ClassGroup).join(ClassGroup, ClassGroup.school_id == School.id)
    rows = session.execute(query.where(among(School.code, schools)))
    return {ClassKey(code, SchoolYear.parse(row.school_year), row.name): row.id for code, row in rows}


def chooser(session: Session, column: InstrumentedAttribute[UUID], uids: Collection[UUID]) -> Callable[[UUID], UUID]:
    """Return what gives back one of these ids if no row has it yet, and a new one otherwise."""
    taken = set(session.scalars(select(column).where(column == any_(literal(list(uids), ARRAY(Uuid))))))

    def choose(uid: UUID) -> UUID:
        chosen = uuid4() if uid in taken else uid
        taken.add(chosen)
        return chosen

    return choose
