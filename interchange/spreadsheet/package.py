"""The parts of an .xlsx archive: only those needed, and never more of them than fits in memory.

A zip archive may be made to say one thing to one program and another to the next. So what was read and measured here is
packed anew, and only that is handed on.
"""

import io
import posixpath
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import quoteattr
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from lxml import etree  # type: ignore[import-untyped]

from domain.errors import Invalid
from interchange.spreadsheet.kinds import CUT_OFF, PASSWORD, archive_refusal, refuse_unless_zip

MAX_FILE: Final = 16 * 1024 * 1024
MAX_UNPACKED: Final = 64 * 1024 * 1024
MAX_PARTS: Final = 5_000
MAX_SHEETS: Final = 200
TOO_LARGE: Final = (
    f"Tệp lớn hơn {MAX_FILE // 1024**2} MB; hãy bỏ hình ảnh và các trang không cần, hoặc tách thành nhiều tệp."
)
_SWELLS: Final = (
    f"Tệp phình ra quá {MAX_UNPACKED // 1024**2} MB khi mở; hãy chép phần danh sách sang một tệp mới rồi lưu lại."
)
_TOO_MANY: Final = f"Tệp có hơn {MAX_SHEETS} trang; hãy tách thành nhiều tệp."

_ROOT_RELATIONS: Final = "_rels/.rels"
_CONTENT_TYPES: Final = "[Content_Types].xml"
_SHARED_KINDS: Final = ("sharedStrings", "styles")
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/"
_DOCUMENT: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_MAX_LIST: Final = 1024 * 1024  # bytes of a part that is read as a tree
_ENCRYPTED: Final = 0x1  # general purpose bit 0 of a zip entry
_DAMAGE: Final = (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError)


@dataclass(frozen=True)
class SheetPart:
    """One worksheet as the workbook lists it, and the part that holds it."""

    name: str
    part: str
    is_hidden: bool


@dataclass(frozen=True)
class _Relation:
    id: str
    kind: str  # the last word of its type
    part: str


