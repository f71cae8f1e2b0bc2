"""Taking packages over in tests: written, counted, and undone again."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from activities.oneroster import Plan, plan_import, write_import
from storage.tables import (
    ClassGroup,
    Enrolment,
    ManagingAuthority,
    Position,
    PupilRow,
    SchoolYearRow,
    Staff,
    TeachingAssignment,
)

TABLES = (ClassGroup, PupilRow, Enrolment, Staff, Position, TeachingAssignment, ManagingAuthority, SchoolYearRow)


def counts(db: Session) -> list[int | None]:
    return [db.scalar(select(func.count()).select_from(table)) for table in TABLES]


def take(db: Session, data: bytes) -> Plan:
    plan = plan_import(db, data)
    write_import(db, plan)
    db.flush()
    db.expire_all()
    return plan


def fates(plan: Plan, kind: str) -> dict[str, int]:
    return {fate: count for fate, count in plan.counts()[kind].items() if count}


@contextmanager
def undone(db: Session) -> Iterator[None]:
    """What is written inside is gone afterwards."""
    with db.begin_nested() as savepoint:
        yield
        db.flush()
        savepoint.rollback()
    db.expire_all()
