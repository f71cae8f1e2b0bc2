"""Edits of cells by their place in a sheet, and what became of each: the same for every sheet of the room."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.pages.entry.grid import code_of, key_of
from api.pages.formats import minute
from api.pages.language import gettext
from storage import saving


@dataclass(frozen=True)
class CellEdit:
    """One cell as people give it; `version` is the one they saw."""

    record_id: UUID
    code: str
    text: str
    version: int


@dataclass(frozen=True)
class SavedCell:
    record_id: UUID
    code: str
    value: str
    version: int


@dataclass(frozen=True)
class Overtaken:
    """Somebody else was there first: what the cell holds now, and who wrote it when."""

    edit: CellEdit
    value: str
    version: int
    by: str
    at: datetime


@dataclass(frozen=True)
class Refused:
    edit: CellEdit
    message: str


@dataclass(frozen=True)
class Saved:
    """What became of each edit: one bad cell does not hold up the others."""

    saved: tuple[SavedCell, ...] = ()
    overtaken: tuple[Overtaken, ...] = ()
    refused: tuple[Refused, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "saved": [_place(each.record_id, each.code, each.value, each.version) for each in self.saved],
            "overtaken": [
                _place(each.edit.record_id, each.edit.code, each.value, each.version)
                | {"tried": each.edit.text, "by": each.by, "at": minute(each.at)}
                for each in self.overtaken
            ],
            "refused": [
                {"record_id": str(each.edit.record_id), "code": each.edit.code}
                | {"tried": each.edit.text, "message": gettext(each.message)}
                for each in self.refused
            ],
        }


def _place(record_id: UUID, code: str, value: str, version: int) -> dict[str, Any]:
    return {"record_id": str(record_id), "code": code, "value": value, "version": version}


def save_marks(session: Session, class_term_id: UUID, slot: str, edits: Sequence[CellEdit], staff_id: UUID) -> Saved:
    """Save cells of a part as `storage.saving.save_cells` does, with its refusals."""
    wanted = [saving.CellEdit(each.record_id, key_of(each.code), each.text, each.version) for each in edits]
    return of_marks(saving.save_cells(session, class_term_id, slot, wanted, staff_id))


def of_marks(result: saving.SaveResult) -> Saved:
    return Saved(
        tuple(SavedCell(each.record_id, code_of(each.key), each.value, each.version) for each in result.saved),
        tuple(Overtaken(_edit(each.edit), each.value, each.version, each.by, each.at) for each in result.overtaken),
        tuple(Refused(_edit(each.edit), each.message) for each in result.refused),
    )


def _edit(edit: saving.CellEdit) -> CellEdit:
    return CellEdit(edit.record_id, code_of(edit.key), edit.text, edit.version)
