"""The sheets of the room: a part of a class's book, or the attendance that belongs to the homeroom teacher's part."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends, Path
from sqlalchemy.orm import Session

from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, now, require_readable
from api.pages.entry.attendance_grid import attendance_grid, save_attendance_cells
from api.pages.entry.grid import Grid, grid_of
from api.pages.entry.saved import CellEdit, Saved, save_marks
from api.pages.language import gettext as _
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.errors import NotAllowed
from domain.parts import PartState
from domain.stages import STAGE_NAMES, STAGES, Stage
from storage import staffing
from storage.access import ClassTermHead
from storage.entry_sheets import EntrySheet, entry_sheet
from storage.staffing import Person
from storage.tables import ClassGroup

ATTENDANCE: Final = "chuyen-can"
SheetName = Annotated[str, Path(alias="slot", pattern=rf"^([a-z][a-z0-9_]{{1,40}}|{ATTENDANCE})$")]
_HOLDERS: Final = {
    Stage.SUBMITTED: HOMEROOM,
    Stage.SUBJECT_SIGNED: HOMEROOM,
    Stage.HOMEROOM_SIGNED: PRINCIPAL,
    Stage.APPROVED: SEAL,
}


@dataclass(frozen=True)
class SheetHead:
    """Which sheet is asked for, by whom. `slot` is the part that it belongs to."""

    head: ClassTermHead
    person: Person
    name: str
    slot: str

    @property
    def is_attendance(self) -> bool:
        return self.name == ATTENDANCE

    @property
    def is_mine(self) -> bool:
        return self.slot in self.head.my_slots

    @property
    def path(self) -> str:
        return f"/lop/{self.head.id}/nhap/{self.name}"

    def require_mine(self) -> None:
        if not self.is_mine:
            raise NotAllowed("Thầy/cô không được phân công việc này ở lớp này.")


async def readable_sheet(name: SheetName, head: VisibleClassTerm, person: CurrentPerson) -> SheetHead:
    """A part is its teacher's; once sent also the homeroom teacher's and the offices'."""
    slot = HOMEROOM if name == ATTENDANCE else name
    require_readable(head, person, slot)
    return SheetHead(head, person, name, slot)


ReadableSheet = Annotated[SheetHead, Depends(readable_sheet)]


async def own_sheet(asked: ReadableSheet) -> SheetHead:
    asked.require_mine()
    return asked


OwnSheet = Annotated[SheetHead, Depends(own_sheet)]


@dataclass(frozen=True)
class Shown:
    """A sheet as it is now; `holder` is who has to act on what was sent, "" for the teacher's own."""

    asked: SheetHead
    sheet: EntrySheet
    grid: Grid
    title: str
    at: datetime
    holder: str
    grade: int

    @property
    def is_open(self) -> bool:
        return self.asked.is_mine and not self.sheet.marks.is_closed

    @property
    def is_late(self) -> bool:
        return self.is_open and self.at >= self.asked.head.due_at

    @property
    def stage_name(self) -> str:
        return _(STAGE_NAMES[_stage(self.sheet)])

    @property
    def is_sent(self) -> bool:
        return self.sheet.state not in {PartState.OPEN, PartState.RETURNED}


def show(session: Session, asked: SheetHead) -> Shown:
    at, drafts = now(), asked.is_mine
    sheet = entry_sheet(session, asked.head.id, asked.slot, at, drafts=drafts)
    if asked.is_attendance:
        grid, title = attendance_grid(session, sheet, drafts=drafts), _("Chuyên cần, sức khoẻ")
    else:
        grid, title = grid_of(sheet), sheet.marks.name
    grade = session.get_one(ClassGroup, asked.head.class_id).grade
    return Shown(asked, sheet, grid, title, at, _holder(session, asked.head, sheet, at), grade)


def shown(asked: ReadableSheet, found: ServicesDep) -> Shown:
    with found.sessions() as session:
        return show(session, asked)


ShownSheet = Annotated[Shown, Depends(shown)]


def save(session: Session, asked: SheetHead, edits: Sequence[CellEdit]) -> Saved:
    """Save cells of one's own sheet, each by itself. Raises Conflict once the part was sent."""
    asked.require_mine()
    if asked.is_attendance:
        return save_attendance_cells(session, asked.head.id, edits, asked.person.staff_id)
    return save_marks(session, asked.head.id, asked.slot, edits, asked.person.staff_id)


def _stage(sheet: EntrySheet) -> Stage:
    return min((part.stage for part in sheet.parts.values()), key=STAGES.index, default=Stage.ENTRY)


def _holder(session: Session, head: ClassTermHead, sheet: EntrySheet, at: datetime) -> str:
    slot = _HOLDERS.get(_stage(sheet))
    if slot is None:
        return ""
    try:
        return staffing.signer_of(session, head.class_id, slot, at).full_name
    except NotAllowed:
        return ""
