"""A packet of national records as XML, fit to be signed (XAdES) as it is.

The Ministry has published fields, but no schema: the tables and fields have their published names, all other names and
the order are ours (`phienBanCauTruc` says which version), so this module is an adapter that a published schema will
replace. The verification of a signature looks for the root, the records and the school's code where they stand here. A
field that is empty has no element.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from lxml import etree  # type: ignore[import-untyped]

from domain.errors import Invalid
from interchange.national.fields import LAYOUTS, LEVELS, Field, Kind, Table
from interchange.national.packet import Packet, sound, within_limit
from interchange.national.records import NationalRecord, Row, Value

ROOT: Final = "HocBa"
LAYOUT_VERSION: Final = "quoc-gia-1"
_ATTRIBUTES: Final = {"Id": ROOT, "phienBanCauTruc": LAYOUT_VERSION}
_FLAGS: Final = {"1": True, "0": False}  # as the descriptions of the fields have them
_READ: Final[Mapping[Kind, Callable[[str], Value]]] = {
    Kind.BOOLEAN: _FLAGS.__getitem__,
    Kind.INTEGER: int,
    Kind.NUMBER: float,
}


def packet_xml(packet: Packet) -> etree._Element:
    """The root element; the same packet gives the same tree. Raises Invalid if anything in it is refused."""
    return _tree(sound(packet))


def _tree(packet: Packet) -> etree._Element:
    root = etree.Element(ROOT, _ATTRIBUTES)
    etree.SubElement(etree.SubElement(root, "TruongHoc"), "MaTruong").text = packet.school_code
    records = etree.SubElement(root, "DanhSachHocBa")
    for record in packet.records:
        _write(etree.SubElement(records, record.layout.table.name), record)
    return root


def write_xml(packet: Packet) -> bytes:
    """The unsigned file, UTF-8. Raises as `packet_xml`."""
    return within_limit(etree.tostring(packet_xml(packet), encoding="UTF-8", xml_declaration=True))


def read_xml(data: bytes) -> Packet:
    """What `write_xml` was given. Raises Invalid for anything it would not have written, a signature included."""
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(within_limit(data), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Invalid("Tệp không phải là XML hợp lệ.") from error
    document = root.getroottree()
    if document.docinfo.doctype or document.xpath("count(/node())") != 1:
        raise Invalid("Tệp XML có nội dung ngoài gói tin học bạ.")
    return packet_of(root)


def packet_of(root: etree._Element) -> Packet:
    """What `packet_xml` was given; raises Invalid for any other tree.

    Says nothing about who wrote it: of a signed file, read the part that a verification found to be signed.
    """
    packet, canonical = _read(root)
    return _as_written(sound(packet), canonical)


def unjudged_packet_of(root: etree._Element) -> Packet:
    """A packet of our layout whose values nobody has looked at yet, for whoever judges record by record.

    Raises Invalid for another layout, which has no records that could be told apart.
    """
    return _as_written(*_read(root))


def _read(root: etree._Element) -> tuple[Packet, bytes]:
    """The packet that a tree seems to be, and all that stands in it, canonical."""
    try:
        canonical: bytes = etree.tostring(root, method="c14n")
        school, records = root
        packet = Packet(school.findtext("MaTruong") or "", tuple(map(_record, records.iterchildren("*"))))
    except (etree.C14NError, ValueError) as error:
        raise Invalid("Tệp XML không đúng cấu trúc gói tin học bạ.") from error
    return packet, canonical


def _as_written(packet: Packet, canonical: bytes) -> Packet:
    """The packet itself; raises Invalid if we would have written it otherwise."""
    if canonical != etree.tostring(_tree(packet), method="c14n"):
        raise Invalid("Tệp XML có nội dung ngoài cấu trúc gói tin học bạ.")
    return packet


def canonical_record(record: NationalRecord) -> bytes:
    """The record's own element, canonical: equal content gives equal bytes."""
    element = etree.Element(record.layout.table.name)
    _write(element, record)
    canonical: bytes = etree.tostring(element, method="c14n")
    return canonical


def _write(element: etree._Element, record: NationalRecord) -> None:
    layout = record.layout
    _fill(element, layout.table, record.fields)
    for part, table in layout.parts.items():
        for row in record.children.get(part, ()):
            _fill(etree.SubElement(element, part), table, row)


def _fill(element: etree._Element, table: Table, row: Row) -> None:
    for name in table.fields:
        if name in row:
            etree.SubElement(element, name).text = _text(row[name])


def _text(value: Value) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _record(element: etree._Element) -> NationalRecord:
    level = LEVELS.get(element.tag)
    if level is None:
        raise ValueError(element.tag)
    layout = LAYOUTS[level]
    own = (child for child in element.iterchildren("*") if child.tag not in layout.parts)
    children = {
        part: tuple(_row(child.iterchildren("*"), table) for child in element.iterchildren(part))
        for part, table in layout.parts.items()
    }
    return NationalRecord(level, _row(own, layout.table), children)


def _row(elements: Iterable[etree._Element], table: Table) -> Row:
    return {each.tag: _value(table.fields.get(each.tag), each.text or "") for each in elements}


def _value(field: Field | None, text: str) -> Value:
    """The value; the text as it is where it is none, which checking then refuses by name."""
    read = _READ.get(field.kind) if field else None
    try:
        return read(text) if read else text
    except (ValueError, KeyError):
        return text
