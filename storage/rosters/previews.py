"""Class lists that wait for their person's word."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from domain.errors import NotFound
from storage.staffing import Person
from storage.tables import RosterPreview

LIFETIME: Final = timedelta(hours=2)
GONE: Final = "Không có bản xem trước này: đã nhập xong hoặc đã hết hạn. Hãy tải tệp lên lại."


def keep(session: Session, person: Person, content: Mapping[str, object], now: datetime) -> RosterPreview:
    """Keep a preview for its person; those that have expired, whoever's, go."""
    sweep(session, now)
    row = RosterPreview(
        school_id=person.school_id, staff_id=person.staff_id, content=dict(content), expires_at=now + LIFETIME
    )
    session.add(row)
    session.flush()
    return row


def find(session: Session, preview_id: UUID, person: Person, now: datetime, *, lock: bool = False) -> RosterPreview:
    """A person's own preview. Raises NotFound for another's, and for one that has expired."""
    query = select(RosterPreview).where(
        RosterPreview.id == preview_id,
        RosterPreview.staff_id == person.staff_id,
        RosterPreview.school_id == person.school_id,
        RosterPreview.expires_at > now,
    )
    row = session.scalars(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFound(GONE)
    return row


def sweep(session: Session, now: datetime) -> int:
    """Delete what has expired; returns how many."""
    gone = session.scalars(delete(RosterPreview).where(RosterPreview.expires_at <= now).returning(RosterPreview.id))
    return len(gone.all())
