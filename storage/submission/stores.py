"""The record stores that schools submit to, as the settings name them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.submission.states import StoreKind
from storage.tables import RecordStore


@dataclass(frozen=True)
class NamedStore:
    """What the database knows of a store: code, name and whose it is."""

    code: str
    name: str
    kind: StoreKind


def configure(session: Session, wanted: Sequence[NamedStore]) -> None:
    """Keep these stores and no others; one that is not named any more takes nothing in, and what was sent stays."""
    for each in wanted:
        row = {"name": each.name, "kind": each.kind.value, "is_active": True}
        new = insert(RecordStore).values(code=each.code, **row)
        session.execute(new.on_conflict_do_update(index_elements=["code"], set_=row))
    others = update(RecordStore).where(RecordStore.code.not_in([each.code for each in wanted]))
    session.execute(others.values(is_active=False))


def active(session: Session) -> list[NamedStore]:
    """The city's first."""
    query = select(RecordStore).where(RecordStore.is_active).order_by(RecordStore.kind, RecordStore.code)
    return [NamedStore(row.code, row.name, StoreKind(row.kind)) for row in session.scalars(query)]
