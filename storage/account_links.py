"""Invitations and password resets as they are kept: a nonce and a hash, never the token of the link."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from storage.tables import Account, AccountLink, MailRow, ManagingAuthority, School, Staff

INVITATION, PASSWORD_RESET = "invitation", "password_reset"
LIFETIMES = {INVITATION: timedelta(days=7), PASSWORD_RESET: timedelta(hours=1)}


@dataclass(frozen=True)
class NewLink:
    """A link to be given out; the same id again is the same link."""

    id: UUID
    account_id: UUID
    purpose: str
    nonce: bytes
    token_sha256: str
    made_by: UUID | None = None


@dataclass(frozen=True)
class OpenLink:
    """A link that can still be used."""

    id: UUID
    account_id: UUID
    purpose: str
    nonce: bytes
    expires_at: datetime


def add(session: Session, new: NewLink, at: datetime) -> bool:
    """Keep it, in place of what was given out before; False when this very link is there already."""
    row = insert(AccountLink).values(
        id=new.id,
        account_id=new.account_id,
        purpose=new.purpose,
        nonce=new.nonce,
        token_sha256=new.token_sha256,
        made_by=new.made_by,
        created_at=at,
        expires_at=at + LIFETIMES[new.purpose],
    )
    if session.scalar(row.on_conflict_do_nothing(index_elements=["id"]).returning(AccountLink.id)) is None:
        return False
    end_all(session, new.account_id, at, but=new.id)
    return True


def end_all(session: Session, account_id: UUID, at: datetime, *, but: UUID | None = None) -> None:
    """No link given out before leads in any more."""
    others = update(AccountLink).where(AccountLink.account_id == account_id, AccountLink.used_at.is_(None))
    open_ones = others.where(AccountLink.expires_at > at, *([AccountLink.id != but] if but else []))
    session.execute(open_ones.values(expires_at=at))


def add_mail(session: Session, link_id: UUID, account_id: UUID, kind: str) -> None:
    """What the mailing sends; the key names the link, so it is never sent twice."""
    new = insert(MailRow).values(key=f"link/{link_id}", account_id=account_id, kind=kind)
    session.execute(new.on_conflict_do_nothing(index_elements=["key"]))


def by_token(session: Session, token_sha256: str, at: datetime) -> OpenLink | None:
    return _open(session, AccountLink.token_sha256 == token_sha256, at)


def by_id(session: Session, link_id: UUID, at: datetime) -> OpenLink | None:
    return _open(session, AccountLink.id == link_id, at)


def open_of(session: Session, account_ids: Collection[UUID], at: datetime) -> dict[UUID, OpenLink]:
    """The newest open link of each of these accounts."""
    rows = session.scalars(_query(AccountLink.account_id.in_(account_ids), at).order_by(AccountLink.created_at))
    return {row.account_id: _link(row) for row in rows}


def _open(session: Session, where: ColumnElement[bool], at: datetime) -> OpenLink | None:
    row = session.scalars(_query(where, at)).first()
    return _link(row) if row else None


def _query(where: ColumnElement[bool], at: datetime) -> Select[AccountLink]:
    query = select(AccountLink).join(Account, Account.id == AccountLink.account_id)
    is_open = (AccountLink.used_at.is_(None), AccountLink.expires_at > at, Account.disabled_at.is_(None))
    return query.where(where, *is_open)


def _link(row: AccountLink) -> OpenLink:
    return OpenLink(row.id, row.account_id, row.purpose, row.nonce, row.expires_at)


def use(session: Session, link_id: UUID, at: datetime) -> bool:
    """Use it up; False when somebody else just did."""
    unused = update(AccountLink).where(AccountLink.id == link_id, AccountLink.used_at.is_(None))
    return session.scalar(unused.values(used_at=at).returning(AccountLink.id)) is not None


def workplaces(session: Session, account_id: UUID) -> list[tuple[str, str]]:
    """Names of the person and of the school or authority, for each of the account."""
    query = (
        select(Staff.full_name, func.coalesce(School.name, ManagingAuthority.name))
        .outerjoin(School, School.id == Staff.school_id)
        .outerjoin(ManagingAuthority, ManagingAuthority.id == Staff.authority_id)
    )
    return [(row[0], row[1]) for row in session.execute(query.where(Staff.account_id == account_id))]