class Package:
    """An opened archive. Raises Invalid, here and when a part is read, for what is no .xlsx, damaged or too large."""

    def __init__(self, data: bytes) -> None:
        if len(data) > MAX_FILE:
            raise Invalid(TOO_LARGE)
        refuse_unless_zip(data)
        try:
            self._zip = ZipFile(io.BytesIO(data))
        except _DAMAGE as error:
            raise Invalid(CUT_OFF) from error
        if len(self._zip.infolist()) > MAX_PARTS:
            raise Invalid(_SWELLS)
        if any(info.flag_bits & _ENCRYPTED for info in self._zip.infolist()):
            raise Invalid(PASSWORD)
        self._infos = {info.filename.lower(): info for info in self._zip.infolist()}
        self._left = MAX_UNPACKED
        self._read: dict[str, bytes] = {}
        self._workbook = self._workbook_part()
        self._relations_part = posixpath.join(
            posixpath.dirname(self._workbook), "_rels", posixpath.basename(self._workbook) + ".rels"
        )
        self._relations = self._relations_in(self._relations_part, posixpath.dirname(self._workbook))

    def sheets(self) -> tuple[SheetPart, ...]:
        """The worksheets in their order; sheets of charts are none."""
        parts = {each.id: each.part for each in self._relations if each.kind == "worksheet"}
        listed = [each for each in self._tree(self._workbook).iter("{*}sheet") if _attribute(each, "id") in parts]
        found = [
            SheetPart(each.get("name", ""), parts[_attribute(each, "id")], each.get("state", "visible") != "visible")
            for each in listed
        ]
        if len(found) > MAX_SHEETS:
            raise Invalid(_TOO_MANY)
        if len({sheet.name for sheet in found}) < len(found):
            raise Invalid(CUT_OFF)
        return tuple(found)

    def strings(self) -> bytes:
        """The texts that cells share; b"" if there are none."""
        return b"".join(self.part(name) for name in self._shared("sharedStrings"))

    def part(self, name: str) -> bytes:
        """One part, unpacked."""
        if name not in self._read:
            info = self._infos.get(name.lower())
            if info is None:
                raise Invalid(CUT_OFF)
            self._read[name] = self._unpacked(info)
        return self._read[name]

    def packed_anew(self, sheets: Mapping[str, bytes]) -> bytes:
        """An archive of these worksheets, XML by name, with the texts and styles they share, and of nothing else.

        Its lists are written new, so that nobody can find other parts in them than were looked at here.
        """
        parts = {f"worksheets/sheet{number}.xml": data for number, data in enumerate(sheets.values(), start=1)}
        kinds = ["worksheet"] * len(parts)
        for kind in _SHARED_KINDS:
            parts |= {f"{kind}.xml": self.part(name) for name in self._shared(kind)}
            kinds += [kind] * len(self._shared(kind))
        packed = io.BytesIO()
        with ZipFile(packed, "w") as archive:
            archive.writestr(_CONTENT_TYPES, f"<Types xmlns={quoteattr(_PACKAGE + 'content-types')}/>")
            archive.writestr(_ROOT_RELATIONS, _relations({"xl/workbook.xml": "officeDocument"}))
            archive.writestr("xl/workbook.xml", self._workbook_of(sheets))
            archive.writestr("xl/_rels/workbook.xml.rels", _relations(dict(zip(parts, kinds, strict=True))))
            for name, data in parts.items():
                archive.writestr(f"xl/{name}", data)
        return packed.getvalue()

    def _workbook_of(self, names: Iterable[str]) -> str:
        since_1904 = any(
            each.get("date1904") in {"1", "true"} for each in self._tree(self._workbook).iter("{*}workbookPr")
        )
        listed = (
            f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
            for number, name in enumerate(names, start=1)
        )
        return (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><workbookPr date1904="{since_1904:d}"/>'
            f"<sheets>{''.join(listed)}</sheets></workbook>"
        )

    def _shared(self, kind: str) -> list[str]:
        return [each.part for each in self._relations if each.kind == kind and each.part.lower() in self._infos][:1]

    def _workbook_part(self) -> str:
        if _ROOT_RELATIONS in self._infos:
            for each in self._relations_in(_ROOT_RELATIONS, ""):
                if each.kind == "officeDocument" and each.part.lower().endswith(".xml") and "xl/" in each.part:
                    return each.part
        raise Invalid(archive_refusal(frozenset(self._infos)))

    def _relations_in(self, name: str, folder: str) -> list[_Relation]:
        return [
            _Relation(
                each.get("Id", ""),
                each.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, each.get("Target", ""))).lstrip("/"),
            )
            for each in self._tree(name).iter("{*}Relationship")
        ]

    def _tree(self, name: str) -> etree._Element:
        data = self.part(name)
        if len(data) > _MAX_LIST:
            raise Invalid(_SWELLS)
        try:
            return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
        except etree.XMLSyntaxError as error:
            raise Invalid(CUT_OFF) from error

    def _unpacked(self, info: ZipInfo) -> bytes:
        """The declared size is asked first; not a byte more is unpacked, and a false one is refused."""
        if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise Invalid(CUT_OFF)
        self._left -= info.file_size
        if self._left < 0:
            raise Invalid(_SWELLS)
        try:
            with self._zip.open(info) as stream:
                return stream.read(info.file_size)
        except _DAMAGE as error:
            raise Invalid(CUT_OFF) from error


def _attribute(element: etree._Element, name: str) -> str:
    """An attribute by its name, whatever its namespace: the two editions of the format have their own."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _relations(kinds: Mapping[str, str]) -> str:
    """The list of parts, by their paths, with what each of them is."""
    listed = (
        f'<Relationship Id="rId{number}" Type="{_DOCUMENT}/{kind}" Target="{part}"/>'
        for number, (part, kind) in enumerate(kinds.items(), start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}relationships">{"".join(listed)}</Relationships>'
