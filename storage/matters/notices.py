"""What a notice about a matter says: its subject names kind and what happened, the matter, and the moment."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.matters import words as said
from domain.matters.tasks import NEWS
from storage.tables import Matter


def words(subject: str) -> tuple[str, str]:
    """The sentence, and the page that it leads to."""
    about, matter_id, _ = subject.split("/", 2)
    return said.NOTICES.get(about, NEWS), said.path_of(about.partition(".")[0], matter_id)


def settled(session: Session, subjects: Sequence[str]) -> frozenset[str]:
    """Those in whose matter nothing more is to be done."""
    ids = {subject: UUID(subject.split("/")[1]) for subject in subjects}
    query = select(Matter.id).where(Matter.id.in_(ids.values()), Matter.settled_at.is_not(None))
    over = set(session.scalars(query)) if ids else set()
    return frozenset(subject for subject, matter_id in ids.items() if matter_id in over)
