"""How the records of an authority's schools stand with the store, by school year and grade."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    Subquery,
    Text,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.submission.states import ARRIVED, OPEN, StoreKind, SubmissionState
from storage.campaigns import authorities
from storage.tables import ClassGroup, ClassTermRow, RecordStore, StoreRecord, Submission

_CANCEL = "CANCEL"


@dataclass(frozen=True)
class CohortLine:
    """Records of a school year and grade; each is counted once as waiting, accepted (not frozen yet) or frozen.

    `accepting` schools have accepted ones. `changing` are accepted ones of which a later version has not arrived: the
    freeze would keep it out.
    """

    school_year: str
    grade: int
    schools: int = 0
    waiting: int = 0
    accepted: int = 0
    frozen: int = 0
    accepting: int = 0
    changing: int = 0


def cohorts(session: Session, authority_id: UUID, at: datetime) -> list[CohortLine]:
    """Every year and grade with a record that was issued and is not recalled, the newest year first."""
    schools = authorities.schools_under(authority_id, day_of(at))
    arrived, on_the_way = _arrived(schools), _on_the_way(schools)
    is_in_force = arrived.c.event != _CANCEL
    is_accepted = is_in_force & (arrived.c.state == SubmissionState.ACCEPTED.value)
    is_frozen = is_in_force & (arrived.c.state == SubmissionState.FROZEN.value)
    is_waiting = or_(
        arrived.c.record_uid.is_(None) & on_the_way.c.issue.is_not(None),
        ~is_in_force & (on_the_way.c.issue > arrived.c.version),
    )
    year, grade, school = (
        func.coalesce(arrived.c[name], on_the_way.c[name]) for name in ("school_year", "grade", "school_id")
    )
    query = (
        select(
            year,
            grade,
            func.count(school.distinct()),
            _counted(is_waiting),
            _counted(is_accepted),
            _counted(is_frozen),
            func.count(school.distinct()).filter(is_accepted),
            _counted(is_accepted & (on_the_way.c.version > arrived.c.version)),
        )
        .select_from(arrived.outerjoin(on_the_way, arrived.c.record_uid == on_the_way.c.record_uid, full=True))
        .where(or_(is_in_force, is_waiting))
        .group_by(year, grade)
        .order_by(year.desc(), grade)
    )
    return [CohortLine(*row) for row in session.execute(query)]


def cohort(lines: Sequence[CohortLine], school_year: str, grade: int) -> CohortLine:
    """One of them, or one of no records."""
    found = (each for each in lines if (each.school_year, each.grade) == (school_year, grade))
    return next(found, CohortLine(school_year, grade))


def _counted(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(which)


def _arrived(schools: Select[UUID]) -> Subquery:
    """The newest version that has arrived of each record: as our own store has it, else as its school was answered."""
    own = select(
        StoreRecord.record_uid,
        StoreRecord.version,
        StoreRecord.state,
        StoreRecord.event,
        StoreRecord.school_year,
        StoreRecord.grade,
        StoreRecord.school_id,
        literal(1).label("is_own"),
    ).where(StoreRecord.school_id.in_(schools))
    answered = _submissions(
        Submission.version, Submission.state, Submission.event,
        ClassGroup.school_year, ClassGroup.grade, Submission.school_id, literal(0),
    ).where(Submission.school_id.in_(schools), Submission.state.in_([each.value for each in ARRIVED]))  # fmt: skip
    both = union_all(own, answered).subquery()
    newest = select(both).ext(distinct_on(both.c.record_uid))
    return newest.order_by(both.c.record_uid, both.c.is_own.desc(), both.c.version.desc()).subquery("arrived")


def _on_the_way(schools: Select[UUID]) -> Subquery:
    """Records with a version that is not known to have arrived: the newest, and the newest that is no cancellation."""
    where = (ClassGroup.school_year, ClassGroup.grade, Submission.school_id)
    version = func.max(Submission.version)
    issue = version.filter(Submission.event != _CANCEL)
    query = _submissions(*where, version.label("version"), issue.label("issue")).where(
        Submission.school_id.in_(schools), Submission.state.in_([each.value for each in OPEN])
    )
    return query.group_by(Submission.record_uid, *where).subquery("on_the_way")


def _submissions(*columns: SQLColumnExpression[Any]) -> Select:  # type: ignore[type-arg]
    """Of the city's store, each with its IdBanGhi as the store writes it."""
    return (
        select(cast(Submission.record_uid, Text).label("record_uid"), *columns)
        .join(RecordStore, RecordStore.code == Submission.store)
        .join(ClassTermRow, ClassTermRow.id == Submission.class_term_id)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .where(RecordStore.kind == StoreKind.CITY.value)
    )
