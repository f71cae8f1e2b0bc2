"""Messages that leave the application: queued once by their key, claimed by one worker, closed once sent or useless."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Final
from uuid import UUID

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, load_only

from domain.notices import ALWAYS, IMMEDIATE
from domain.quiet_hours import quiet_until
from storage.tables import Account, MailRow, Notice, Staff

MAIL: Final = "mail"
OWN: Final = "own"
SCHOOL: Final = "school"
USELESS_AFTER: Final = timedelta(days=2)  # nobody is helped by an older message
UNTOLD_FOR: Final = timedelta(days=1)
BETWEEN: Final = timedelta(minutes=15)  # two messages to one person
FIRST_PAUSE: Final = timedelta(minutes=5)
LONGEST_PAUSE: Final = timedelta(hours=1)
_TOO_LATE: Final = "expired"
# What the workers may read of an account (storage.grants).
OF_READERS: Final = load_only(
    Account.id, Account.login, Account.email, Account.language, Account.wants_digest, Account.wants_mail,
    Account.quiet_from, Account.quiet_until, Account.channel_locked, Account.created_at, Account.disabled_at,
    raiseload=True,
)  # fmt: skip


class MailState(StrEnum):
    """How a message fared; useless is one whose matter was done before it left."""

    SENT = "sent"
    WAITING = "waiting"
    FAILED = "failed"
    USELESS = "useless"


_DONE: Final = "done"  # the trouble of a message that became useless
_STATE: Final = case(
    (MailRow.sent_at.is_not(None), MailState.SENT.value),
    (MailRow.closed_at.is_(None), MailState.WAITING.value),
    (MailRow.trouble == _DONE, MailState.USELESS.value),
    else_=MailState.FAILED.value,
)


@dataclass(frozen=True)
class MailLine:
    """A message as the school's administrator sees it: never its words."""

    kind: str
    channel: str
    names: tuple[str, ...]
    created_at: datetime
    send_after: datetime | None
    sent_at: datetime | None
    closed_at: datetime | None
    trouble: str
    state: MailState


def reader(session: Session, account_id: UUID) -> Account:
    """Somebody's account, as far as whoever sends messages may read it: nothing of how people sign in."""
    return session.get_one(Account, account_id, options=[OF_READERS])


def queue_notices(session: Session, at: datetime, channels: Collection[str]) -> int:
    """Give every notice that cannot wait a message to its person; what came together goes together."""
    query = (
        select(Notice, Account)
        .join(Staff, Staff.id == Notice.staff_id)
        .join(Account, Account.id == Staff.account_id)
        .where(
            Notice.kind.in_(IMMEDIATE),
            Notice.read_at.is_(None),
            Notice.mail_key.is_(None),
            Notice.created_at > at - UNTOLD_FOR,
            Account.disabled_at.is_(None),
            or_(Account.wants_mail, Notice.kind.in_(ALWAYS)),
        )
        .order_by(Account.id, Notice.kind.in_(ALWAYS), Notice.created_at, Notice.id)
        .options(OF_READERS)
        .with_for_update(of=Notice, skip_locked=True)
    )
    rows = session.execute(query).all()
    for (_, always), group in groupby(rows, key=lambda row: (row[1].id, row[0].kind in ALWAYS)):
        told = list(group)
        _queue_of(session, told[0][1], [notice for notice, _ in told], at, channels, always=always)
    return len(rows)


def _queue_of(
    session: Session, account: Account, told: Sequence[Notice], at: datetime, channels: Collection[str], *, always: bool
) -> None:
    wanted = [each for each in channels if _reaches(account, each)]
    if not wanted:
        return
    waits = None if always else _open_key(session, account.id)
    key = waits or f"notice/{told[0].id}"
    if waits is None:
        after = at if always else max(_after_quiet(account, at), _after_last(session, account.id, at))
        _add(session, MailRow(key=key, account_id=account.id, kind="notice", created_at=at, send_after=after), wanted)
    session.execute(update(Notice).where(Notice.id.in_([notice.id for notice in told])).values(mail_key=key))


def queue_digest(session: Session, account_id: UUID, day: date, at: datetime, channels: Collection[str]) -> None:
    """The message of a morning; the same morning again changes nothing."""
    account = reader(session, account_id)
    wanted = [each for each in channels if each != SCHOOL and _reaches(account, each)]
    key, after = f"digest/{account_id}/{day.isoformat()}", _after_quiet(account, at)
    _add(session, MailRow(key=key, account_id=account_id, kind="digest", created_at=at, send_after=after), wanted)


