"""Delivery of messages: gathered from notices, one each morning per person, sent once; run again, nothing changes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from jinja2 import TemplateError
from sqlalchemy import select
from sqlalchemy.orm import Session
from temporalio import activity

from activities.carriers import Addressee, Carrier, NotCarried
from activities.letters import Composer
from domain.errors import NotFound
from storage import digests, mails, telling
from storage.database import Sessions
from storage.tables import Account, MailRow, School, Staff

PAGE = 100
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Readers:
    """Accounts of one page of a morning; ids only."""

    day: str
    account_ids: tuple[str, ...]


@dataclass(frozen=True)
class Post:
    """How messages are written and carried: composers by kind, carriers by channel."""

    composers: Mapping[str, Composer]
    carriers: Mapping[str, Carrier]
    site_url: str


def utc_now() -> datetime:
    return datetime.now(UTC)


class MailingActivities:
    def __init__(self, sessions: Sessions, post: Post, clock: Clock = utc_now) -> None:
        self._sessions = sessions
        self._post = post
        self._clock = clock
        # Who has no channel at all still sees in the list what would have been sent.
        self._channels = tuple(post.carriers) if mails.MAIL in post.carriers else (mails.MAIL, *post.carriers)

    @activity.defn
    def gather_notices(self) -> int:
        """Tell whose turn it is, and queue what cannot wait for the morning."""
        now = self._clock()
        with self._sessions.begin() as session:
            telling.tell_turns(session, now)
        with self._sessions.begin() as session:
            return mails.queue_notices(session, now, self._channels)

    @activity.defn
    def send_mails(self) -> int:
        """Send everything that is due; returns how much went out. Another worker may do the same at the same time."""
        with self._sessions.begin() as session:
            mails.expire(session, self._clock())
        resting: set[str] = set()
        sent = 0
        try:
            while (went := self._send_next(resting)) is not None:
                sent += went
        finally:
            for carrier in self._post.carriers.values():
                carrier.rest()
        return sent

    @activity.defn
    def list_readers(self, after: str) -> list[str]:
        """The next page of accounts that want a message each morning."""
        with self._sessions() as session:
            found = mails.digest_readers(session, UUID(after) if after else None, PAGE)
        return [str(each) for each in found]

    @activity.defn
    def queue_digests(self, readers: Readers) -> int:
        """Queue the morning's message for those who have something to do; nothing due, no message."""
        now = self._clock()
        with self._sessions.begin() as session:
            found = digests.digests(session, [UUID(each) for each in readers.account_ids], now)
            for account_id in found:
                mails.queue_digest(session, account_id, date.fromisoformat(readers.day), now, self._channels)
        return len(found)

    def _send_next(self, resting: set[str]) -> int | None:
        """Claim, write, carry and note one message in one transaction; None when nothing is due.

        If this process dies after the server took the message and before that is noted, it goes out again under the
        same Message-ID.
        """
        channels = [each for each in self._post.carriers if each not in resting]
        now = self._clock()
        with self._sessions.begin() as session:
            row = mails.claim(session, now, channels) if channels else None
            if row is None:
                return None
            try:
                return int(self._deliver(session, row, now))
            except NotCarried as error:
                if error.is_everybodys:
                    resting.add(row.channel)
                if error.is_final:
                    mails.give_up(row, now, error.trouble)
                else:
                    mails.try_later(row, now, error.trouble)
                return 0

    def _deliver(self, session: Session, row: MailRow, now: datetime) -> bool:
        account = mails.reader(session, row.account_id)
        compose = self._post.composers.get(row.kind)
        if compose is None or account.disabled_at is not None:
            mails.give_up(row, now, "no composer" if compose is None else "account closed")
            return False
        try:
            letter = compose(session, row, self._post.site_url)
        except NotFound:
            letter = None
        except (LookupError, TemplateError, TypeError, ValueError) as error:
            # One message that cannot be written must not hold up the others.
            raise NotCarried(f"words: {type(error).__name__}", is_final=False) from error
        if letter is None:
            mails.give_up(row, now, "done")
            return False
        self._post.carriers[row.channel].carry(letter, _addressee(session, row, account))
        mails.sent(row, now)
        return True


def _addressee(session: Session, row: MailRow, account: Account) -> Addressee:
    codes = select(School.code).join(Staff, Staff.school_id == School.id).where(Staff.account_id == account.id)
    return Addressee(row.key, account.id, account.email, account.channel_locked, tuple(session.scalars(codes)))
