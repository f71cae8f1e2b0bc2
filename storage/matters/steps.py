"""The diary of a matter: each command is one step, chained so that none can be changed or taken out unseen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import NotFound
from domain.matters import MatterKind
from storage.journal import FIRST_HASH, link_hash
from storage.tables import Matter, MatterEvent


@dataclass(frozen=True)
class Step:
    """What somebody did, or (without `staff_id`) the system; `detail` holds ids, codes, counts and hashes only."""

    command_id: str
    deed: str
    at: datetime
    staff_id: UUID | None = None
    reason_id: UUID | None = None
    detail: Mapping[str, object] = field(default_factory=dict)


def open_matter(
    session: Session, kind: MatterKind, matter_id: UUID, school_id: UUID, state: str, first: Step
) -> Matter | None:
    """Open a matter with its first step; None when it is open already."""
    if session.get(Matter, matter_id) is not None:
        return None
    if first.staff_id is None:
        raise ValueError("somebody opens a matter")
    matter = Matter(
        id=matter_id, kind=kind.value, school_id=school_id, state=state, opened_by=first.staff_id, opened_at=first.at
    )
    session.add(matter)
    session.flush()
    note(session, matter_id, first)
    return matter


def lock(session: Session, matter_id: UUID) -> Matter:
    """Raises NotFound. Whoever changes a matter holds this lock to the end of the transaction."""
    matter = session.get(Matter, matter_id, with_for_update=True)
    if matter is None:
        raise NotFound("Không tìm thấy việc này.")
    return matter


def known(session: Session, matter_id: UUID, command_id: str) -> MatterEvent | None:
    """The step of a command that has taken effect."""
    mine = select(MatterEvent).where(MatterEvent.matter_id == matter_id)
    return session.scalars(mine.where(MatterEvent.command_id == command_id)).first()


def note(session: Session, matter_id: UUID, step: Step) -> bool:
    """Append a step; False if its command is there already: then everything that belongs to it is there, too."""
    if known(session, matter_id, step.command_id) is not None:
        return False
    mine = select(MatterEvent).where(MatterEvent.matter_id == matter_id)
    newest = session.scalars(mine.order_by(MatterEvent.seq.desc()).limit(1)).first()
    seq, prev_hash = (newest.seq + 1, newest.hash) if newest else (1, FIRST_HASH)
    session.add(
        MatterEvent(
            matter_id=matter_id, seq=seq, command_id=step.command_id, deed=step.deed, staff_id=step.staff_id,
            reason_id=step.reason_id, detail=dict(step.detail), happened_at=step.at, prev_hash=prev_hash,
            hash=link_hash(prev_hash, matter_id, seq, _linked(step)),
        )
    )  # fmt: skip
    session.flush()
    return True


def first_broken_step(session: Session, matter_id: UUID) -> int | None:
    """The number of the first step that does not fit the chain, or None when all is well."""
    prev_hash, expected = FIRST_HASH, 1
    query = select(MatterEvent).where(MatterEvent.matter_id == matter_id).order_by(MatterEvent.seq)
    for row in session.scalars(query):
        step = Step(row.command_id, row.deed, row.happened_at, row.staff_id, row.reason_id, row.detail)
        if (row.seq, row.prev_hash, row.hash) != (
            expected, prev_hash, link_hash(prev_hash, matter_id, row.seq, _linked(step)),
        ):  # fmt: skip
            return row.seq
        prev_hash, expected = row.hash, expected + 1
    return None


def _linked(step: Step) -> Mapping[str, object]:
    return {
        "command": step.command_id,
        "deed": step.deed,
        "at": step.at.isoformat(),
        "staff": str(step.staff_id or ""),
        "reason": str(step.reason_id or ""),
        "detail": dict(step.detail),
    }
