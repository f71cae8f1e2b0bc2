"""Writing what people enter: each cell by itself, with the version they saw; nothing is overwritten unseen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from domain.assessment import AssessmentPoint
from domain.entry import Cell, CellKey, cells_of
from domain.errors import Conflict, DomainError, Invalid, NotFound
from domain.scales import CellKind
from domain.slot_marks import Known, Place
from storage.bulk import table_of
from storage.entries import FOREIGN, curriculum_in, known_cells, refuse_foreign
from storage.tables import Assessment, RecordSlot, TermRecord


@dataclass(frozen=True)
class CellEdit:
    """One cell as people give it; `version` is the one they saw, 0 for a cell nobody wrote yet."""

    record_id: UUID
    key: CellKey
    text: str
    version: int

    @property
    def place(self) -> Place:
        return (self.record_id, self.key)


@dataclass(frozen=True)
class SavedCell:
    record_id: UUID
    key: CellKey
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


@dataclass
class SaveResult:
    """What became of each edit: nothing of it is lost, and one bad cell does not hold up the others."""

    saved: list[SavedCell] = field(default_factory=list)
    overtaken: list[Overtaken] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def require_all(self) -> None:
        """Raises Invalid or Conflict unless every edit was saved."""
        if self.refused:
            raise Invalid(self.refused[0].message)
        if self.overtaken:
            raise Conflict("Có ô đã được người khác sửa.")


def save_cells(
    session: Session, class_term_id: UUID, slot: str, edits: Sequence[CellEdit], staff_id: UUID
) -> SaveResult:
    """Write cells of one slot, each by itself; of several edits of one cell the last counts.

    Raises Conflict when a record's slot was submitted meanwhile, NotFound for a foreign record or cell.
    """
    offered = _offered(session, class_term_id, slot, edits)
    lock_open(session, class_term_id, slot, {edit.record_id for edit in edits})
    result = SaveResult()
    wanted = _read({edit.place: edit for edit in edits}.values(), offered, result)
    known = known_cells(session, slot, {edit.record_id for edit, _ in wanted})
    fresh: list[tuple[CellEdit, str]] = []
    for edit, value in wanted:
        now = known.get(edit.place, Known())
        if value == now.value:
            result.saved.append(SavedCell(edit.record_id, edit.key, value, now.version))
        elif now.at and _is_overtaken(edit, now):  # a cell that is not there overtakes nobody
            result.overtaken.append(Overtaken(edit, now.value, now.version, now.by, now.at))
        else:
            fresh.append((edit, value))
    result.saved += _write(session, slot, fresh, staff_id)
    return result


@dataclass(frozen=True)
class Checked:
    """What saving an edit would store, or why it would be refused."""

    edit: CellEdit
    value: str = ""
    message: str = ""


def check_cells(session: Session, class_term_id: UUID, slot: str, edits: Sequence[CellEdit]) -> list[Checked]:
    """Look at each edit without saving any. Raises NotFound for a foreign record or cell."""
    offered = _offered(session, class_term_id, slot, edits)
    refuse_foreign(session, class_term_id, {edit.record_id for edit in edits})
    return [_checked(edit, offered[edit.key]) for edit in edits]


def _checked(edit: CellEdit, cell: Cell) -> Checked:
    try:
        return Checked(edit, cell.read(edit.text))
    except DomainError as error:
        return Checked(edit, message=error.message)


def _offered(session: Session, class_term_id: UUID, slot: str, edits: Iterable[CellEdit]) -> dict[CellKey, Cell]:
    offered = {cell.key: cell for cell in cells_of(*curriculum_in(session, class_term_id), slot)}
    if any(edit.key not in offered for edit in edits):
        raise NotFound("Không có ô này trong phần của môn.")
    return offered


def _read(edits: Iterable[CellEdit], offered: Mapping[CellKey, Cell], result: SaveResult) -> list[tuple[CellEdit, str]]:
    """The stored text of each edit; what is refused goes to the result."""
    checked = [_checked(edit, offered[edit.key]) for edit in edits]
    result.refused += [Refused(each.edit, each.message) for each in checked if each.message]
    return [(each.edit, each.value) for each in checked if not each.message]


def _is_overtaken(edit: CellEdit, now: Known) -> bool:
    """Whether the cell is no longer as the writer saw it; who saw it empty overwrites nothing while it is empty."""
    return now.version != edit.version and bool(now.value or edit.version)


def _write(session: Session, slot: str, fresh: Sequence[tuple[CellEdit, str]], staff_id: UUID) -> list[SavedCell]:
    if not fresh:
        return []
    rows = [
        {
            "record_id": edit.record_id,
            "item": edit.key.item,
            "point": edit.key.point.value,
            "kind": edit.key.kind.value,
            "slot": slot,
            "value": value,
            "updated_by": staff_id,
        }
        for edit, value in fresh
    ]
    returned = session.execute(_upsert(), rows)
    return [
        SavedCell(record_id, CellKey(item, AssessmentPoint(point), CellKind(kind)), value, version)
        for record_id, item, point, kind, value, version in returned
    ]


@cache
def _upsert() -> ReturningInsert[*tuple[Any, ...]]:
    """Made once, and of the table: it is asked for with every cell that somebody leaves."""
    cells = table_of(Assessment)
    new = insert(cells)
    changed: dict[str, object] = {"value": new.excluded.value, "updated_by": new.excluded.updated_by}
    changed |= {"version": cells.c.version + 1, "updated_at": func.now()}
    saved = new.on_conflict_do_update(index_elements=["record_id", "slot", "point", "item", "kind"], set_=changed)
    return saved.returning(*(cells.c[name] for name in ("record_id", "item", "point", "kind", "value", "version")))


def lock_open(session: Session, class_term_id: UUID, slot: str, record_ids: set[UUID]) -> None:
    """Settle the race with a submission by a row lock: either it is still open for us, or it is refused."""
    query = (
        select(RecordSlot.record_id, RecordSlot.state, TermRecord.moving, RecordSlot.open_until <= func.now())
        .join(TermRecord, TermRecord.id == RecordSlot.record_id)
        .where(TermRecord.class_term_id == class_term_id, RecordSlot.slot == slot, RecordSlot.record_id.in_(record_ids))
    )
    rows = session.execute(query.order_by(RecordSlot.record_id).with_for_update(of=RecordSlot)).all()
    if {row[0] for row in rows} != record_ids:
        raise NotFound(FOREIGN)
    if closed := tuple(str(record_id) for record_id, state, *_ in rows if state != "open"):
        raise Conflict("Phần này đã gửi, không sửa được nữa; cần trả lại trước khi sửa.", closed)
    if leaving := tuple(str(record_id) for record_id, _, moving, _ in rows if moving):
        raise Conflict("Học sinh đang làm thủ tục chuyển trường nên chưa nhập được.", leaving)
    if over := tuple(str(record_id) for record_id, *_, is_over in rows if is_over):
        raise Conflict("Đã hết thời gian mở khoá để sửa; hãy gửi phần này, hoặc xin gia hạn.", over)