def digest_readers(session: Session, after: UUID | None, limit: int) -> list[UUID]:
    """Accounts that want the morning's message, a page at a time."""
    query = select(Account.id).where(Account.wants_digest, Account.disabled_at.is_(None))
    reached = or_(Account.email != "", Account.channel_locked.is_not(None))
    if after is not None:
        query = query.where(Account.id > after)
    works = select(Staff.account_id).where(Staff.account_id.is_not(None))
    return list(session.scalars(query.where(reached, Account.id.in_(works)).order_by(Account.id).limit(limit)))


def claim(session: Session, at: datetime, channels: Collection[str]) -> MailRow | None:
    """The next message that is due; other workers pass over it until this transaction ends."""
    query = (
        select(MailRow)
        .where(
            MailRow.closed_at.is_(None),
            MailRow.channel.in_(channels),
            or_(MailRow.send_after.is_(None), MailRow.send_after <= at),
        )
        .order_by(MailRow.created_at, MailRow.key)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(query).first()


def sent(row: MailRow, at: datetime) -> None:
    row.sent_at = row.closed_at = at
    row.trouble = ""


def give_up(row: MailRow, at: datetime, trouble: str) -> None:
    row.closed_at, row.trouble = at, trouble


def try_later(row: MailRow, at: datetime, trouble: str) -> None:
    """In five minutes at first, as servers that know nobody want it; then ever later, up to an hour."""
    waited = (at - row.created_at) / 2 if row.trouble else FIRST_PAUSE
    row.send_after = at + min(max(waited, FIRST_PAUSE), LONGEST_PAUSE)
    row.trouble = trouble


def expire(session: Session, at: datetime) -> int:
    """Close what could not be sent in time: no server was set, or it never took the message."""
    old = update(MailRow).where(MailRow.closed_at.is_(None), MailRow.created_at < at - USELESS_AFTER)
    trouble = func.coalesce(func.nullif(MailRow.trouble, ""), _TOO_LATE)
    closed = session.execute(old.values(closed_at=at, trouble=trouble).returning(MailRow.key))
    return len(closed.all())


def newest(session: Session, school_id: UUID, limit: int, *, kind: str = "", state: str = "") -> list[MailLine]:
    """The newest messages to people of a school, of one kind and in one state if these are named."""
    names = func.array_agg(Staff.full_name)
    query = (
        select(MailRow, names, _STATE)
        .join(Staff, Staff.account_id == MailRow.account_id)
        .where(Staff.school_id == school_id)
        .group_by(MailRow.key)
        .order_by(MailRow.created_at.desc(), MailRow.key)
        .limit(limit)
    )
    if kind:
        query = query.where(MailRow.kind == kind)
    if state:
        query = query.where(_STATE.in_((state,)))
    return [
        MailLine(
            row.kind, row.channel, tuple(who), row.created_at, row.send_after, row.sent_at, row.closed_at, row.trouble,
            MailState(how),
        )
        for row, who, how in session.execute(query)
    ]  # fmt: skip


def base_of(key: str) -> str:
    """The same matter goes by several channels, each with a key of its own."""
    return key.partition("@")[0]


def _add(session: Session, new: MailRow, channels: Iterable[str]) -> None:
    rows = [
        {
            "key": new.key if channel == MAIL else f"{new.key}@{channel}",
            "account_id": new.account_id,
            "kind": new.kind,
            "channel": channel,
            "created_at": new.created_at,
            "send_after": new.send_after,
        }
        for channel in channels
    ]
    if rows:
        session.execute(insert(MailRow).values(rows).on_conflict_do_nothing())


def _open_key(session: Session, account_id: UUID) -> str | None:
    """A message that waits to be sent takes in what came since; not one that a worker is sending right now."""
    mine = (MailRow.account_id == account_id, MailRow.kind == "notice", MailRow.closed_at.is_(None))
    keys = {base_of(key) for key in session.scalars(select(MailRow.key).where(*mine))}
    for key in sorted(keys):
        rows = select(MailRow).where(or_(MailRow.key == key, MailRow.key.startswith(f"{key}@", autoescape=True)))
        everywhere = len(session.scalars(rows).all())
        waiting = session.scalars(rows.where(*mine).with_for_update(skip_locked=True)).all()
        if len(waiting) == everywhere and not _is_always(session, key):
            return key
    return None


def _is_always(session: Session, key: str) -> bool:
    return bool(session.scalar(select(func.count()).where(Notice.mail_key == key, Notice.kind.in_(ALWAYS))))


def _after_quiet(account: Account, at: datetime) -> datetime:
    return quiet_until(at, account.quiet_from, account.quiet_until) or at


def _after_last(session: Session, account_id: UUID, at: datetime) -> datetime:
    last = select(func.max(MailRow.sent_at)).where(MailRow.account_id == account_id, MailRow.kind == "notice")
    found = session.scalar(last)
    return found + BETWEEN if found else at


def _reaches(account: Account, channel: str) -> bool:
    if channel == MAIL:
        return account.email != ""
    return channel == SCHOOL or account.channel_locked is not None
