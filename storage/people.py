"""People of a school beside what waits for them, and the nudges they were sent."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.notices import Kind
from domain.outstanding import Outstanding, PersonWork
from storage import assignments
from storage.open_work import OpenWork
from storage.outstanding import late_of, outstanding
from storage.risks import risks_of
from storage.staffing import Holder
from storage.tables import AccountSession, Notice, Staff


@dataclass(frozen=True)
class SchoolWork:
    """Everybody of a school with what waits for them, and what waits for a slot that nobody fills."""

    people: list[PersonWork]
    unassigned: list[Outstanding]


@dataclass(frozen=True)
class Shares:
    """What waits for each person, and what waits for a slot that nobody fills."""

    by_person: Mapping[UUID, Sequence[Outstanding]]
    unassigned: list[Outstanding]


def shares_of(open_work: OpenWork) -> Shares:
    work, held = outstanding(open_work), open_work.holders
    return Shares(_by_person(work, held), [each for each in work if (each.class_id, each.slot) not in held])


def people_work(session: Session, school_id: UUID, at: datetime) -> SchoolWork:
    """Everybody of a school, whether there is something to do or not."""
    risks, shares = risks_of(session, school_id, at), shares_of(OpenWork.of_school(session, school_id, at))
    duties = assignments.duties_by_person(session, school_id, at)
    seen, nudged = _last_seen(session, school_id), _last_nudged(session, school_id)
    people = [
        PersonWork(
            each.staff_id, each.full_name, duties.get(each.staff_id, ()),
            tuple(shares.by_person.get(each.staff_id, ())),
            seen.get(each.staff_id), nudged.get(each.staff_id), risks.get(each.staff_id, ()),
        )
        for each in assignments.staff_of(session, school_id)
    ]  # fmt: skip
    return SchoolWork(people, shares.unassigned)


def nudge(
    session: Session,
    people: Iterable[PersonWork],
    day: date,
    *,
    sent_by: UUID | None = None,
    only_late_at: datetime | None = None,
) -> int:
    """Tell people of what waits for them, once for each class and day; returns how many of them were told anew.

    With `only_late_at` only of what is late at that moment.
    """
    rows = [
        {
            "staff_id": person.staff_id,
            "class_term_id": class_term_id,
            "kind": Kind.NUDGE,
            "subject_ref": f"{class_term_id}/{day.isoformat()}",
            "sent_by": sent_by,
        }
        for person in people
        for class_term_id in _matters(person.work, only_late_at)
    ]
    if not rows:
        return 0
    told = insert(Notice).values(rows).on_conflict_do_nothing().returning(Notice.staff_id)
    return len(set(session.scalars(told)))


def _matters(work: Collection[Outstanding], only_late_at: datetime | None) -> list[UUID]:
    late = work if only_late_at is None else late_of(work, only_late_at)
    return list(dict.fromkeys(each.class_term_id for each in late))


def _by_person(
    work: Iterable[Outstanding], held: Mapping[tuple[UUID, str], Sequence[Holder]]
) -> dict[UUID, list[Outstanding]]:
    found: dict[UUID, list[Outstanding]] = defaultdict(list)
    for each in work:
        for holder in held.get((each.class_id, each.slot), ()):
            found[holder.staff_id].append(each)
    return found


def _last_seen(session: Session, school_id: UUID) -> dict[UUID, datetime]:
    query = (
        select(AccountSession.staff_id, func.max(AccountSession.seen_at))
        .join(Staff, Staff.id == AccountSession.staff_id)
        .where(Staff.school_id == school_id)
        .group_by(AccountSession.staff_id)
    )
    return dict(session.execute(query).all())


def _last_nudged(session: Session, school_id: UUID) -> dict[UUID, datetime]:
    query = (
        select(Notice.staff_id, func.max(Notice.created_at))
        .join(Staff, Staff.id == Notice.staff_id)
        .where(Staff.school_id == school_id, Notice.kind == Kind.NUDGE)
        .group_by(Notice.staff_id)
    )
    return dict(session.execute(query).all())
