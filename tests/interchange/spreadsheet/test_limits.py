"""Files made to be too much: refused before anything grows, within little memory."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from domain.errors import Invalid
from interchange.sheets import open_workbook
from interchange.spreadsheet.package import MAX_FILE, MAX_PARTS, MAX_SHEETS, MAX_UNPACKED
from interchange.spreadsheet.scan import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Budget
from tests.interchange.workbooks import packed, parts_of, with_part, with_sheet, workbook

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def swollen() -> bytes:
    return with_part(workbook({"A": []}), SHEET, b" " * (MAX_UNPACKED + 1))


def many_strings() -> bytes:
    return with_part(workbook({"A": [["x"]]}), STRINGS, f"<sst {MAIN}>{'<si/>' * (MAX_CELLS + 1)}</sst>".encode())


def lying() -> bytes:
    """A part that says it is 1000 bytes long, and is as long as memory."""
    data = swollen()
    return data.replace((MAX_UNPACKED + 1).to_bytes(4, "little"), (1000).to_bytes(4, "little"))


def far_apart() -> bytes:
    return with_sheet('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>')


def far_by_its_row() -> bytes:
    """The second cell does not say where it is: it stands in the row's line, not in that of the first."""
    return with_sheet('<row r="1048576"><c r="A1"><v>1</v></c><c><v>1</v></c></row>')


def row_past_counting() -> bytes:
    return with_sheet('<row r="99999999999"><c><v>1</v></c></row>')


def row_by_letters() -> bytes:
    return with_sheet('<row r="A1048576"><c><v>1</v></c></row>')


def wide_letters() -> bytes:
    return with_part(workbook({"A": []}), SHEET, f"<worksheet {MAIN}/>".encode("utf-16"))


def many_corners() -> bytes:
    """Sheets with two cells each, far apart."""
    parts = parts_of(workbook({f"Trang {number}": [["x"]] for number in range(20)}))
    corners = f'<worksheet {MAIN}><sheetData><row r="9999"><c r="KN9999"><v>1</v></c></row></sheetData></worksheet>'
    return packed({name: corners.encode() if "/sheet" in name else part for name, part in parts.items()})


def another_sheet() -> bytes:
    """Two relations of one sheet: to a part that is looked at, and to one that is not."""
    parts = parts_of(workbook({"A": [["x"]]}))
    listed = parts["xl/workbook.xml"].replace(b'r:id="rId1"', b'xmlns:x="urn:x" x:id="rId1" r:id="rId3"')
    rows = '<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return packed(
        parts | {"xl/workbook.xml": listed, "xl/styles.xml": f"<worksheet {MAIN}>{rows}</worksheet>".encode()}
    )


def promised_strings() -> bytes:
    return with_part(workbook({"A": [["x"]]}), STRINGS, f'<sst {MAIN} uniqueCount="4000000000"/>'.encode())


def text_in_a_text() -> bytes:
    """Counted as two texts, read as one: cells would name another than was measured."""
    inner = f"<si><si><t>{'a' * 30_000}</t></si></si><si><t/></si>"
    return with_part(workbook({"A": [["x"]]}), STRINGS, f"<sst {MAIN}>{inner}</sst>".encode())


def one_long_text() -> bytes:
    text = f"<sst {MAIN}><si><t>{'a' * 30_000}</t></si></sst>"
    cells = "".join(f'<row><c r="A{number}" t="s"><v>0</v></c></row>' for number in range(1, 1000))
    return with_part(with_sheet(cells), STRINGS, text.encode())


