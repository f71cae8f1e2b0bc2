"""Appends the revision of one signature to a paper of our own: what pyHanko would write, in a tenth of its time.

The objects are those that pyHanko 0.38 makes (a test compares them one by one), written in the spelling that
`signing.own_papers` knows again. ISO 32000-1: 7.5.6 (revisions), 12.7.4.5 and 12.8 (signatures).
"""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from pyhanko.pdf_utils.generic import IndirectObject, PdfObject

from signing.dss import ValidationMaterial
from signing.own_papers import IN_FILE, ROW, OwnField, OwnPaper, Unusual
from signing.stamp_font import StampFont
from signing.stamps import IMAGE, SignatureStampStyle, drawn

# PAdES needs its extension registered (ETSI EN 319 142-1, 5.2).
_EXTENSIONS = b"/Extensions<</ESIC<</Type/DeveloperExtensions/BaseVersion/1.7/ExtensionLevel 1>>>>"
_CERTIFIES = b"/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/V/1.2/P %d>>>>]"
_LOCKS = (
    b"/Reference[<</Type/SigRef/TransformMethod/FieldMDP/Data %d 0 R"
    b"/TransformParams<</Action/All/Type/TransformParams/V/1.2/P 1>>>>]"
)
_SIGNATURE = b"""<<
/Contents <%b>
%b
/Type /Sig
/Filter /Adobe.PPKLite
/SubFilter /ETSI.CAdES.detached
/M (%b)
%b>>"""
_RANGE_ROOM = 60  # for /ByteRange, whose numbers are known last; blanks fill it


@dataclass(frozen=True)
class Appended:
    """A document with a hole from `region_start` to `region_end`, < and > included; `digest` is of all the rest."""

    pdf: bytes
    digest: bytes
    region_start: int
    region_end: int


@dataclass(frozen=True)
class Filling:
    """What a batch puts into a field: the look, the hash of the signature, and its room in hex characters."""

    style: SignatureStampStyle
    signed_at: datetime
    font: StampFont
    algorithm: str
    room: int
    material: ValidationMaterial | None = None


def appended(paper: OwnPaper, name: str, filling: Filling) -> Appended:
    """The paper with a hole in this field, which is due. The same input gives the same bytes. Raises Unusual."""
    return _Revision(paper).filled(next(each for each in paper.fields if each.name == name), filling)


