"""Who is asking: the person behind a signed-in browser or a system's key, with the rights of this moment."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, and_, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from domain.duties import SECOND_FACTOR, Duty
from domain.errors import NotFound
from domain.scopes import Scope
from storage.staffing import Moment, Person, person, person_columns, person_of
from storage.tables import Account, AccountSession, ApiToken, ManagingAuthority, School, Staff

IDLE = timedelta(hours=12)  # a browser left alone for longer has to sign in again
LONGEST = timedelta(days=14)
NOTED_EVERY = timedelta(minutes=5)  # how exactly the owner is told when a browser was last used
_COLLEAGUE, _SCHOOL, _OFFICE = aliased(Staff), aliased(School), aliased(ManagingAuthority)
_PLACE = func.coalesce(_SCHOOL.name, _OFFICE.name)
_WORKPLACES = func.coalesce(
    select(func.jsonb_agg(aggregate_order_by(func.jsonb_build_array(_COLLEAGUE.id, _PLACE), _PLACE)))
    .select_from(_COLLEAGUE)
    .outerjoin(_SCHOOL, _SCHOOL.id == _COLLEAGUE.school_id)
    .outerjoin(_OFFICE, _OFFICE.id == _COLLEAGUE.authority_id)
    .where(_COLLEAGUE.account_id == Account.id)
    .correlate(Account)
    .scalar_subquery(),
    text("'[]'::jsonb"),
)


def _holding(at: Moment, alive_since: Moment) -> tuple[ColumnElement[bool], ...]:
    """Of a session: neither ended nor forgotten, of an account that is open and still the person's."""
    return (
        AccountSession.ended_at.is_(None),
        AccountSession.expires_at > at,
        AccountSession.seen_at > alive_since,
        Account.disabled_at.is_(None),
        Staff.account_id == Account.id,
    )


# Every request asks one of these, so they are made once.
_AT: Final = bindparam("at", type_=DateTime(timezone=True))
_SESSION_COLUMNS: Final = (
    AccountSession.id,
    AccountSession.account_id,
    AccountSession.duty,
    AccountSession.seen_at,
    AccountSession.has_second_factor,
    AccountSession.device,
    AccountSession.network,
    Account.language,
    Account.totp_locked.is_not(None).label("asks"),
    _WORKPLACES.label("workplaces"),
)
_OF_SESSION: Final = len(_SESSION_COLUMNS)
_BY_SESSION: Final = (
    select(*_SESSION_COLUMNS, *person_columns(_AT))
    .select_from(AccountSession)
    .join(Account, Account.id == AccountSession.account_id)
    .join(Staff, Staff.id == AccountSession.staff_id)
    .where(
        AccountSession.token_sha256 == bindparam("token"),
        *_holding(_AT, bindparam("alive_since", type_=DateTime(timezone=True))),
    )
)
_KEY_COLUMNS: Final = (ApiToken.id, ApiToken.name, ApiToken.scopes, ApiToken.used_at)
_OF_KEY: Final = len(_KEY_COLUMNS)
_BY_KEY: Final = (
    select(*_KEY_COLUMNS, *person_columns(_AT))
    .select_from(ApiToken)
    .join(Staff, Staff.id == ApiToken.staff_id)
    .outerjoin(Account, Account.id == Staff.account_id)
    .where(
        ApiToken.token_sha256 == bindparam("token"),
        ApiToken.ended_at.is_(None),
        ApiToken.expires_at > _AT,
        Account.disabled_at.is_(None),
    )
)
_FIRST_DESK = (
    Duty.OFFICE_HEAD,
    Duty.OFFICER,
    Duty.PRINCIPAL,
    Duty.VICE_PRINCIPAL,
    Duty.CLERK,
    Duty.ADMIN,
    Duty.HOMEROOM,
    Duty.SUBJECT_TEACHER,
)


@dataclass(frozen=True)
class Workplace:
    """A school or an authority at which the person behind an account is on the staff."""

    staff_id: UUID
    school: str


@dataclass(frozen=True)
class Visitor:
    """A person and how the request came: `scopes` only for a system's key, the rest only for a browser.

    `device` is in words for people: the browser's, or the name of the key. `is_noted` is False where it
    should be kept that it was used again.
    """

    person: Person
    scopes: frozenset[Scope] | None = None
    account_id: UUID | None = None
    session_id: UUID | None = None
    desk: Duty | None = None
    language: str = "vi"
    has_second_factor: bool = False
    device: str = ""
    network: str = ""
    asks_second_factor: bool = False
    schools: tuple[Workplace, ...] = ()
    key_id: UUID | None = None
    is_noted: bool = True

    @property
    def needs_second_factor(self) -> bool:
        """Whether a code is still missing: of those whose duties demand one, and of everybody who has set one up."""
        return not self.has_second_factor and (self.asks_second_factor or bool(self.person.duties & SECOND_FACTOR))


@dataclass(frozen=True)
class NewSession:
    """A browser that has just signed in, for `storage.visitors.begin`."""

    account_id: UUID
    staff_id: UUID
    device: str
    network: str
    has_second_factor: bool = False


def sha256_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    return secrets.token_urlsafe(32)


