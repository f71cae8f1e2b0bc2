"""One CSV file of a package (RFC 4180, UTF-8), read against the specification."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from domain.errors import Invalid
from interchange.oneroster.cells import parse_cell
from interchange.oneroster.records import Findings, Record, Table, Value
from interchange.oneroster.specification import EXTENSION, SPECIFICATION, Column
from interchange.sheets import Severity

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BULK_BLANK: Final = ("status", "dateLastModified")


def read_table(name: str, data: bytes, findings: Findings) -> Table:
    """Return the lines that are in order; each sourcedId stands once."""
    file, columns = f"{name}.csv", SPECIFICATION.files[name]
    text = _decoded(file, data, findings)
    lines = _lines(file, text, findings)
    header = next(lines, None)
    if header is None:
        findings.add(file, 0, "", "Tệp trống, không có dòng tiêu đề.")
        return ()
    headings = [heading.strip() for heading in header[1]]
    _check_headings(file, headings, columns, findings)
    read = [_record(file, line, headings, cells, findings) for line, cells in lines]
    if not read:
        findings.skip(file, "", "Tệp chỉ có dòng tiêu đề; tệp như vậy phải khai là absent và để ngoài gói.")
    found = tuple(record for record in read if record is not None)
    _refuse_repeated(found, findings)
    _check_bulk(file, found, findings)
    return found


def _decoded(file: str, data: bytes, findings: Findings) -> str:
    """The text in NFC; "" where it is no text."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        findings.add(file, line, "", "Tệp không lưu bằng bảng mã UTF-8.")
        return ""
    if found := _CONTROL.search(text):
        findings.add(file, text.count("\n", 0, found.start()) + 1, "", "Có ký tự điều khiển không hợp lệ.")
        return ""
    return unicodedata.normalize("NFC", text)


def _lines(file: str, text: str, findings: Findings) -> Iterator[tuple[int, list[str]]]:
    """Each line with the number it starts at; empty ones are left out, and the first broken one is the last."""
    reader, line = csv.reader(io.StringIO(text, newline=""), strict=True), 1
    try:
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error:
        findings.add(file, line, "", "Dòng không đúng dạng CSV (RFC 4180): kiểm tra dấu ngoặc kép và dấu phẩy.")


def _check_headings(file: str, headings: Sequence[str], columns: Sequence[Column], findings: Findings) -> None:
    for column in columns:
        if column.name not in headings:
            severity = Severity.ERROR if column.required else Severity.REVIEW
            findings.add(file, 1, column.name, "Thiếu cột này trong dòng tiêu đề.", severity)
    known = {column.name for column in columns}
    for heading in dict.fromkeys(headings):
        if headings.count(heading) > 1:
            findings.add(file, 1, heading, "Cột này xuất hiện hai lần.")
        elif heading not in known and not heading.startswith(EXTENSION):
            findings.add(file, 1, heading, "Cột không có trong đặc tả OneRoster 1.2.1; đã bỏ qua.", Severity.REVIEW)


def _record(file: str, line: int, headings: list[str], cells: list[str], findings: Findings) -> Record | None:
    if len(cells) != len(headings):
        findings.add(file, line, "", f"Dòng có {len(cells)} ô, dòng tiêu đề có {len(headings)} cột.")
        return None
    given = {heading: text for heading, cell in zip(headings, cells, strict=True) if (text := cell.strip())}
    metadata = {heading: text for heading, text in given.items() if heading.startswith(EXTENSION)}
    return Record(file, line, _values(file, line, given, findings), metadata)


def _values(file: str, line: int, given: Mapping[str, str], findings: Findings) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for column in SPECIFICATION.files[file.removesuffix(".csv")]:
        try:
            value = parse_cell(column, given.get(column.name, ""))
        except Invalid as refused:
            findings.add(file, line, column.name, refused.message)
        else:
            if value is not None:
                values[column.name] = value
    return values


def _refuse_repeated(table: Table, findings: Findings) -> None:
    seen: dict[str, int] = {}
    for record in table:
        if record.id and (first := seen.setdefault(record.id, record.line)) != record.line:
            findings.blame(record, "sourcedId", f"Mã “{record.id}” đã có ở dòng {first}.")


def _check_bulk(file: str, table: Table, findings: Findings) -> None:
    """A bulk file lists what exists; changes and deletions belong to delta files."""
    filled = [record for record in table if any(column in record.values for column in _BULK_BLANK)]
    for record in filled:
        if record.text("status") == "tobedeleted":
            findings.blame(record, "status", "Dòng đánh dấu xoá chỉ có nghĩa ở chế độ delta; hãy bỏ dòng này.")
    if filled:
        message = "status và dateLastModified để trống ở chế độ bulk; đã bỏ qua giá trị của chúng."
        findings.add(file, filled[0].line, "status", message, Severity.REVIEW)
