"""A handover whose workflow was lost: where it stands, and what it had noted."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.matters.handovers import HandoverStanding
from storage.handovers import standing, steps
from storage.handovers.deciding import case_of
from storage.matters import papers
from storage.tables import MatterEvent


@dataclass(frozen=True)
class TakenUp:
    """`commands` are those that took effect, the oldest first; `fields` of the paper (id, hex SHA-256) are signed.

    Alarms need not be known: whoever was told is not told again (`storage.matters.waits.tell`).
    """

    standing: HandoverStanding
    commands: tuple[str, ...]
    fields: tuple[str, ...]
    paper: tuple[str, str]


def take_up(session: Session, matter_id: UUID, now: datetime) -> TakenUp:
    """Also does what follows from a signature that nobody has noted yet."""
    steps.tick(session, matter_id, None, now)
    case = case_of(session, matter_id)
    known = select(MatterEvent.command_id).where(MatterEvent.matter_id == matter_id).order_by(MatterEvent.seq)
    paper = papers.current(session, matter_id)
    fields = sorted(papers.signed_fields(session, paper.id)) if paper else []
    return TakenUp(
        standing.standing_of(session, case),
        tuple(session.scalars(known)),
        tuple(fields),
        (str(paper.id), paper.sha256) if paper else ("", ""),
    )