def many_cells() -> bytes:
    row = "<row>" + "<c><v>1</v></c>" * (MAX_CELLS // MAX_ROWS + 1) + "</row>"
    return with_sheet(row * MAX_ROWS)


def many_faults() -> bytes:
    row = "<row>" + "<c><f>A1</f></c>" * (MAX_CELLS // MAX_ROWS + 1) + "</row>"
    return with_sheet(row * MAX_ROWS)


def many_merges() -> bytes:
    merge = '<mergeCell ref="A1:IV9000"/>'
    return with_sheet("", f"<mergeCells>{merge * 100}</mergeCells>")


def laughing() -> bytes:
    entities = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    text = f"<!DOCTYPE a [<!ENTITY a0 'ha'>{entities}]><worksheet {MAIN}><v>&a11;</v></worksheet>"
    return with_part(workbook({"A": []}), SHEET, text.encode())


def many_parts() -> bytes:
    return packed(parts_of(workbook({"A": []})) | {f"xl/media/{number}.png": b"" for number in range(MAX_PARTS)})


def many_sheets() -> bytes:
    return workbook({f"Trang {number}": [] for number in range(MAX_SHEETS + 1)})


def large() -> bytes:
    return workbook({"A": []}) + bytes(50 * 1024 * 1024)


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "swollen": (swollen, "phình ra quá 64 MB"),
    "lying": (lying, "hỏng"),
    "far_apart": (far_apart, f"ngoài {MAX_ROWS} dòng, {MAX_COLUMNS} cột đầu"),
    "far_by_its_row": (far_by_its_row, f"ngoài {MAX_ROWS} dòng, {MAX_COLUMNS} cột đầu"),
    "row_past_counting": (row_past_counting, "hỏng"),
    "row_by_letters": (row_by_letters, "hỏng"),
    "wide_letters": (wide_letters, "hỏng"),
    "many_corners": (many_corners, "quá nhiều ô"),
    "another_sheet": (another_sheet, "hỏng"),
    "promised_strings": (promised_strings, "hỏng"),
    "text_in_a_text": (text_in_a_text, "hỏng"),
    "one_long_text": (one_long_text, "quá nhiều ô hoặc ô quá dài"),
    "many_strings": (many_strings, "hỏng"),
    "many_cells": (many_cells, "quá nhiều ô"),
    "many_faults": (many_faults, "quá nhiều ô"),
    "many_merges": (many_merges, "quá nhiều ô"),
    "laughing": (laughing, "hỏng"),
    "many_parts": (many_parts, "phình ra"),
    "many_sheets": (many_sheets, f"hơn {MAX_SHEETS} trang"),
    "large": (large, f"lớn hơn {MAX_FILE // 1024**2} MB"),
}

READING = """
import resource, sys
from pathlib import Path
from domain.errors import Invalid
from interchange.sheets import open_workbook
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 400 * 1024**2,) * 2)
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        workbook = open_workbook(path)
        [workbook.grid(name) for name in workbook.sheet_names]
        print(path.stem, "was read")
    except Invalid:
        print(path.stem, "was refused")
"""


@pytest.mark.parametrize("name", BOMBS)
def test_what_is_too_much_is_refused_with_words_that_help(name: str) -> None:
    make, words = BOMBS[name]
    with pytest.raises(Invalid, match=words):
        open_workbook(make())


def test_nothing_grows_while_it_is_refused(tmp_path: Path) -> None:
    for name, (make, _) in BOMBS.items():
        (tmp_path / name).write_bytes(make())
    command = [sys.executable, "-c", READING, str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines() == [f"{name} was refused" for name in sorted(BOMBS)]


EMPTY_TEXTS = [
    't="str"><f>""</f><v></v>',
    't="str"><f>""</f><v/>',
    't="inlineStr"><is><t></t></is>',
    't="inlineStr"><is/>',
    "><is><t></t></is>",
    't="d"><v></v>',
]


@pytest.mark.parametrize("cell", EMPTY_TEXTS)
def test_empty_texts_far_out_are_left_out(cell: str) -> None:
    far = f'<row r="1048576"><c r="B1048576" s="1"/><c r="XFD1048576" {cell}</c >\n</row>'
    data = with_sheet(f'<row r="1"><c r="A1"><v>7</v></c><c r="ZZ1" {cell}</c><c r="B1"><v>8</v></c></row>{far}')
    assert open_workbook(data).grid("Trang1").rows == [[7.0, 8.0]]


@pytest.mark.parametrize("cell", EMPTY_TEXTS)
def test_empty_texts_nearby_count_as_cells(cell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit itself is reached above; here it is a small one, for what counts."""
    monkeypatch.setattr("interchange.spreadsheet.workbook.Budget", partial(Budget, cells=1000))
    row = "<row>" + f"<c {cell}</c>" * 10 + "</row>"
    assert len(open_workbook(with_sheet(row * 100)).grid("Trang1").rows) == 100
    with pytest.raises(Invalid, match="quá nhiều ô"):
        open_workbook(with_sheet(row * 101))


@pytest.mark.parametrize("size", ["A1:XFD1048576", "XFD1048576:A1", "A1:A99999"])
def test_the_size_a_sheet_claims_does_not_matter(size: str) -> None:
    parts = parts_of(workbook({"A": [[7.0]]}))
    sheet = parts[SHEET].replace(b'<dimension ref="A1"/>', f'<dimension ref="{size}"/>'.encode())
    assert sheet != parts[SHEET]
    assert open_workbook(packed(parts | {SHEET: sheet})).grid("A").rows == [[7.0]]


def test_formatting_down_to_the_last_row_is_no_content() -> None:
    styled = "".join(f'<row r="{number}"><c r="A{number}" s="1"/></row>' for number in range(2, 20_000))
    data = with_sheet(
        f'<row r="1"><c r="A1"><v>7</v></c></row>{styled}<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    )
    assert open_workbook(data).grid("Trang1").rows == [[7.0]]
