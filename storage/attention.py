"""What the management of a school looks after today: what is late, what will be, and what nobody has taken up."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from domain.account_states import AccountState
from domain.assessment import Term
from domain.calendar import SchoolYear, day_of, term_dates
from domain.certificates import TROUBLED, Condition
from domain.duties import Duty
from domain.risks import Concern, Matter
from storage import people, users
from storage.certificate_list import certificate_list
from storage.open_work import OpenWork
from storage.outstanding import late_of
from storage.reports.missing import ids_of_school
from storage.risks import risks_of
from storage.staffing import Person
from storage.tables import ClassGroup, ClassTermRow, MailRow, Staff

_RECENT: Final = timedelta(days=7)


def matters(person: Person, open_work: OpenWork) -> list[Matter]:
    """What is not as it should be at the person's school, late work first; accounts are the administrator's.

    `open_work` is that of the whole school.
    """
    found = _of_work(person.school_id, open_work)
    if Duty.ADMIN in person.duties:
        found = [*found, *_of_system(open_work.session, person.school_id, open_work.at)]
    order = list(Concern)
    return sorted((each for each in found if each.count), key=lambda each: order.index(each.concern))


def _of_work(school_id: UUID, open_work: OpenWork) -> list[Matter]:
    session, at, shares = open_work.session, open_work.at, people.shares_of(open_work)
    late = [each for each in shares.by_person.values() if late_of(each, at)]
    certificates = [each.condition for each in certificate_list(session, school_id, at)]
    return [
        Matter(Concern.LATE_CLASSES, _late_classes(session, school_id, at)),
        Matter(Concern.LATE_PEOPLE, len(late)),
        Matter(Concern.NOBODYS_PARTS, len(shares.unassigned)),
        Matter(Concern.CERTIFICATES, sum(each in {*TROUBLED, Condition.EXPIRING} for each in certificates)),
        Matter(Concern.RISKS, len(risks_of(session, school_id, at))),
    ]


def _of_system(session: Session, school_id: UUID, at: datetime) -> Iterator[Matter]:
    staff, year = users.staff_of_school(session, school_id, at), _newest_year(session, school_id)
    yield Matter(Concern.UNOPENED, _unopened(session, school_id, year, at) if year else 0)
    yield Matter(Concern.NO_ACCOUNT, sum(each.state is AccountState.NONE for each in staff))
    yield Matter(Concern.NO_SECOND_FACTOR, sum(each.lacks_second_factor for each in staff))
    yield Matter(Concern.LOST_MAILS, _lost_mails(session, school_id, at))
    yield Matter(Concern.PERSONAL_IDS, len(ids_of_school(session, school_id, year)) if year else 0)


def _newest_year(session: Session, school_id: UUID) -> str | None:
    return session.scalar(select(func.max(ClassGroup.school_year)).where(ClassGroup.school_id == school_id))


def _late_classes(session: Session, school_id: UUID, at: datetime) -> int:
    query = (
        select(func.count())
        .select_from(ClassTermRow)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .where(ClassGroup.school_id == school_id, ClassTermRow.stage != "issued", ClassTermRow.due_at <= at)
    )
    return session.scalar(query) or 0


def _unopened(session: Session, school_id: UUID, year: str, at: datetime) -> int:
    """Classes of a year without a book for a term that has begun."""
    begun = [term for term in Term if term_dates(SchoolYear.parse(year), term).start <= day_of(at)]
    classes: ColumnElement[bool] = (ClassGroup.school_id == school_id) & (ClassGroup.school_year == year)
    count = session.scalar(select(func.count()).select_from(ClassGroup).where(classes)) or 0
    opened = (
        select(func.count())
        .select_from(ClassTermRow)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .where(classes, ClassTermRow.term.in_(begun))
    )
    return count * len(begun) - (session.scalar(opened) or 0)


def _lost_mails(session: Session, school_id: UUID, at: datetime) -> int:
    query = (
        select(func.count(MailRow.key.distinct()))
        .join(Staff, Staff.account_id == MailRow.account_id)
        .where(
            Staff.school_id == school_id,
            MailRow.closed_at.is_not(None),
            MailRow.sent_at.is_(None),
            MailRow.trouble != "done",
            MailRow.created_at > at - _RECENT,
        )
    )
    return session.scalar(query) or 0
