"""A workbook whose sheets are read one by one, each looked through first."""

import io
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, TypeAlias

from python_calamine import CalamineError, CalamineWorkbook

from domain.errors import Invalid
from interchange.spreadsheet.kinds import CUT_OFF
from interchange.spreadsheet.package import Package
from interchange.spreadsheet.scan import Budget, Merge, Place, scan, string_lengths

CellValue: TypeAlias = int | float | str | bool | date | datetime | time | timedelta

_PANIC: Final = "PanicException"  # of Rust: no Exception, and no class that could be imported
_NO_SHEETS: Final = "Tệp không có trang bảng tính nào để đọc; hãy chọn lại tệp."


@dataclass(frozen=True)
class Grid:
    """One worksheet: values by row and column from 0, why a cell has none, and which cells are merged."""

    name: str
    rows: list[list[CellValue]]
    faults: Mapping[Place, str]
    merges: tuple[Merge, ...]


class Workbook:
    """An .xlsx workbook from its bytes; hidden sheets are named and left alone, but those in `also`.

    Raises Invalid for what is none, damaged, under a password or too large, with words that say what to do.
    """

    def __init__(self, data: bytes, also: Collection[str] = ()) -> None:
        package = Package(data)
        sheets = package.sheets()
        visible = [sheet for sheet in sheets if not sheet.is_hidden]
        if not visible:
            raise Invalid(_NO_SHEETS)
        lengths = string_lengths(strings) if (strings := package.strings()) else ()
        budget = Budget()
        self.hidden_names = tuple(sheet.name for sheet in sheets if sheet.is_hidden)
        self.sheet_names = tuple(sheet.name for sheet in visible)
        wanted = [sheet for sheet in sheets if not sheet.is_hidden or sheet.name in also]
        self._scans = {sheet.name: scan(sheet.name, package.part(sheet.part), lengths, budget) for sheet in wanted}
        packed = package.packed_anew({name: seen.data for name, seen in self._scans.items()})
        for seen in self._scans.values():
            seen.data = b""
        with _damage_refused():
            self._values = CalamineWorkbook.from_filelike(io.BytesIO(packed))

    def grid(self, name: str) -> Grid:
        """The cells of one worksheet that was opened. Raises Invalid for one that is damaged."""
        with _damage_refused():
            values = self._values.get_sheet_by_name(name).to_python(skip_empty_area=False)
        seen = self._scans[name]
        return Grid(name, values, seen.faults, tuple(seen.merges))


@contextmanager
def _damage_refused() -> Iterator[None]:
    try:
        yield
    except (CalamineError, OSError) as error:
        raise Invalid(CUT_OFF) from error
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        raise Invalid(CUT_OFF) from error
