"""What somebody fills, line by line, with what of it is open: for the forms that hand it over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.pages.handovers.forms import key_of
from domain.curriculum import HOMEROOM
from domain.outstanding import Outstanding
from storage.among import among
from storage.handovers.holding import Held, held_from
from storage.handovers.reading import name_of
from storage.open_work import OpenWork
from storage.outstanding import outstanding
from storage.tables import ClassGroup


@dataclass(frozen=True)
class PartLine:
    """One part of somebody's work; `open` is what waits in it now."""

    held: Held
    class_name: str
    name: str
    open: Sequence[Outstanding]

    @property
    def key(self) -> str:
        return key_of(self.held)


def parts_of(session: Session, staff_id: UUID, at: datetime) -> list[PartLine]:
    """Offices first, then classes in order with the homeroom teacher's part before the subjects."""
    held = [each for each in held_from(session, staff_id, at) if each.is_signer]
    ids = {each.class_id for each in held if each.class_id}
    groups = {each.id: each for each in session.scalars(select(ClassGroup).where(among(ClassGroup.id, ids)))}
    waiting: dict[tuple[UUID, str], list[Outstanding]] = {}
    for each in outstanding(OpenWork(session, among(ClassGroup.id, ids), at)) if ids else ():
        waiting.setdefault((each.class_id, each.slot), []).append(each)
    lines = [
        PartLine(
            each,
            groups[each.class_id].name if each.class_id else "",
            name_of(groups[each.class_id], each.slot) if each.class_id else each.title,
            waiting.get((each.class_id, each.slot), ()) if each.class_id else (),
        )
        for each in held
    ]
    return sorted(lines, key=_place)


def _place(line: PartLine) -> tuple[bool, int, str, bool, str]:
    name = line.class_name
    return (bool(name), len(name), name, line.held.slot != HOMEROOM, line.name)
