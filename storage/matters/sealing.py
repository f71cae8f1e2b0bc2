"""Papers of matters that the principal signs and the clerk seals, and that the next version of them replaces."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.documents import SignatureField
from domain.matters.corrections import Deed
from storage.matters import papers, steps, waits
from storage.matters.steps import Step
from storage.matters.waits import Wait
from storage.tables import Document, Extract, IdentityPage, LogEvent, Matter

_SIGNING, _SETTLED = "signing", "settled"  # of identity pages and extracts alike
_ROLES: Final = {SignatureField.PRINCIPAL.value: "principal", SignatureField.SEAL.value: "seal_clerk"}


def awaited(session: Session, matter: Matter) -> tuple[str, ...]:
    """What is not signed yet, in its order."""
    signed = papers.signed_fields(session, papers.current_id(session, matter.id))
    return tuple(each for each in _ROLES if each not in signed)


def waits_of(session: Session, matter: Matter) -> Sequence[Wait]:
    """The matter waits for the first of them."""
    return [
        Wait("sign", role=_ROLES[each], school_id=matter.school_id, field=each) for each in awaited(session, matter)[:1]
    ]


def settle(session: Session, matter: Matter, row: IdentityPage | Extract, at: datetime) -> None:
    """With the seal the paper is in force, the former one is not, and the matter is over; before it nothing changes."""
    paper = papers.current(session, matter.id)
    if row.state != _SIGNING or paper is None or paper.sealed_at is None:
        return
    row.state = matter.state = _SETTLED
    row.new_document, matter.settled_at = paper.id, at
    _replace_former(session, row.former_document, paper.id, at)
    steps.note(session, matter.id, Step(f"settled/{paper.id}", Deed.SETTLED, at))
    waits.tell(session, matter.id, Deed.SETTLED, {matter.opened_by}, at)


def _replace_former(session: Session, former: UUID | None, new: UUID | None, at: datetime) -> None:
    """The former paper is sealed and stays, but is in force no more."""
    if former is None:
        return
    row = update(Document).where(Document.id == former, Document.state == "live")
    session.execute(row.values(state="recalled", recalled_at=at, superseded_by=new))
    event = insert(LogEvent).values(document_id=former, kind="superseded", happened_at=at)
    session.execute(event.on_conflict_do_nothing())
