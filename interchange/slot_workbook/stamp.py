"""The very hidden sheet of a slot's workbook: which slot it is, and the version of every cell it was made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from xlsxwriter import Workbook as NewWorkbook

from domain.assessment import AssessmentPoint
from domain.entry import CellKey
from domain.errors import Invalid
from domain.scales import CellKind
from domain.slot_marks import Known, Place, SlotMarks
from interchange.spreadsheet.workbook import Workbook

SHEET: Final = "hocba"
FORMAT: Final = "hocba-marks/1"
_FIRST_COLUMN: Final = 2
_HEAD: Final = 3  # rows: what it is, whose, and which cells


@dataclass(frozen=True)
class Stamp:
    """What a workbook says of its own making; `records` are by pupil code."""

    class_term_id: UUID
    slot: str
    records: Mapping[str, UUID]
    versions: Mapping[Place, int]

    def version_of(self, pupil_code: str, place: Place) -> int | None:
        """None unless the cell was exported, of this pupil and this record."""
        return self.versions.get(place) if self.records.get(pupil_code) == place[0] else None


def write_stamp(workbook: NewWorkbook, marks: SlotMarks) -> None:
    """One row for each pupil: code, record, and the versions of the cells in their order."""
    sheet = workbook.add_worksheet(SHEET)
    sheet.very_hidden()
    keys = [cell.key for cell in marks.cells]
    sheet.write_row(0, 0, [FORMAT])
    sheet.write_row(1, 0, [str(marks.class_term_id), marks.slot])
    sheet.write_row(2, _FIRST_COLUMN, [f"{key.item}/{key.point}/{key.kind}" for key in keys])
    for row, pupil in enumerate(marks.pupils, start=_HEAD):
        versions = [marks.known.get((pupil.record_id, key), Known()).version for key in keys]
        sheet.write_row(row, 0, [pupil.pupil_code, str(pupil.record_id), *versions])


def read_stamp(workbook: Workbook) -> Stamp | None:
    """None for a workbook that has none; raises Invalid for one that cannot be read."""
    if SHEET not in workbook.hidden_names:
        return None
    try:
        return _read(workbook.grid(SHEET).rows)
    except (ValueError, IndexError) as error:
        raise Invalid("Phần nhận dạng của tệp đã bị sửa hoặc do phiên bản khác xuất; hãy xuất lại tệp.") from error


def _read(rows: Sequence[Sequence[object]]) -> Stamp:
    if rows[0][0] != FORMAT:
        raise ValueError(rows[0][0])
    keys = [_key(str(text)) for text in rows[2][_FIRST_COLUMN:]]
    records = {str(row[0]): UUID(str(row[1])) for row in rows[_HEAD:]}
    versions = {
        (UUID(str(row[1])), key): int(str(version).removesuffix(".0"))
        for row in rows[_HEAD:]
        for key, version in zip(keys, row[_FIRST_COLUMN:], strict=True)
    }
    return Stamp(UUID(str(rows[1][0])), str(rows[1][1]), records, versions)


def _key(text: str) -> CellKey:
    item, point, kind = text.split("/")
    return CellKey(item, AssessmentPoint(point), CellKind(kind))
