"""Who sees a matter and its paper: its school's offices, whom it waits for, who signed, and what each kind adds."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from domain.duties import OFFICES
from domain.matters import MatterKind
from domain.matters.transfers import Turn
from storage.extracts import seeing as extracts
from storage.handovers import reading
from storage.matters import waits
from storage.staffing import Person
from storage.tables import Document, Matter, MatterWait, SignatureRow
from storage.transfers import seeing as transfers

Sees: TypeAlias = Callable[[Session, Matter, Person, datetime], bool]
# Who else sees matters of a kind: the other school of a transfer, say.
ALSO: Final[Mapping[MatterKind, Sees]] = {
    MatterKind.HANDOVER: reading.is_part,
    MatterKind.TRANSFER: transfers.receives,
    MatterKind.EXTRACT: extracts.is_homeroom,
}


def may_see(session: Session, matter: Matter, person: Person, at: datetime) -> bool:
    if person.roles & OFFICES and person.school_id == matter.school_id:
        return True
    if _is_waited_for(session, matter, person) or _has_signed(session, matter.id, person):
        return True
    also = ALSO.get(MatterKind(matter.kind))
    return also is not None and also(session, matter, person, at)


def _is_waited_for(session: Session, matter: Matter, person: Person) -> bool:
    """The school that a pupil asks to come to answers before it may read anything of him."""
    found = exists().where(MatterWait.matter_id == matter.id, waits.is_for(person))
    if matter.kind == MatterKind.TRANSFER:
        found = found.where(MatterWait.what != Turn.ANSWER)
    return bool(session.scalar(select(found)))


def _has_signed(session: Session, matter_id: UUID, person: Person) -> bool:
    """Who signed a paper may read what was signed, for good."""
    signed = (SignatureRow.document_id == Document.id) & (SignatureRow.staff_id == person.staff_id)
    return bool(session.scalar(select(exists().where(Document.matter_id == matter_id, signed))))
