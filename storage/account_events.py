"""What happened to accounts: written once, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from domain.account_states import AccountEventKind
from storage.tables import AccountEvent, Staff

SHOWN = 200


@dataclass(frozen=True)
class Deed:
    """Who does something to an account, and from where; nobody of the staff: from the command line."""

    actor_id: UUID | None = None
    network: str = ""
    device: str = ""


@dataclass(frozen=True)
class EventLine:
    kind: AccountEventKind
    actor: str
    network: str
    device: str
    reason: str
    happened_at: datetime


def record(session: Session, account_id: UUID, kind: AccountEventKind, deed: Deed, reason: str = "") -> None:
    session.add(
        AccountEvent(
            account_id=account_id,
            actor_id=deed.actor_id,
            kind=kind.value,
            network=deed.network,
            device=deed.device,
            reason=reason,
        )
    )
    session.flush()


def record_once(session: Session, account_id: UUID, kind: AccountEventKind, deed: Deed, since: datetime) -> None:
    """What somebody does again and again is written once in a while: not if it was after `since`."""
    noted = select(AccountEvent.id).where(
        AccountEvent.account_id == account_id, AccountEvent.kind == kind.value, AccountEvent.happened_at > since
    )
    if session.scalars(noted.limit(1)).first() is None:
        record(session, account_id, kind, deed)


def of_account(session: Session, account_id: UUID, school_id: UUID) -> Sequence[EventLine]:
    """What people of a school did, the newest first; what the same account did at another school is not theirs."""
    query = (
        select(AccountEvent, Staff.full_name)
        .outerjoin(Staff, Staff.id == AccountEvent.actor_id)
        .where(AccountEvent.account_id == account_id)
        .where(or_(AccountEvent.actor_id.is_(None), Staff.school_id == school_id))
        .order_by(AccountEvent.id.desc())
        .limit(SHOWN)
    )
    return [
        EventLine(AccountEventKind(row.kind), actor or "", row.network, row.device, row.reason, row.happened_at)
        for row, actor in session.execute(query)
    ]
