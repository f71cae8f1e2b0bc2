"""What one slot of a class and term holds, and what a filled-in copy of it would change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final, TypeAlias
from uuid import UUID

from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL, Curriculum
from domain.entry import Cell, CellKey
from domain.labelled import Labelled

HOMEROOM_NAME: Final = "Chủ nhiệm"
_NAMES: Final = {HOMEROOM: HOMEROOM_NAME, PRINCIPAL: "Hiệu trưởng", SEAL: "Văn thư"}

Place: TypeAlias = tuple[UUID, CellKey]  # a record's cell


@dataclass(frozen=True)
class Known:
    """What a cell holds, and who wrote it when; version 0 is a cell that nobody ever wrote."""

    value: str = ""
    version: int = 0
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class SlotPupil:
    """A pupil of the class; `is_open` until the slot has submitted the pupil's part."""

    record_id: UUID
    order_no: int
    pupil_code: str
    full_name: str
    birth_date: date
    is_open: bool


@dataclass(frozen=True)
class SlotMarks:
    """One slot as it is saved; `teacher` is empty while nobody is assigned."""

    class_term_id: UUID
    school_name: str
    school_year: str
    class_name: str
    term: Term
    slot: str
    name: str
    teacher: str
    cells: tuple[Cell, ...]
    pupils: tuple[SlotPupil, ...]
    known: Mapping[Place, Known] = field(default_factory=dict)

    @property
    def is_closed(self) -> bool:
        return not any(pupil.is_open for pupil in self.pupils)

    @property
    def saved_at(self) -> datetime | None:
        return max((each.at for each in self.known.values() if each.at), default=None)


@dataclass(frozen=True)
class Filled:
    """A cell of a copy: `version` is the one it was made from, None where that is not known; `cell` is as "E7"."""

    value: str
    version: int | None
    cell: str


class Change(StrEnum):
    SET = "set"
    CHANGED = "changed"
    CLEARED = "cleared"


class Doubt(Labelled):
    """Why a difference is not simply written: the first two wait for the person's word, the last cannot be written."""

    OVERTAKEN = "overtaken", "Ô này đã được lưu lại sau khi tệp được xuất."
    UNKNOWN_VERSION = "unknown_version", "Không biết phiên bản: tệp không cho biết ô này được xuất khi nào."
    SUBMITTED = "submitted", "Phần của học sinh này đã gửi nên không sửa được."


@dataclass(frozen=True)
class Difference:
    """A cell that a copy would change from what is saved."""

    place: Place
    cell: str
    before: Known
    value: str
    doubt: Doubt | None

    @property
    def change(self) -> Change:
        if not self.before.value:
            return Change.SET
        return Change.CHANGED if self.value else Change.CLEARED


def slot_name(curriculum: Curriculum, slot: str) -> str:
    """What people call a slot; NotFound for an unknown one."""
    return _NAMES.get(slot) or curriculum.subject(slot).name


def differences(marks: SlotMarks, filled: Mapping[Place, Filled]) -> Iterator[Difference]:
    """What a copy would change. A cell that was saved after the copy was made is in doubt, whoever saved it."""
    open_records = {pupil.record_id for pupil in marks.pupils if pupil.is_open}
    for place, mine in filled.items():
        saved = marks.known.get(place, Known())
        if mine.value != saved.value:
            doubt = _doubt(mine, saved) if place[0] in open_records else Doubt.SUBMITTED
            yield Difference(place, mine.cell, saved, mine.value, doubt)


def _doubt(mine: Filled, saved: Known) -> Doubt | None:
    if mine.version is None:
        return Doubt.UNKNOWN_VERSION
    return None if mine.version == saved.version else Doubt.OVERTAKEN