def by_session(session: Session, token: str, at: datetime) -> Visitor | None:
    """The visitor of a browser's cookie. Nobody, once the last duty has ended."""
    asked = {"token": sha256_of(token), "at": at, "alive_since": at - IDLE}
    row = session.execute(_BY_SESSION, asked).first()
    who = person_of(row[_OF_SESSION:]) if row else None
    if row is None or who is None or not who.duties:
        return None
    return Visitor(
        who,
        account_id=row.account_id,
        session_id=row.id,
        desk=_desk(who, row.duty),
        language=row.language,
        has_second_factor=row.has_second_factor,
        device=row.device,
        network=row.network,
        asks_second_factor=row.asks,
        schools=tuple(Workplace(UUID(staff_id), school) for staff_id, school in row.workplaces),
        is_noted=row.seen_at >= at - NOTED_EVERY,
    )


def note_use(session: Session, visitor: Visitor, at: datetime) -> None:
    """Keep when a browser or a key was last used, for its owner to see."""
    if visitor.session_id is not None:
        session.execute(update(AccountSession).where(AccountSession.id == visitor.session_id).values(seen_at=at))
    if visitor.key_id is not None:
        session.execute(update(ApiToken).where(ApiToken.id == visitor.key_id).values(used_at=at))


def still_there(session: Session, session_id: UUID, at: datetime) -> Person | None:
    """Who sits at a browser whose session still holds, with the rights of this moment; nobody once it does not.

    Not a use of it: a page that is merely open does not prolong it.
    """
    query = (
        select(*person_columns(at))
        .select_from(AccountSession)
        .join(Account, Account.id == AccountSession.account_id)
        .join(Staff, Staff.id == AccountSession.staff_id)
        .where(AccountSession.id == session_id, *_holding(at, at - IDLE))
    )
    row = session.execute(query).first()
    who = person_of(row) if row else None
    return who if who and who.duties else None


def by_key(session: Session, token: str, at: datetime) -> Visitor | None:
    """The visitor that a system's key stands for; it ends with the account and the duties of its person."""
    row = session.execute(_BY_KEY, {"token": sha256_of(token), "at": at}).first()
    who = person_of(row[_OF_KEY:]) if row else None
    if row is None or who is None or not who.duties:
        return None
    is_noted = row.used_at is not None and row.used_at >= at - NOTED_EVERY
    scopes = frozenset(Scope(each) for each in row.scopes)
    return Visitor(who, scopes=scopes, device=row.name, key_id=row.id, is_noted=is_noted)


def begin(session: Session, new: NewSession, at: datetime) -> str:
    """Start a session at the person's first desk; returns the token for the cookie, kept only as a hash."""
    who = person(session, at, Staff.id == new.staff_id)
    if who is None:
        raise NotFound("Không tìm thấy tài khoản này.")
    token = new_token()
    row = AccountSession(
        account_id=new.account_id,
        staff_id=new.staff_id,
        duty=_desk(who, ""),
        token_sha256=sha256_of(token),
        device=new.device,
        network=new.network,
        has_second_factor=new.has_second_factor,
        created_at=at,
        seen_at=at,
        expires_at=at + LONGEST,
    )
    session.add(row)
    return token


def renew(session: Session, session_id: UUID, *, has_second_factor: bool) -> str:
    """A new token for a session that may do more from now on; the old one is worth nothing."""
    token = new_token()
    row = update(AccountSession).where(AccountSession.id == session_id)
    session.execute(row.values(token_sha256=sha256_of(token), has_second_factor=has_second_factor))
    return token


def end(session: Session, account_id: UUID, session_ids: Collection[UUID], at: datetime) -> None:
    """End sessions of one account; those of others are left alone."""
    mine = AccountSession.account_id == account_id
    open_ones = update(AccountSession).where(
        mine, AccountSession.id.in_(session_ids), AccountSession.ended_at.is_(None)
    )
    session.execute(open_ones.values(ended_at=at))


def sit_down(session: Session, visitor: Visitor, desk: Duty) -> None:
    """Change to another of one's own desks. Raises NotFound for one that the person does not have."""
    if desk not in visitor.person.duties:
        raise NotFound("Thầy/cô không có vai trò này.")
    row = update(AccountSession).where(AccountSession.id == visitor.session_id)
    session.execute(row.values(duty=desk.value))


def account_of(session: Session, staff_id: UUID) -> Account | None:
    return session.scalars(
        select(Account).join(Staff, Staff.account_id == Account.id).where(Staff.id == staff_id)
    ).first()


def login_taken(session: Session, login: str) -> bool:
    return session.scalar(select(func.count()).where(func.lower(Account.login) == login.lower())) != 0


def go_to(session: Session, visitor: Visitor, staff_id: UUID, at: datetime) -> None:
    """Change to another school of the same account. Raises NotFound for one that is not the person's."""
    mine = Staff.account_id == visitor.account_id
    who = person(session, at, and_(Staff.id == staff_id, mine)) if visitor.account_id else None
    if who is None or not who.duties:
        raise NotFound("Thầy/cô không làm việc ở trường này.")
    row = update(AccountSession).where(AccountSession.id == visitor.session_id)
    session.execute(row.values(staff_id=staff_id, duty=_desk(who, "").value))


def _desk(who: Person, wanted: str) -> Duty:
    duties = who.duties
    if wanted and Duty(wanted) in duties:
        return Duty(wanted)
    return next((each for each in _FIRST_DESK if each in duties), Duty.SUBJECT_TEACHER)
