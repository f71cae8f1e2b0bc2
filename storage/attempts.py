"""What was tried at the door and failed, and how long the next try has to wait."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from domain.brakes import REMEMBERED, Brake, Counted, wait_until
from storage.tables import SignInAttempt

LATELY = timedelta(hours=1)


@dataclass(frozen=True)
class Try:
    """One try: `name` is the login as it was typed, or the account whose code is asked.

    `device_sha256` only of a browser that the account knows.
    """

    purpose: str
    name: str
    network: str
    device_sha256: str = ""

    @property
    def login_sha256(self) -> str:
        return hashlib.sha256(self.name.encode()).hexdigest()


def begin(session: Session, new: Try, brakes: Mapping[Counted, Brake], at: datetime) -> tuple[UUID | None, datetime]:
    """Count a try as failed before it is looked at: many at the same time cannot slip through together.

    Returns its id for `forgive`, or None and the time until which the brakes hold.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(new.login_sha256, 0))))
    waits = [wait_until(brakes[counted], _times(session, new, where, at), at) for counted, where in _where(new, brakes)]
    held = [until for until in waits if until is not None]
    if held:
        return None, max(held)
    session.execute(delete(SignInAttempt).where(SignInAttempt.attempted_at < at - REMEMBERED))
    row = SignInAttempt(
        id=uuid4(),
        purpose=new.purpose,
        login_sha256=new.login_sha256,
        network=new.network,
        device_sha256=new.device_sha256,
        attempted_at=at,
    )
    session.add(row)
    session.flush()
    return row.id, at


def count(session: Session, tried: Try) -> int:
    """How often the same name was tried lately, from anywhere."""
    same = (SignInAttempt.purpose == tried.purpose, SignInAttempt.login_sha256 == tried.login_sha256)
    recent = SignInAttempt.attempted_at > func.now() - LATELY
    return session.scalar(select(func.count()).where(*same, recent)) or 0


def take_back(session: Session, attempt_id: UUID) -> None:
    """One try was right after all; those before it stay counted."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.id == attempt_id))


def forgive(session: Session, done: Try) -> None:
    """It was the right one: what failed before from the same place is forgotten, tries from elsewhere are not."""
    same = (
        SignInAttempt.purpose == done.purpose,
        SignInAttempt.login_sha256 == done.login_sha256,
        SignInAttempt.network == done.network,
    )
    session.execute(delete(SignInAttempt).where(*same))


def _where(new: Try, brakes: Mapping[Counted, Brake]) -> list[tuple[Counted, ColumnElement[bool]]]:
    login = SignInAttempt.login_sha256 == new.login_sha256
    if new.device_sha256:
        return [(Counted.DEVICE, login & (SignInAttempt.device_sha256 == new.device_sha256))]
    stranger = SignInAttempt.device_sha256 == ""
    network = stranger & (SignInAttempt.network == new.network)
    every = {
        Counted.LOGIN_AND_NETWORK: network & login,
        Counted.LOGIN: stranger & login,
        Counted.NETWORK: network,
    }
    return [(counted, where) for counted, where in every.items() if counted in brakes]


def _times(session: Session, new: Try, where: ColumnElement[bool], at: datetime) -> list[datetime]:
    query = select(SignInAttempt.attempted_at).where(SignInAttempt.purpose == new.purpose, where)
    return list(session.scalars(query.where(SignInAttempt.attempted_at > at - REMEMBERED)))
