"""What matters wait for from a person, as lines with one button each: for everybody's first page."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from api.pages.language import marked as _
from domain.matters import MatterKind
from domain.matters.paper_words import field_name
from domain.matters.tasks import place_of, words_of
from storage.matters import waits
from storage.matters.waits import MatterTask
from storage.staffing import Person

_SIGN, _OPEN = _("Xem và ký"), _("Mở")


@dataclass(frozen=True)
class MatterLine:
    """`role` is as whom a paper is to be signed; empty for other tasks."""

    kind: str
    words: str
    role: str
    since: datetime
    due_at: datetime | None
    path: str
    button: str


def lines_of(session: Session, person: Person) -> list[MatterLine]:
    """The soonest due first."""
    return [_line(each) for each in waits.tasks_of(session, person)]


def _line(task: MatterTask) -> MatterLine:
    return MatterLine(
        kind=MatterKind(task.kind).label,
        words=words_of(task.kind, task.what, task.field),
        role=field_name(task.field) if task.field else "",
        since=task.since,
        due_at=task.due_at,
        path=place_of(task.kind, task.matter_id, task.field),
        button=_SIGN if task.field else _OPEN,
    )
