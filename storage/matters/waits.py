"""Whom matters wait for: kept by whoever moves a matter on, read by everybody's list of tasks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from storage import journal
from storage.staffing import Person, in_force
from storage.tables import Matter, MatterWait, Position


@dataclass(frozen=True)
class Wait:
    """A person, or an office (`role`) of a school or an authority, that is to do `what`; `field` for a signature."""

    what: str
    due_at: datetime | None = None
    staff_id: UUID | None = None
    role: str = ""
    school_id: UUID | None = None
    authority_id: UUID | None = None
    field: str = ""


@dataclass(frozen=True)
class MatterTask:
    """What a matter waits for from the person who asks."""

    matter_id: UUID
    kind: str
    what: str
    field: str
    since: datetime
    due_at: datetime | None


def wait_for(session: Session, matter_id: UUID, waits: Sequence[Wait], at: datetime) -> None:
    """A matter waits for these, and for nobody else; those who are new are told. Who waited already waits on."""
    for wait in keep(session, matter_id, waits, at):
        tell(session, matter_id, wait.what, people(session, wait, at), at)


def keep(session: Session, matter_id: UUID, waits: Sequence[Wait], at: datetime) -> list[Wait]:
    """As `wait_for`, but nobody is told; returns what is new."""
    known = {_of_row(row): row for row in session.scalars(select(MatterWait).where(MatterWait.matter_id == matter_id))}
    gone = [row.id for wait, row in known.items() if wait not in waits]
    session.execute(delete(MatterWait).where(MatterWait.id.in_(gone)))
    new = [wait for wait in waits if wait not in known]
    session.add_all(MatterWait(matter_id=matter_id, since=at, **vars(wait)) for wait in new)
    session.flush()
    return new


def people(session: Session, wait: Wait, at: datetime) -> set[UUID]:
    """Who may do it now."""
    if wait.staff_id is not None:
        return {wait.staff_id}
    query = select(Position.staff_id).where(
        Position.role == wait.role,
        Position.school_id == wait.school_id if wait.school_id else Position.authority_id == wait.authority_id,
        in_force(Position, at),
    )
    return set(session.scalars(query))


def tell(session: Session, matter_id: UUID, what: str, staff_ids: Collection[UUID], at: datetime) -> None:
    """Tell people of a matter, each once for each `what` and moment (`domain.matters.words.NOTICES` has the words)."""
    kind = session.get_one(Matter, matter_id).kind
    about = f"{kind}.{what}/{matter_id}/{at.isoformat()}"
    journal.add_notices(session, None, "matter", [(each, about) for each in staff_ids], None)


def tasks_of(session: Session, person: Person) -> list[MatterTask]:
    """Everything that matters wait for from a person, soonest due first."""
    query = (
        select(Matter.id, Matter.kind, MatterWait.what, MatterWait.field, MatterWait.since, MatterWait.due_at)
        .join(Matter, Matter.id == MatterWait.matter_id)
        .where(is_for(person))
        .order_by(MatterWait.due_at.nulls_last(), MatterWait.since, Matter.id)
    )
    return [MatterTask(*row) for row in session.execute(query)]


def due_of(
    session: Session, staff_ids: Collection[UUID], before: datetime, at: datetime
) -> list[tuple[UUID, MatterTask]]:
    """What is due before a moment, or late, with who may do it: some of these people; the soonest due first."""
    holds = and_(
        Position.role == MatterWait.role,
        or_(Position.school_id == MatterWait.school_id, Position.authority_id == MatterWait.authority_id),
        in_force(Position, at),
    )
    holder = func.coalesce(MatterWait.staff_id, Position.staff_id)
    query = (
        select(holder, Matter.id, Matter.kind, MatterWait.what, MatterWait.field, MatterWait.since, MatterWait.due_at)
        .join(Matter, Matter.id == MatterWait.matter_id)
        .outerjoin(Position, holds)
        .where(MatterWait.due_at < before, holder.in_(staff_ids))
        .order_by(MatterWait.due_at, Matter.id, MatterWait.field)
    )
    return [(row[0], MatterTask(*row[1:])) for row in session.execute(query)]


def of_matter(session: Session, matter_id: UUID) -> list[Wait]:
    return [_of_row(row) for row in session.scalars(select(MatterWait).where(MatterWait.matter_id == matter_id))]


def is_for(person: Person) -> ColumnElement[bool]:
    """Rows of `matter_waits` that this person may answer now."""
    place = (
        MatterWait.authority_id == person.authority_id
        if person.authority_id
        else MatterWait.school_id == person.school_id
    )
    return or_(MatterWait.staff_id == person.staff_id, and_(MatterWait.role.in_(sorted(person.roles)), place))


def _of_row(row: MatterWait) -> Wait:
    return Wait(row.what, row.due_at, row.staff_id, row.role, row.school_id, row.authority_id, row.field)
