"""Whether a school has matters under way: one that is merged has none that anybody still has to do something about."""

from uuid import UUID

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from domain.errors import Conflict
from domain.matters import MatterKind
from domain.matters.handovers import HandoverState
from domain.matters.words import path_of
from storage.tables import Matter, MatterWait, School, Transfer

# Its changes are written: hands change, and change back, by data alone.
_RUNS_BY_ITSELF = and_(Matter.kind == MatterKind.HANDOVER.value, Matter.state == HandoverState.STANDING.value)


def require_quiet(session: Session, school_id: UUID) -> None:
    """Raises Conflict, naming them, while matters of the school, or transfers from or to it, are open.

    Whoever is just opening one is waited for, as each of them names its school.
    """
    session.execute(select(School.id).where(School.id == school_id).with_for_update())
    query = (
        select(Matter.kind, Matter.id)
        .outerjoin(Transfer, Transfer.matter_id == Matter.id)
        .where(
            Matter.settled_at.is_(None), ~_RUNS_BY_ITSELF,
            or_(
                Matter.school_id == school_id, Transfer.from_school_id == school_id, Transfer.to_school_id == school_id
            ),
        )
        .order_by(Matter.opened_at, Matter.id)
    )  # fmt: skip
    found = [f"{MatterKind(kind).label} ({path_of(kind, matter_id)})" for kind, matter_id in session.execute(query)]
    if found:
        raise Conflict(f"Trường còn việc chưa xong: {', '.join(found)}. Hãy làm xong hoặc huỷ trước.")


def hand_on(session: Session, schools: tuple[UUID, UUID]) -> None:
    """What goes on by itself is looked after by the other school: somebody there may end it sooner or later."""
    source_id, target_id = schools
    running = select(Matter.id).where(Matter.school_id == source_id, Matter.settled_at.is_(None), _RUNS_BY_ITSELF)
    waits = update(MatterWait).where(MatterWait.matter_id.in_(running), MatterWait.school_id == source_id)
    session.execute(waits.values(school_id=target_id))
    session.execute(update(Matter).where(Matter.id.in_(running)).values(school_id=target_id))
