"""Accounts: found by what somebody types or brings, and changed by their owners."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.errors import NotFound
from domain.logins import fold_login
from storage.staffing import Person, person_columns, person_of
from storage.tables import Account, AccountSession, KnownDevice, Notice, RecoveryCode, School, Staff


@dataclass(frozen=True)
class OpenSession:
    """A browser that is signed in, as its owner sees it."""

    id: UUID
    device: str
    network: str
    created_at: datetime
    seen_at: datetime
    is_this: bool


def get(session: Session, account_id: UUID) -> Account:
    return session.get_one(Account, account_id)


def locked(session: Session, account_id: UUID) -> Account:
    """The account, which nobody else changes before this transaction ends."""
    return session.scalars(select(Account).where(Account.id == account_id).with_for_update()).one()


def by_login(session: Session, login: str) -> Account | None:
    return session.scalars(select(Account).where(func.lower(Account.login) == fold_login(login))).first()


def by_what_is_typed(session: Session, text: str) -> Account | None:
    """By login, else by a mail address that only one account has."""
    found = by_login(session, text)
    same = by_mail(session, text) if found is None else []
    return same[0] if len(same) == 1 else found


def by_login_or_mail(session: Session, text: str) -> list[Account]:
    """Everybody who may be meant; several people may share a mail address."""
    folded = fold_login(text)
    if not folded:
        return []
    named = (func.lower(Account.login) == folded) | (func.lower(Account.email) == folded)
    return list(session.scalars(select(Account).where(named).order_by(Account.login).limit(5)))


def by_mail(session: Session, mail: str) -> list[Account]:
    folded = fold_login(mail)
    return list(session.scalars(select(Account).where(func.lower(Account.email) == folded).limit(2))) if folded else []


def by_subject(session: Session, issuer: str, subject: str) -> Account | None:
    return session.scalars(select(Account).where(Account.issuer == issuer, Account.subject == subject)).first()


def people(session: Session, account_id: UUID, at: datetime) -> list[Person]:
    """Who the account stands for now: one for each place with something to do, latest used first."""
    latest = (
        select(func.max(AccountSession.seen_at))
        .where(AccountSession.account_id == account_id, AccountSession.staff_id == Staff.id)
        .correlate(Staff)
        .scalar_subquery()
    )
    query = select(*person_columns(at)).outerjoin(School, School.id == Staff.school_id)
    rows = session.execute(
        query.where(Staff.account_id == account_id).order_by(latest.desc().nulls_last(), School.name)
    )
    return [found for found in map(person_of, rows) if found.duties]


def names(session: Session, account: Account) -> list[str]:
    """What a password must not contain."""
    of_people = session.scalars(select(Staff.full_name).where(Staff.account_id == account.id))
    return [*of_people, account.login, account.email]


def is_known_device(session: Session, account_id: UUID, device_sha256: str) -> bool:
    return session.get(KnownDevice, (account_id, device_sha256)) is not None


def has_devices(session: Session, account_id: UUID) -> bool:
    return session.scalar(select(func.count()).where(KnownDevice.account_id == account_id)) != 0


def know_device(session: Session, account_id: UUID, device_sha256: str, device: str, at: datetime) -> None:
    new = insert(KnownDevice).values(
        account_id=account_id, device_sha256=device_sha256, device=device, first_seen_at=at, seen_at=at
    )
    seen = {"seen_at": at, "device": device}
    session.execute(new.on_conflict_do_update(index_elements=["account_id", "device_sha256"], set_=seen))


def tell_new_device(session: Session, staff_id: UUID, device_sha256: str) -> None:
    """Once for each browser; a person who did not sign in there knows what to do."""
    new = insert(Notice).values(staff_id=staff_id, kind="new_device", subject_ref=f"device/{device_sha256[:32]}")
    session.execute(new.on_conflict_do_nothing(index_elements=["staff_id", "kind", "subject_ref"]))


def take_step(session: Session, account_id: UUID, step: int) -> bool:
    """Use the code of a step of time; False when it, or a later one, was used before."""
    unused = update(Account).where(Account.id == account_id, Account.totp_step < step)
    return session.scalar(unused.values(totp_step=step).returning(Account.id)) is not None


def take_recovery_code(session: Session, account_id: UUID, code_mac: str, at: datetime) -> bool:
    unused = update(RecoveryCode).where(
        RecoveryCode.account_id == account_id, RecoveryCode.code_mac == code_mac, RecoveryCode.used_at.is_(None)
    )
    return session.scalar(unused.values(used_at=at).returning(RecoveryCode.account_id)) is not None


def replace_recovery_codes(session: Session, account_id: UUID, macs: Collection[str]) -> None:
    session.query(RecoveryCode).filter_by(account_id=account_id).delete()
    session.add_all(RecoveryCode(account_id=account_id, code_mac=mac) for mac in macs)
    session.flush()


def recovery_codes_left(session: Session, account_id: UUID) -> int:
    unused = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return session.scalar(unused) or 0


def forget_second_factor(session: Session, account_id: UUID) -> None:
    session.execute(update(Account).where(Account.id == account_id).values(totp_locked=None))
    replace_recovery_codes(session, account_id, ())


def open_sessions(session: Session, account_id: UUID, this: UUID | None, at: datetime) -> list[OpenSession]:
    query = select(AccountSession).where(*_open(account_id, at)).order_by(AccountSession.seen_at.desc())
    found = [
        OpenSession(row.id, row.device, row.network, row.created_at, row.seen_at, row.id == this)
        for row in session.scalars(query)
    ]
    return sorted(found, key=lambda each: not each.is_this)


def end_sessions(session: Session, account_id: UUID, at: datetime, *, but: UUID | None = None) -> int:
    """End every session of the account except `but`; returns how many there were."""
    where = _open(account_id, at)
    ended = update(AccountSession).where(*where, *([AccountSession.id != but] if but else []))
    return len(session.scalars(ended.values(ended_at=at).returning(AccountSession.id)).all())


def end_sessions_at(session: Session, staff_id: UUID, at: datetime) -> None:
    """End the sessions at one school of an account that serves several."""
    here = update(AccountSession).where(AccountSession.staff_id == staff_id, AccountSession.ended_at.is_(None))
    session.execute(here.values(ended_at=at))


def end_session(session: Session, account_id: UUID, session_id: UUID, at: datetime) -> None:
    """Raises NotFound for a session that is not the account's, or has ended."""
    mine = update(AccountSession).where(*_open(account_id, at), AccountSession.id == session_id)
    if session.scalar(mine.values(ended_at=at).returning(AccountSession.id)) is None:
        raise NotFound("Phiên đăng nhập này đã kết thúc.")


def has_second_factor(session: Session, session_id: UUID) -> bool:
    return session.get_one(AccountSession, session_id).has_second_factor


def _open(account_id: UUID, at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        AccountSession.account_id == account_id,
        AccountSession.ended_at.is_(None),
        AccountSession.expires_at > at,
    )
