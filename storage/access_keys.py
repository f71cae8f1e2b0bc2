"""Keys for systems: made by an administrator, in whose name they act; kept as a hash."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.errors import Conflict, NotFound
from domain.scopes import Scope
from storage.tables import ApiToken, Staff


@dataclass(frozen=True)
class NewKey:
    """The same id again is the same key."""

    id: UUID
    staff_id: UUID
    name: str
    scopes: Collection[Scope]
    token_sha256: str
    expires_at: datetime


@dataclass(frozen=True)
class KeyLine:
    id: UUID
    name: str
    owner: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    ended_at: datetime | None

    def is_over(self, at: datetime) -> bool:
        return self.ended_at is not None or self.expires_at <= at


def add(session: Session, new: NewKey, at: datetime) -> bool:
    """False when it was there already. Raises Conflict for an id that is somebody else's key."""
    row = insert(ApiToken).values(
        id=new.id,
        staff_id=new.staff_id,
        name=new.name,
        token_sha256=new.token_sha256,
        scopes=sorted(new.scopes),
        created_at=at,
        expires_at=new.expires_at,
    )
    if session.scalar(row.on_conflict_do_nothing(index_elements=["id"]).returning(ApiToken.id)) is not None:
        return True
    if session.get_one(ApiToken, new.id).token_sha256 != new.token_sha256:
        raise Conflict("Mã này đã được tạo rồi. Hãy tải lại trang.")
    return False


def of_school(session: Session, school_id: UUID) -> list[KeyLine]:
    """The newest first, those that ended too."""
    query = select(ApiToken, Staff.full_name).join(Staff, Staff.id == ApiToken.staff_id)
    rows = session.execute(query.where(Staff.school_id == school_id).order_by(ApiToken.created_at.desc()))
    return [
        KeyLine(
            row.id,
            row.name,
            owner,
            tuple(Scope(each) for each in row.scopes),
            row.created_at,
            row.expires_at,
            row.used_at,
            row.ended_at,
        )
        for row, owner in rows
    ]


def end_of_person(session: Session, staff_id: UUID, at: datetime) -> None:
    running = update(ApiToken).where(ApiToken.staff_id == staff_id, ApiToken.ended_at.is_(None))
    session.execute(running.values(ended_at=at))


def end(session: Session, school_id: UUID, key_id: UUID, at: datetime) -> bool:
    """False when it had ended before. Raises NotFound for a key of another school."""
    of_staff = select(ApiToken.id).join(Staff, Staff.id == ApiToken.staff_id)
    if session.scalar(of_staff.where(ApiToken.id == key_id, Staff.school_id == school_id)) is None:
        raise NotFound("Không tìm thấy mã truy cập này.")
    running = update(ApiToken).where(ApiToken.id == key_id, ApiToken.ended_at.is_(None))
    return session.scalar(running.values(ended_at=at).returning(ApiToken.id)) is not None
