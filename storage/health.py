"""How the whole installation stands, in numbers and ages: for whoever watches it. No person and no school is named."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import DateTime, Select, func, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from domain.stages import Stage
from domain.submission.states import UNDER_WAY
from storage import counting
from storage.tables import (
    CertificateRow,
    ClassTermRow,
    Drift,
    LogEvent,
    MailRow,
    Matter,
    MatterEvent,
    Packet,
    SigningOrder,
    TermRecord,
)
from storage.tables.papers import UNPROVEN

# Books of older years are over, whatever stands in them.
_OF_NOW: Final = timedelta(days=366)
_REMINDERS: Final = ("alarm", "reminded")
_STUCK: Final = "stuck"
BANDS: Final[Mapping[str, timedelta]] = {
    "overdue": timedelta(0),
    "1d": timedelta(days=1),
    "3d": timedelta(days=3),
    "7d": timedelta(days=7),
    "later": timedelta.max,
}
_UNCONFIRMED: Final = ("preparing", "prepared")
CONFIRMED: Final = ("asked", "signed")
ENDING: Final = timedelta(days=30)


@dataclass(frozen=True)
class Backlog:
    """What waits to be done by a machine: how much, and since when the first of it."""

    count: int = 0
    oldest: datetime | None = None

    def age(self, at: datetime) -> timedelta:
        return at - self.oldest if self.oldest else timedelta(0)


@dataclass(frozen=True)
class Slack:
    """Open class-terms by the time that is left to them; and how much is left to the first, and to one in the middle.

    Negative where the deadline is past; None without an open class-term.
    """

    bands: Mapping[str, int]
    first: timedelta | None
    middle: timedelta | None


def clock(session: Session) -> datetime:
    return session.scalars(select(func.clock_timestamp(type_=DateTime(timezone=True)))).one()


def records(session: Session, at: datetime) -> dict[tuple[str, str, bool], int]:
    """The records of this year by term, stage, and whether they are held."""
    query = (
        select(ClassTermRow.term, TermRecord.stage, TermRecord.held, func.count())
        .join(ClassTermRow, ClassTermRow.id == TermRecord.class_term_id)
        .where(ClassTermRow.due_at > at - _OF_NOW)
        .group_by(ClassTermRow.term, TermRecord.stage, TermRecord.held)
    )
    return {(term, stage, held): count for term, stage, held, count in session.execute(query)}


def slack(session: Session, at: datetime) -> Slack:
    query = select(ClassTermRow.due_at).where(
        ClassTermRow.stage != Stage.ISSUED.value, ClassTermRow.due_at > at - _OF_NOW
    )
    left = sorted(due_at - at for due_at in session.scalars(query))
    bands = dict.fromkeys(BANDS, 0)
    for each in left:
        bands[next(name for name, limit in BANDS.items() if each <= limit)] += 1
    return Slack(bands, left[0] if left else None, left[len(left) // 2] if left else None)


def orders(session: Session, at: datetime) -> dict[str, Backlog]:
    """Open orders by state. One that nobody confirmed in its time is forgotten, not waiting."""
    is_alive = SigningOrder.state.in_(_UNCONFIRMED) & (SigningOrder.expires_at > at)
    query = select(SigningOrder.state, func.count(), func.min(SigningOrder.created_at))
    found = _grouped(session, query.where(SigningOrder.state.in_(CONFIRMED) | is_alive))
    return {state: found.get(state, Backlog()) for state in (*_UNCONFIRMED, *CONFIRMED)}


def troubles(session: Session, before: datetime) -> dict[str, int]:
    """What confirmed orders from before a moment wait for, by the code of it; empty for those that just go on."""
    query = select(SigningOrder.trouble_code, func.count())
    query = query.where(SigningOrder.state.in_(CONFIRMED), SigningOrder.created_at <= before)
    found = Counter[str]()
    for code, count in session.execute(query.group_by(SigningOrder.trouble_code)):
        found[counting.known(code) if code else ""] += count
    return dict(found)


def unproven(session: Session) -> Backlog:
    """Completed orders whose time no evidence proves yet."""
    query = select(func.count(), func.min(SigningOrder.created_at)).where(text(UNPROVEN))
    return Backlog(*session.execute(query).one())


def unpublished(session: Session) -> Backlog:
    """Events that the history log does not have yet."""
    query = select(func.count(), func.min(LogEvent.happened_at)).where(LogEvent.position.is_(None))
    return Backlog(*session.execute(query).one())


def mails(session: Session, at: datetime) -> dict[str, Backlog]:
    """By channel, messages that should be on their way: the hour that they wait for has come."""
    due_at = func.coalesce(MailRow.send_after, MailRow.created_at)
    query = select(MailRow.channel, func.count(), func.min(due_at))
    return _grouped(session, query.where(MailRow.closed_at.is_(None), due_at <= at))


def packets(session: Session) -> dict[str, Backlog]:
    """By state, packets that no store has answered."""
    states = [each.value for each in UNDER_WAY]
    query = select(Packet.state, func.count(), func.min(Packet.created_at)).where(Packet.state.in_(states))
    found = _grouped(session, query)
    return {state: found.get(state, Backlog()) for state in states}


def drifts(session: Session, since: datetime) -> int:
    """Books and schools that were unlike their workflow and could not be put right by themselves."""
    query = select(func.count()).select_from(Drift).where(Drift.found_at > since, Drift.is_repaired.is_(False))
    return session.scalars(query).one()


def matters(session: Session) -> dict[str, int]:
    """Open matters by kind."""
    query = select(Matter.kind, func.count()).where(Matter.settled_at.is_(None)).group_by(Matter.kind)
    return dict(session.execute(query).all())


def stuck_matters(session: Session) -> dict[str, Backlog]:
    """By kind, matters that something refuses, so that they do not go on by themselves."""
    newest = (
        select(Matter.kind, MatterEvent.deed, MatterEvent.happened_at)
        .ext(distinct_on(MatterEvent.matter_id))
        .join(Matter, Matter.id == MatterEvent.matter_id)
        .where(Matter.settled_at.is_(None), MatterEvent.deed.not_in(_REMINDERS))
        .order_by(MatterEvent.matter_id, MatterEvent.seq.desc())
        .subquery()
    )
    query = select(newest.c.kind, func.count(), func.min(newest.c.happened_at)).where(newest.c.deed == _STUCK)
    return _grouped(session, query)


def certificates(session: Session, since: datetime, until: datetime) -> dict[str, tuple[int, datetime | None]]:
    """Of `staff` and of `school`s: whose last certificate ends between these moments, how many and when the first.

    The one that lasts longest counts for its owner.
    """
    of_staff = CertificateRow.staff_id.is_not(None).label("of_staff")
    lasts = (
        select(of_staff, func.max(CertificateRow.not_after).label("until"))
        .where(CertificateRow.state == "valid")
        .group_by(func.coalesce(CertificateRow.staff_id, CertificateRow.school_id), of_staff)
        .subquery()
    )
    query = select(lasts.c.of_staff, func.count(), func.min(lasts.c.until)).where(
        lasts.c.until > since, lasts.c.until <= until
    )
    found = {is_staff: (count, first) for is_staff, count, first in session.execute(query.group_by(lasts.c.of_staff))}
    return {owner: found.get(owner == "staff", (0, None)) for owner in ("staff", "school")}


def _grouped(session: Session, query: Select[Any, Any, Any]) -> dict[str, Backlog]:
    """By the first column, with a count and the oldest moment in the others."""
    rows = session.execute(query.group_by(query.selected_columns[0]))
    return {name: Backlog(count, oldest) for name, count, oldest in rows}
