"""What the morning's message says to each person: everything that is due, of every school of the account."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.deadlines import SOON
from domain.notices import IMMEDIATE, Told
from domain.waiting import URGENT, Waiting
from storage import notices
from storage.matters import waits
from storage.matters.waits import MatterTask
from storage.tables import Notice, Staff
from storage.waiting import of_people

_SINCE: Final = timedelta(days=1)


@dataclass(frozen=True)
class Digest:
    """Late, sent back, due within a week; and what came since yesterday that has no message of its own.

    `matters` are late, or due so soon that tomorrow's message would hardly help.
    """

    late: tuple[Waiting, ...] = ()
    returned: tuple[Waiting, ...] = ()
    soon: tuple[Waiting, ...] = ()
    news: tuple[Told, ...] = ()
    matters: tuple[MatterTask, ...] = ()

    @property
    def count(self) -> int:
        return len(self.late) + len(self.returned) + len(self.soon) + len(self.matters)

    @property
    def is_empty(self) -> bool:
        return not self.count and not self.news


def digests(session: Session, account_ids: Collection[UUID], at: datetime) -> dict[UUID, Digest]:
    """By account, for those that have something to hear."""
    staff = select(Staff.id, Staff.account_id).where(Staff.account_id.in_(account_ids))
    people = dict(session.execute(staff).all())
    tasks: dict[UUID | None, list[Waiting]] = {}
    for task in of_people(session, people.keys(), at):
        tasks.setdefault(people[task.staff_id], []).append(task)
    news: dict[UUID | None, list[Told]] = {}
    for told in _news(session, people.keys(), at):
        news.setdefault(people[told.staff_id], []).append(told)
    matters: dict[UUID | None, list[MatterTask]] = {}
    for staff_id, due in waits.due_of(session, people.keys(), at + URGENT, at):
        matters.setdefault(people[staff_id], []).append(due)
    found = {
        each: replace(_digest(tasks.get(each, []), news.get(each, []), at), matters=tuple(matters.get(each, ())))
        for each in account_ids
    }
    return {account_id: digest for account_id, digest in found.items() if not digest.is_empty}


def _digest(tasks: Collection[Waiting], news: Collection[Told], at: datetime) -> Digest:
    late = tuple(task for task in tasks if task.place.due_at <= at)
    returned = tuple(task for task in tasks if task.is_returned and task not in late)
    soon = tuple(task for task in tasks if task.place.due_at <= at + SOON and task not in (*late, *returned))
    return Digest(late, returned, soon, tuple(news))


def _news(session: Session, staff_ids: Collection[UUID], at: datetime) -> list[Told]:
    query = select(Notice).where(
        Notice.staff_id.in_(staff_ids),
        Notice.read_at.is_(None),
        Notice.mail_key.is_(None),
        Notice.kind.not_in(IMMEDIATE),
        Notice.created_at > at - _SINCE,
    )
    rows = session.scalars(query.order_by(Notice.created_at, Notice.id)).all()
    return [told for told in notices.in_words(session, rows, at) if told.is_open]
