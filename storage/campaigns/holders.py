"""Whose work holds up most records over all schools of an office: people of schools, never pupils."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import CTE, BigInteger, and_, case, cast, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.stages import Stage
from storage.campaigns.standings import View, managed
from storage.staffing import ROLE_OF_SLOT, designated, in_force
from storage.tables import (
    ClassGroup,
    ClassTermRow,
    Position,
    RecordSlot,
    School,
    Staff,
    TeachingAssignment,
    TermRecord,
)

_SLOT_OF_STAGE = case(
    {
        Stage.SUBMITTED.value: HOMEROOM,
        Stage.SUBJECT_SIGNED.value: HOMEROOM,
        Stage.HOMEROOM_SIGNED.value: PRINCIPAL,
        Stage.APPROVED.value: SEAL,
        Stage.SEALED.value: SEAL,
    },
    value=TermRecord.stage,
)


@dataclass(frozen=True)
class Holding:
    """Somebody for whom records of a campaign wait, the oldest of them since `since`."""

    staff_id: UUID
    full_name: str
    school_id: UUID
    school: str
    records: int
    classes: int
    since: datetime
    slots: Sequence[str]


def holding(session: Session, view: View, most: int = 10) -> list[Holding]:
    """The few for whom most records wait. A record that waits for two parts of one teacher counts once."""
    pieces = _pieces(view)
    filled = _filled(view, pieces)
    per_class = (
        select(
            filled.c.staff_id, filled.c.class_term_id, func.max(filled.c.records).label("records"),
            func.min(filled.c.since).label("since"), func.array_agg(filled.c.slot).label("slots"),
        )
        .group_by(filled.c.staff_id, filled.c.class_term_id)
        .subquery()
    )  # fmt: skip
    records = cast(func.sum(per_class.c.records), BigInteger)
    top = (
        select(
            per_class.c.staff_id, records.label("records"), func.count().label("classes"),
            func.min(per_class.c.since).label("since"), func.min(per_class.c.slots).label("slots"),
        )
        .group_by(per_class.c.staff_id)
        .order_by(records.desc(), func.min(per_class.c.since), per_class.c.staff_id)
        .limit(most)
        .subquery()
    )  # fmt: skip
    query = (
        select(
            Staff.id, Staff.full_name, School.id, School.name, top.c.records, top.c.classes, top.c.since, top.c.slots
        )
        .join(Staff, Staff.id == top.c.staff_id)
        .join(School, School.id == Staff.school_id)
        .order_by(top.c.records.desc(), top.c.since, Staff.full_name)
    )
    return [Holding(*row) for row in session.execute(query)]


def _pieces(view: View) -> CTE:
    """What waits: a class-term, a slot, how many records, since when."""
    schools = managed(view)
    books = (
        select(ClassTermRow.id, ClassTermRow.changed_at, ClassGroup.id.label("class_id"), ClassGroup.school_id)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .join(schools, schools.c.school_id == ClassGroup.school_id)
        .where(
            ClassGroup.school_year == view.campaign.school_year,
            ClassGroup.grade == view.campaign.grade,
            ClassTermRow.stage != Stage.ISSUED.value,
        )
        .cte("books")
    )
    head = (books.c.id.label("class_term_id"), books.c.class_id, books.c.school_id)
    slot = case((TermRecord.held, PRINCIPAL), else_=_SLOT_OF_STAGE)
    whole = (
        select(*head, slot.label("slot"), func.count().label("records"), books.c.changed_at.label("since"))
        .join(TermRecord, TermRecord.class_term_id == books.c.id)
        .where(slot.is_not(None))
        .group_by(*head, slot, books.c.changed_at)
    )
    is_open = and_(TermRecord.stage == Stage.ENTRY.value, RecordSlot.state == "open")
    is_unsigned = and_(
        TermRecord.stage == Stage.REVIEWED.value, ~RecordSlot.is_signed, RecordSlot.slot != literal(HOMEROOM)
    )
    parts = (
        select(*head, RecordSlot.slot, func.count(), books.c.changed_at)
        .join(TermRecord, TermRecord.class_term_id == books.c.id)
        .join(RecordSlot, RecordSlot.record_id == TermRecord.id)
        .where(~TermRecord.held, or_(is_open, is_unsigned))
        .group_by(*head, RecordSlot.slot, books.c.changed_at)
    )
    return union_all(whole, parts).cte("pieces")


def _filled(view: View, pieces: CTE) -> CTE:
    """Each piece with whoever fills its slot now: of several clerks, with each."""
    role = case(dict(ROLE_OF_SLOT), value=pieces.c.slot)
    columns = (pieces.c.class_term_id, pieces.c.slot, pieces.c.records, pieces.c.since)
    taught = select(TeachingAssignment.staff_id.label("staff_id"), *columns).join(
        TeachingAssignment,
        and_(
            TeachingAssignment.class_id == pieces.c.class_id,
            TeachingAssignment.slot == pieces.c.slot,
            designated(view.at),
        ),
    )
    held = select(Position.staff_id, *columns).join(
        Position,
        and_(Position.school_id == pieces.c.school_id, Position.role == role, in_force(Position, view.at)),
    )
    return union_all(taught, held).cte("filled")
