"""The staff of a school and their accounts, for the school's administrator."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from domain.account_states import AccountState
from domain.duties import SECOND_FACTOR
from domain.errors import NotFound
from domain.identity import name_sort_key
from storage.staffing import Person, person_columns, person_of
from storage.tables import Account, AccountLink, AccountSession, Staff


@dataclass(frozen=True)
class UserLine:
    """One member of staff: duties of this moment, and how the account stands."""

    person: Person
    state: AccountState
    account_id: UUID | None
    login: str
    email: str
    has_second_factor: bool
    has_sign_on: bool
    invited_until: datetime | None
    seen_at: datetime | None
    schools: int

    @property
    def lacks_second_factor(self) -> bool:
        demanded = bool(self.person.duties & SECOND_FACTOR)
        return demanded and self.account_id is not None and not self.has_second_factor

    @property
    def is_shared(self) -> bool:
        """Whether the account also serves another school, whose administrator has as much say in it."""
        return self.schools > 1


def staff_of_school(session: Session, school_id: UUID, at: datetime) -> list[UserLine]:
    """Everybody, by given name. Whoever has neither duty nor account has left long ago and is not shown."""
    lines = _lines(session, Staff.school_id == school_id, at)
    shown = (line for line in lines if line.person.duties or line.account_id)
    return sorted(shown, key=lambda line: name_sort_key(line.person.full_name))


def one(session: Session, school_id: UUID, staff_id: UUID, at: datetime) -> UserLine:
    """Raises NotFound for somebody of another school."""
    lines = _lines(session, (Staff.school_id == school_id) & (Staff.id == staff_id), at)
    if not lines:
        raise NotFound("Không tìm thấy người này.")
    return lines[0]


def officer(session: Session, staff_id: UUID, at: datetime) -> UserLine:
    """Somebody of an authority; for the operator alone."""
    return _lines(session, Staff.id == staff_id, at)[0]


def account_elsewhere(session: Session, staff_id: UUID) -> UUID | None:
    """The account that the same person (by personal id) has through another school."""
    here = aliased(Staff)
    query = select(Staff.account_id).join(here, here.personal_id == Staff.personal_id)
    same = query.where(here.id == staff_id, Staff.id != staff_id, Staff.account_id.is_not(None))
    return session.scalars(same.order_by(Staff.id).limit(1)).first()


def logins_like(session: Session, login: str) -> set[str]:
    start = func.lower(Account.login).startswith(login.lower(), autoescape=True)
    return set(session.scalars(select(func.lower(Account.login)).where(start)))


def _lines(session: Session, where: ColumnElement[bool], at: datetime) -> list[UserLine]:
    return [_line(row) for row in session.execute(_query(where, at))]


def _query(where: ColumnElement[bool], at: datetime) -> Select[Account]:
    colleague = aliased(Staff)
    schools = select(func.count()).where(colleague.account_id == Account.id).correlate(Account).scalar_subquery()
    seen = _newest(AccountSession.seen_at, AccountSession.account_id == Account.id, AccountSession.staff_id == Staff.id)
    open_link = (AccountLink.account_id == Account.id, AccountLink.used_at.is_(None), AccountLink.expires_at > at)
    invited = _newest(AccountLink.expires_at, *open_link)
    query = select(Account, seen, invited, schools, *person_columns(at)).select_from(Staff)
    return query.outerjoin(Account, Account.id == Staff.account_id).where(where)


def _newest(column: ColumnElement[datetime] | object, *where: ColumnElement[bool]) -> ColumnElement[datetime]:
    found: ColumnElement[datetime] = select(func.max(column)).where(*where).correlate(Account, Staff).scalar_subquery()
    return found


def _line(row: Sequence[object]) -> UserLine:
    account, seen, invited, schools = row[0], row[1], row[2], row[3]
    who = person_of(row[4:])
    if not isinstance(account, Account):
        state = AccountState.NONE if who.duties else AccountState.LEFT
        return UserLine(who, state, None, "", "", False, False, None, None, 0)
    return UserLine(
        person=who,
        state=_state(account, who),
        account_id=account.id,
        login=account.login,
        email=account.email,
        has_second_factor=account.totp_locked is not None,
        has_sign_on=bool(account.subject),
        invited_until=invited,  # type: ignore[arg-type]
        seen_at=seen,  # type: ignore[arg-type]
        schools=schools,  # type: ignore[arg-type]
    )


def _state(account: Account, who: Person) -> AccountState:
    if account.disabled_at is not None:
        return AccountState.DISABLED
    if not who.duties:
        return AccountState.LEFT
    return AccountState.ACTIVE if account.password_hash or account.subject else AccountState.INVITED
