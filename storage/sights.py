"""Who looked at pupils' data: noted a day at a time, read by their school, forgotten when its time is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.sights import Sight
from storage.tables import (
    ClassGroup,
    ClassTermRow,
    Enrolment,
    ManagingAuthority,
    PupilRow,
    RecordView,
    School,
    Staff,
    TermRecord,
)


@dataclass(frozen=True)
class Seen:
    """What was looked at: one pupil's data, or a class's; `key_name` if it was by a system."""

    staff_id: UUID
    sight: Sight
    school_id: UUID
    pupil_id: UUID | None = None
    class_term_id: UUID | None = None
    key_name: str = ""


@dataclass(frozen=True)
class ViewChoice:
    """What a school's list is narrowed to: everything, one person, one pupil with his classes."""

    staff_id: UUID | None = None
    pupil_id: UUID | None = None
    since: date | None = None


@dataclass(frozen=True)
class ViewLine:
    """`whose` is the pupil's or the class's name; `whence` another school or an authority, "" for the own school."""

    day: date
    who: str
    key_name: str
    sight: Sight
    whose: str
    first_at: datetime
    last_at: datetime
    whence: str = ""


def note(session: Session, seen: Seen, at: datetime) -> None:
    """Again on the same day, the later time is kept."""
    new = insert(RecordView).values(
        day=day_of(at), school_id=seen.school_id, staff_id=seen.staff_id, key_name=seen.key_name,
        sight=seen.sight.value, pupil_id=seen.pupil_id, class_term_id=seen.class_term_id, first_at=at, last_at=at,
    )  # fmt: skip
    later = {"last_at": func.greatest(RecordView.last_at, new.excluded.last_at)}
    session.execute(new.on_conflict_do_update(constraint="uq_record_views_once", set_=later))


def of_school(session: Session, school_id: UUID, choice: ViewChoice, first: int, most: int) -> Sequence[ViewLine]:
    """The newest first, from the line `first` on."""
    whose = func.coalesce(PupilRow.full_name, ClassGroup.name)
    elsewhere = and_(School.id == Staff.school_id, School.id != school_id)
    query = (
        select(RecordView, Staff.full_name, whose, func.coalesce(School.name, ManagingAuthority.name, ""))
        .join(Staff, Staff.id == RecordView.staff_id)
        .outerjoin(School, elsewhere)
        .outerjoin(ManagingAuthority, ManagingAuthority.id == Staff.authority_id)
        .outerjoin(PupilRow, PupilRow.id == RecordView.pupil_id)
        .outerjoin(ClassTermRow, ClassTermRow.id == RecordView.class_term_id)
        .outerjoin(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .where(RecordView.school_id == school_id, *_narrowed(choice))
        .order_by(RecordView.day.desc(), RecordView.last_at.desc(), RecordView.id.desc())
        .offset(first)
        .limit(most)
    )
    return [
        ViewLine(row.day, who, row.key_name, Sight(row.sight), name or "", row.first_at, row.last_at, whence)
        for row, who, name, whence in session.execute(query)
    ]


def _narrowed(choice: ViewChoice) -> list[Any]:
    found: list[Any] = []
    if choice.staff_id is not None:
        found.append(RecordView.staff_id == choice.staff_id)
    if choice.since is not None:
        found.append(RecordView.day >= choice.since)
    if choice.pupil_id is not None:
        classes = select(TermRecord.class_term_id).join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        of_pupil = RecordView.class_term_id.in_(classes.where(Enrolment.pupil_id == choice.pupil_id))
        found.append(or_(RecordView.pupil_id == choice.pupil_id, of_pupil))
    return found


def viewers(session: Session, school_id: UUID) -> Sequence[tuple[UUID, str]]:
    """Who is in the school's list at all: ids and names, by name."""
    query = select(Staff.id, Staff.full_name).where(
        Staff.id.in_(select(RecordView.staff_id).where(RecordView.school_id == school_id))
    )
    return [(row[0], row[1]) for row in session.execute(query.order_by(Staff.full_name, Staff.id))]
