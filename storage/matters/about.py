"""Whom matters are about, by name, and those under way that wait for somebody else: for everybody's first page."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import and_, false, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from domain.duties import OFFICES
from storage.matters import waits
from storage.staffing import Person
from storage.tables import (
    CorrectedRecord,
    Enrolment,
    Extract,
    Handover,
    IdentityPage,
    Matter,
    MatterWait,
    PupilRow,
    School,
    Staff,
    TermRecord,
    Transfer,
)

_MOST: Final = 12


@dataclass(frozen=True)
class OthersTask:
    """What a matter waits for from somebody else: a person by name, or an office (`role`), of another `school`."""

    matter_id: UUID
    kind: str
    what: str
    field: str
    due_at: datetime | None
    name: str
    role: str
    school: str


def names_of(session: Session, matter_ids: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
    """The pupils, or whoever leaves; of a merger nobody."""
    if not matter_ids:
        return {}
    of_records = (
        select(CorrectedRecord.matter_id, PupilRow.full_name, Enrolment.order_no)
        .join(TermRecord, TermRecord.id == CorrectedRecord.record_id)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .join(PupilRow, PupilRow.id == Enrolment.pupil_id)
    )
    one = literal(0)
    found = union_all(
        of_records,
        select(Transfer.matter_id, PupilRow.full_name, one).join(PupilRow, PupilRow.id == Transfer.pupil_id),
        select(IdentityPage.matter_id, PupilRow.full_name, one).join(PupilRow, PupilRow.id == IdentityPage.pupil_id),
        select(Extract.matter_id, PupilRow.full_name, one)
        .join(Transfer, Transfer.matter_id == Extract.transfer_id)
        .join(PupilRow, PupilRow.id == Transfer.pupil_id),
        select(Handover.matter_id, Staff.full_name, one).join(Staff, Staff.id == Handover.staff_id),
    ).subquery()
    query = select(found.c[0], found.c[1]).where(found.c[0].in_(list(matter_ids))).order_by(found.c[2])
    names: dict[UUID, dict[str, None]] = {}
    for matter_id, name in session.execute(query):
        names.setdefault(matter_id, {})[name] = None
    return {matter_id: tuple(each) for matter_id, each in names.items()}


def others_tasks(session: Session, person: Person) -> list[OthersTask]:
    """Of the school for its offices, of everybody what the person opened; the soonest due first."""
    of_school = Matter.school_id == person.school_id if person.roles & OFFICES else false()
    # Of an office's row no person is known, and what is unknown is not the reader's either.
    is_own = func.coalesce(waits.is_for(person), false())
    query = (
        select(
            Matter.id, Matter.kind, MatterWait.what, MatterWait.field, MatterWait.due_at,
            func.coalesce(Staff.full_name, ""), MatterWait.role, func.coalesce(School.name, ""),
        )
        .join(Matter, Matter.id == MatterWait.matter_id)
        .outerjoin(Staff, Staff.id == MatterWait.staff_id)
        .outerjoin(School, and_(School.id == MatterWait.school_id, School.id != person.school_id))
        .where(~is_own, or_(of_school, Matter.opened_by == person.staff_id))
        .order_by(MatterWait.due_at.nulls_last(), MatterWait.since, Matter.id)
        .limit(_MOST)
    )  # fmt: skip
    return [OthersTask(*row) for row in session.execute(query)]
