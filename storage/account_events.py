"""What happened to accounts: written once, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
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


def of_account(session: Session, account_id: UUID) -> Sequence[EventLine]:
    """The newest first."""
    query = (
        select(AccountEvent, Staff.full_name)
        .outerjoin(Staff, Staff.id == AccountEvent.actor_id)
        .where(AccountEvent.account_id == account_id)
        .order_by(AccountEvent.id.desc())
        .limit(SHOWN)
    )
    return [
        EventLine(AccountEventKind(row.kind), actor or "", row.network, row.device, row.reason, row.happened_at)
        for row, actor in session.execute(query)
    ]
