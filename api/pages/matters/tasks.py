"""What matters wait for from a person, as lines with one button each, then from others: for everybody's first page."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from api.pages.language import marked as _
from domain.documents import SignatureField
from domain.duties import DUTY_NAMES, Duty
from domain.matters import MatterKind
from domain.matters.paper_words import field_name
from domain.matters.tasks import place_of, words_of
from domain.matters.words import path_of
from storage.matters import about, waits
from storage.matters.about import OthersTask
from storage.matters.waits import MatterTask
from storage.staffing import Person

_SIGN, _SEAL, _OPEN = _("Xem và ký"), _("Xem và đóng dấu"), _("Mở")


@dataclass(frozen=True)
class MatterLine:
    """`about` are names; `role` is as whom a paper is to be signed, empty for other tasks."""

    kind: str
    words: str
    about: tuple[str, ...]
    role: str
    since: datetime
    due_at: datetime | None
    path: str
    button: str


@dataclass(frozen=True)
class OthersLine:
    """What is being waited for, and whom: `who` is a name, or an office, if need be of another school."""

    kind: str
    words: str
    about: tuple[str, ...]
    who: str
    school: str
    due_at: datetime | None
    path: str


def lines_of(session: Session, person: Person) -> list[MatterLine]:
    """The soonest due first."""
    found = waits.tasks_of(session, person)
    names = about.names_of(session, {each.matter_id for each in found})
    return [_line(each, names.get(each.matter_id, ())) for each in found]


def others_of(session: Session, person: Person) -> list[OthersLine]:
    """What goes on without the person, who may want to know whose turn it is."""
    found = about.others_tasks(session, person)
    names = about.names_of(session, {each.matter_id for each in found})
    return [_others(each, names.get(each.matter_id, ())) for each in found]


def _line(task: MatterTask, names: tuple[str, ...]) -> MatterLine:
    return MatterLine(
        kind=MatterKind(task.kind).label,
        words=words_of(task.kind, task.what, task.field),
        about=names,
        role=field_name(task.field) if task.field else "",
        since=task.since,
        due_at=task.due_at,
        path=place_of(task.kind, task.matter_id, task.field),
        button=_button(task.field),
    )


def _others(task: OthersTask, names: tuple[str, ...]) -> OthersLine:
    return OthersLine(
        kind=MatterKind(task.kind).label,
        words=words_of(task.kind, task.what, task.field),
        about=names,
        who=task.name or DUTY_NAMES[Duty(task.role)],
        school=task.school,
        due_at=task.due_at,
        path=path_of(task.kind, task.matter_id),
    )


def _button(field: str) -> str:
    if field == SignatureField.SEAL:
        return _SEAL
    return _SIGN if field else _OPEN