@dataclass
class _Revision:
    paper: OwnPaper
    _out: bytearray = field(default_factory=bytearray)
    _places: dict[int, int] = field(default_factory=dict)
    _added: int = 0

    def filled(self, target: OwnField, filling: Filling) -> Appended:
        is_first = not any(each.is_signed for each in self.paper.fields)
        is_last = target is self.paper.fields[-1]
        if target.is_locking is not (is_last and not is_first):
            raise Unusual
        entries = self._validation(filling.material) if filling.material else b""
        stamp, signature = self._stamp(target, filling), self._number()
        self._put(target.number, b"%b%d%b/V %d 0 R>>" % (target.head, stamp, target.tail, signature))
        if is_first:
            entries += b"%b/Perms<</DocMDP %d 0 R>>" % (_EXTENSIONS, signature)
        self._extend_catalogue(entries)
        return self._signed(signature, self._forbids(is_first=is_first, is_last=is_last), filling)

    def _forbids(self, *, is_first: bool, is_last: bool) -> bytes:
        """The first signature certifies the document, the last locks it (12.8.2.2 and 12.8.2.4)."""
        if is_first:
            return _CERTIFIES % (1 if is_last else 2)
        return _LOCKS % self.paper.root if is_last else b""

    def add_object(self, obj: PdfObject) -> IndirectObject:
        """An object of pyHanko's making, as one more of this document."""
        written = io.BytesIO()
        obj.write_to_stream(written, None, None)
        return IndirectObject(self._add(written.getvalue()), 0, None)  # type: ignore[no-untyped-call]

    def _extend_catalogue(self, entries: bytes) -> None:
        if not entries:
            return
        before = self.paper.catalogue
        is_there = any(key in before and key in entries for key in (b"/DSS", b"/Extensions", b"/Perms"))
        if is_there or not before.endswith(b">>"):
            raise Unusual
        self._put(self.paper.root, before[:-2] + entries + b">>")

    def _validation(self, material: ValidationMaterial) -> bytes:
        """The document security store (ISO 32000-2, 12.8.4.3), and the catalogue's entry for it."""
        parts = {b"Certs": material.certificates, b"OCSPs": material.ocsps, b"CRLs": material.crls}
        lists = (b"/%b[%b]" % (name, b" ".join(map(self._stream, each))) for name, each in parts.items() if each)
        return b"/DSS %d 0 R" % self._add(b"<<%b>>" % b"".join(lists))

    def _stream(self, data: bytes) -> bytes:
        return b"%d 0 R" % self._add(b"<</Length %d>>\nstream\n%b\nendstream" % (len(data), data))

    def _stamp(self, target: OwnField, filling: Filling) -> int:
        style, picture = filling.style, filling.style.picture
        image = b""
        if picture is not None:
            reference = picture.add_to(self)
            image = b"/XObject<<%b %d 0 R>>" % (IMAGE.encode(), reference.idnum)
        font = b"/Font<<%b %d 0 R>>" % (self.paper.font_name.encode(), self.paper.font)
        data = drawn(style, filling.font, float(target.width), float(target.height))
        head = b"/Type/XObject/Subtype/Form/BBox[0 0 %d %d]/Resources<<%b%b>>/Filter/FlateDecode/Length %d"
        sizes = (target.width, target.height, font, image, len(data))
        return self._add(b"<<%b>>\nstream\n%b\nendstream" % (head % sizes, data))

    def _signed(self, number: int, reference: bytes, filling: Filling) -> Appended:
        hole, ranges = b"0" * filling.room, b" " * _RANGE_ROOM
        self._put(number, _SIGNATURE % (hole, ranges, _date(filling.signed_at), reference))
        start = self._places[number] + len(b"%d 0 obj\n" % number) + _SIGNATURE.index(b"<%b>")
        end = start + filling.room + len(b"<>")
        before = hashlib.sha256(self.paper.pdf)
        self._finish(before.digest()[:16])
        base = len(self.paper.pdf)
        ranges = b"/ByteRange [0 %d %d %d]" % (start, end, base + len(self._out) - end)
        at = end - base + len(b"\n")
        self._out[at : at + len(ranges)] = ranges
        covered = before if filling.algorithm == "sha256" else hashlib.new(filling.algorithm, self.paper.pdf)
        covered.update(self._out[: start - base])
        covered.update(self._out[end - base :])
        return Appended(self.paper.pdf + bytes(self._out), covered.digest(), start, end)

    def _finish(self, identity: bytes) -> None:
        """The second part of /ID names the revision (14.4): drawn from the one before, so that a repeat is the same."""
        number, paper = self._number(), self.paper
        self._places[number] = start = len(paper.pdf) + len(self._out)
        numbers = sorted(self._places)
        rows = b"".join(ROW.pack(IN_FILE, self._places[each], 0) for each in numbers)
        trailer = b"/Size %d/Root %d 0 R/Info %d 0 R/ID[%b<%b>]/Prev %d" % (
            number + 1,
            paper.root,
            paper.info,
            paper.identity,
            identity.hex().encode(),
            paper.start,
        )
        head = b"/Type/XRef/W[1 4 2]/Index[%b]%b/Length %d" % (_runs(numbers), trailer, len(rows))
        self._out += b"%d 0 obj\n<<%b>>\nstream\n%b\nendstream\nendobj" % (number, head, rows)
        self._out += b"\nstartxref\n%d\n%%%%EOF\n" % start

    def _number(self) -> int:
        self._added += 1
        return self.paper.size + self._added - 1

    def _add(self, body: bytes) -> int:
        number = self._number()
        self._put(number, body)
        return number

    def _put(self, number: int, body: bytes) -> None:
        self._places[number] = len(self.paper.pdf) + len(self._out)
        self._out += b"%d 0 obj\n%b\nendobj\n" % (number, body)


def _runs(numbers: Sequence[int]) -> bytes:
    """First object and number of objects of each unbroken run (/Index)."""
    runs = [[each for _, each in run] for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])]
    return b" ".join(b"%d %d" % (run[0], len(run)) for run in runs)


def _date(at: datetime) -> bytes:
    """With the zone's hours and minutes (7.9.4)."""
    zone = f"{at:%z}"
    return f"D:{at:%Y%m%d%H%M%S}{zone[:3]}'{zone[3:]}'".encode()
