"""A workbook as somebody changed it: cells of its first sheet set in the package's own XML."""

import re
from collections.abc import Callable, Mapping

from lxml import etree  # type: ignore[import-untyped]

from tests.interchange.workbooks import packed, parts_of

Set = str | float | None  # None clears a cell and keeps its look
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
FIRST, SECOND = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
DATE_STYLE = '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'


def filled_in(data: bytes, cells: Mapping[str, Set], part: str = FIRST) -> bytes:
    """Type these values into cells by address, as a spreadsheet would keep them."""

    def change(sheet: etree._Element) -> None:
        for address, value in cells.items():
            cell = cell_of(sheet, address)
            if isinstance(value, str):
                cell.set("t", "inlineStr")
                etree.SubElement(etree.SubElement(cell, f"{{{MAIN}}}is"), f"{{{MAIN}}}t").text = value
            elif value is not None:
                etree.SubElement(cell, f"{{{MAIN}}}v").text = repr(value)

    return changed(data, change, part)


def cell_of(sheet: etree._Element, address: str) -> etree._Element:
    """The cell at an address, emptied."""
    [cell] = sheet.iterfind(f".//{{*}}c[@r='{address}']")
    cell.attrib.pop("t", None)
    for child in list(cell):
        cell.remove(child)
    return cell


def with_formula(data: bytes, address: str, result: str | None, kind: str = "", part: str = FIRST) -> bytes:
    """A formula with the result a spreadsheet stored for it; kind "e" is an error."""

    def change(sheet: etree._Element) -> None:
        cell = cell_of(sheet, address)
        if kind:
            cell.set("t", kind)
        etree.SubElement(cell, f"{{{MAIN}}}f").text = "A1"
        if result is not None:
            etree.SubElement(cell, f"{{{MAIN}}}v").text = result

    return changed(data, change, part)


def with_merged(data: bytes, area: str) -> bytes:
    def change(sheet: etree._Element) -> None:
        merged = etree.Element(f"{{{MAIN}}}mergeCells", count="1")
        etree.SubElement(merged, f"{{{MAIN}}}mergeCell", ref=area)
        before = [each for each in sheet if etree.QName(each).localname in {"sheetData", "sheetProtection"}]
        before[-1].addnext(merged)

    return changed(data, change)


def with_date(data: bytes, address: str, serial: float) -> bytes:
    """What a spreadsheet keeps after it took a text for a date: a number in a format of dates."""
    parts = parts_of(data)
    styles = parts["xl/styles.xml"].decode()
    count = int(re.search(r'<cellXfs count="(\d+)"', styles)[1])  # type: ignore[index]
    styles = styles.replace(f'<cellXfs count="{count}"', f'<cellXfs count="{count + 1}"')
    parts["xl/styles.xml"] = styles.replace("</cellXfs>", DATE_STYLE).encode()

    def change(sheet: etree._Element) -> None:
        cell = cell_of(sheet, address)
        cell.set("s", str(count))
        etree.SubElement(cell, f"{{{MAIN}}}v").text = repr(serial)

    return changed(packed(parts), change)


def changed(data: bytes, change: Callable[[etree._Element], None], part: str = FIRST) -> bytes:
    parts = parts_of(data)
    sheet = etree.fromstring(parts[part])
    change(sheet)
    parts[part] = etree.tostring(sheet, xml_declaration=True, encoding="UTF-8", standalone=True)
    return packed(parts)
