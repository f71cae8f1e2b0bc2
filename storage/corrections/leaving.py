"""Papers about a pupil that a school has not finished when the pupil leaves, or does not come after all."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.matters import MatterKind
from domain.matters.corrections import Deed
from storage.corrections import records
from storage.matters import papers, steps, waits
from storage.matters.steps import Step
from storage.tables import Extract, IdentityPage, Matter, MatterEvent

WITHDRAWN = "withdrawn"


def stop(
    session: Session, matter: Matter, row: IdentityPage | Extract, transfer_id: UUID, at: datetime, deed: Deed
) -> None:
    """What was signed of it counts no more, and it waits for nobody; who opened it is told. The caller holds its lock.

    Raises Conflict for a paper that bears the seal.
    """
    papers.void_paper(session, matter.id, None)
    row.state = matter.state = WITHDRAWN
    records.close(session, matter, at)
    steps.note(session, matter.id, Step(f"{deed.value}/{transfer_id}", deed, at))
    waits.tell(session, matter.id, deed, {matter.opened_by}, at)
    waits.wait_for(session, matter.id, [], at)


def stopped_by(session: Session, transfer_id: UUID, kind: MatterKind) -> list[UUID]:
    """The papers of a kind that the pupil's leaving has stopped."""
    query = (
        select(MatterEvent.matter_id)
        .join(Matter, Matter.id == MatterEvent.matter_id)
        .where(MatterEvent.command_id == f"{Deed.LEFT.value}/{transfer_id}", Matter.kind == kind.value)
    )
    return list(session.scalars(query.order_by(MatterEvent.matter_id)))
