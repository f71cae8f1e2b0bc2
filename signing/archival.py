"""Reader, writer and signer of pyHanko held to an archive's needs: PDF/A is kept as the renderer declared it.

Each override names a private or version-bound part of pyHanko 0.38; a test pins every one of them.
"""

import hashlib
import io
from datetime import datetime

from pyhanko.pdf_utils.decode_limits import DecodeContext, DecodeLimits, DecodePurpose
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    ByteStringObject,
    IndirectObject,
    PdfObject,
    Reference,
    StreamObject,
    read_object,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError, PdfStrictReadError
from pyhanko.pdf_utils.reader import (
    HistoricalResolver,
    PdfFileReader,
    _read_header_version,
    process_data_at_eof,
)
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.pdf_utils.xref import ObjStreamRef, XRefCache
from pyhanko.sign.signers import pdf_signer
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner, PdfSigningSession
from pyhanko.stamp import BaseStampStyle

import signing.quick_reading  # noqa: F401 - takes the place of pyHanko's own
from signing.cross_references import BulkXRefBuilder
from signing.errors import Unreadable
from signing.known_objects import KnownObject, known_indirect_object, known_object
from signing.object_links import Links, Name, links_of
from signing.revisions import Revision, Web

MAX_BYTES = 20 * 1024 * 1024  # a sealed record has about 70 KB; whatever is far beyond is no record


class ArchivalReader(PdfFileReader):
    """Reads strictly, but reads cross-references in bulk and looks into each object stream's index once.

    PyHanko parses that index anew for every object it takes out: with the thousand small objects of a tagged table
    that made signing three times and verifying fifty times slower.
    """

    def __init__(self, pdf: bytes) -> None:
        # PyHanko's own constructor line by line, for strict reading: it cannot be told who reads the cross-references.
        self._object_streams: dict[int, tuple[bytes, int, list[int]]] = {}
        self.webs: dict[int, Web] = {}
        self.links: dict[tuple[Name, int | ObjStreamRef | None], Links] = {}
        self._known_objects: dict[tuple[int, int, int], KnownObject | None] = {}
        self._security_handler, self._embedded_signatures = None, None
        self.strict, self.stream = True, io.BytesIO(pdf)
        self._decode_context = DecodeContext(DecodeLimits(), input_size=len(pdf))
        self.resolved_objects, self._historical_resolver_cache = {}, {}
        self._header_version, self._input_version = _read_header_version(self.stream), None
        self.stream.seek(-1, io.SEEK_END)
        builder = BulkXRefBuilder(self, self.stream, process_data_at_eof(self.stream))
        self.xrefs = XRefCache(self, builder.read_xrefs())  # type: ignore[no-untyped-call]
        self.last_startxref, self.trailer = builder.last_startxref, builder.trailer
        self.has_xref_stream = builder.has_xref_stream

    def get_historical_resolver(self, revision: int) -> HistoricalResolver:
        if revision not in self._historical_resolver_cache:
            self._historical_resolver_cache[revision] = Revision(self, revision)
        return self._historical_resolver_cache[revision]

    def forget(self) -> None:
        """Let go of all objects, which hold each other and this reader: what is asked for again is read again."""
        for each in self._historical_resolver_cache.values():
            each.cache.clear()
        for kept in (self.resolved_objects, self._object_streams, self._known_objects, self.links, self.webs):
            kept.clear()
        self._historical_resolver_cache.clear()
        self._embedded_signatures = None

    def known_objects(self, revision: int) -> dict[int, KnownObject]:
        """What stood in object streams then, by number, as far as pyHanko has read its like in whichever document."""
        found: dict[int, KnownObject] = {}
        for section in self.xrefs._xref_sections[: revision + 1]:  # noqa: SLF001 - pinned by a test
            data = section.xref_data
            for number in (*data.standard_xrefs, *data.freed):
                found.pop(number, None)
            for number, place in data.xrefs_in_objstm.items():
                known = self._known(number, place)
                if known is None:
                    found.pop(number, None)
                else:
                    found[number] = known
        return found

    def links_at(self, name: Name, place: int | ObjStreamRef | None) -> Links:
        """What an object refers to that stands at this place: most are known, and need not be read again."""
        known = self._known(name[0], place) if isinstance(place, ObjStreamRef) else None
        if known is not None:
            return known.links
        if (name, place) not in self.links:
            self.links[name, place] = links_of(self.object_at(name, place))
        return self.links[name, place]

    def object_at(self, name: Name, place: int | ObjStreamRef | None) -> PdfObject:
        """The object that stands at this place. What is newest is kept, the others are read again.

        Raises PdfStrictReadError if there is none.
        """
        reference = Reference(*name, self)
        is_newest = place is not None and self.xrefs[reference] == place
        found: PdfObject = self.get_object(reference) if is_newest else self._read_object(reference, place)  # type: ignore[no-untyped-call]
        return found

    def _known(self, number: int, place: ObjStreamRef) -> KnownObject | None:
        at = (number, place.obj_stream_id, place.ix_in_stream)
        if at not in self._known_objects:
            self._known_objects[at] = known_object(*self._slice(*at))
        return self._known_objects[at]

    def _read_object(
        self,
        ref: Reference,
        marker: int | ObjStreamRef | None,
        never_decrypt: bool = False,  # noqa: FBT001, FBT002 - pyHanko's signature
        as_metadata_stream: bool = False,  # noqa: FBT001, FBT002
    ) -> PdfObject:
        if isinstance(marker, int) and not as_metadata_stream and not self.encrypted:
            plain = self._plainly(ref, marker)
            if plain is not None:
                return plain
        read: PdfObject = super()._read_object(ref, marker, never_decrypt, as_metadata_stream)
        return read

    def _plainly(self, ref: Reference, marker: int) -> PdfObject | None:
        """An object at its place in the file, where nothing about it is unusual."""
        known = known_indirect_object(self.stream.getvalue(), marker, ref)
        return None if known is None else known.within(Reference(ref.idnum, ref.generation, self))

    def _get_object_from_stream(self, idnum: int, stmnum: int, idx: int) -> PdfObject:
        found = self._value(*self._slice(idnum, stmnum, idx), Reference(idnum, 0, self))
        if isinstance(found, StreamObject | IndirectObject):
            raise PdfStrictReadError("Encountered forbidden object type in object stream")
        return found

    def _slice(self, idnum: int, stmnum: int, idx: int) -> tuple[bytes, int, int]:
        """The stream's data, and where in it the object starts and, if it can be said, ends."""
        if stmnum not in self._object_streams:
            self._object_streams[stmnum] = self._opened(stmnum)
        data, first, index = self._object_streams[stmnum]
        number, where, *following = index[2 * idx : 2 * idx + 4] if 0 <= 2 * idx < len(index) else (0, 0)
        if number != idnum:
            raise PdfStrictReadError("Object is not where the cross-reference stream says")
        return data, first + where, first + following[1] if following else len(data)

    def _value(self, data: bytes, start: int, end: int, reference: Reference) -> PdfObject:
        known = known_object(data, start, end)
        if known is not None:
            return known.within(reference)
        stream = io.BytesIO(data)
        stream.seek(start)
        return read_object(stream, reference)

    def _opened(self, number: int) -> tuple[bytes, int, list[int]]:
        """Content of an object stream, where its first object starts, and its index (ISO 32000-1, 7.5.7)."""
        stream = Reference(number, 0, self).get_object()
        if not isinstance(stream, StreamObject) or stream["/Type"] != "/ObjStm":
            raise PdfStrictReadError("Object stream expected")
        data, first = stream.read_data(DecodePurpose.OBJECT_STREAM), int(stream["/First"])
        index = data[:first].split()
        if len(index) != 2 * int(stream["/N"]) or (index and not b"".join(index).isdigit()):
            raise PdfStrictReadError("Object stream header possibly corrupted")
        return data, first, [*map(int, index)]


class ArchivalWriter(IncrementalPdfFileWriter):
    """Adds a revision without touching /Info or XMP, and gives the same bytes for the same input."""

    def _update_meta(self) -> None:
        # pyHanko would rewrite /Info and the XMP packet in every revision: +5.6 KB and 5 ms each, and the PDF/A
        # declaration would no longer be as the renderer wrote it.
        pass

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> ArrayObject:
        # The second part of /ID names the revision (ISO 32000-1, 14.4). Drawn from the revision before instead of at
        # random, so that an activity that runs twice makes the same document.
        first, _ = prev.trailer["/ID"]
        prev.stream.seek(0)
        second = hashlib.sha256(prev.stream.read()).digest()[:16]
        return ArrayObject([ByteStringObject(first.original_bytes), ByteStringObject(second)])


class ArchivalPdfSigner(PdfSigner):
    """Signs at a given time, and leaves the document a PDF 1.7 whatever the key."""

    def __init__(
        self, meta: PdfSignatureMetadata, signer: Signer, stamp_style: BaseStampStyle, signed_at: datetime
    ) -> None:
        super().__init__(meta, signer, stamp_style=stamp_style)
        self._signed_at = signed_at

    def register_extensions(self, pdf_out: BasePdfFileWriter, *, md_algorithm: str) -> None:  # noqa: ARG002 - pyHanko's signature
        # For P-256 pyHanko registers ISO/TS 32002 and sets the catalogue's /Version to 2.0; PDF/A-3 is PDF 1.7.
        # PAdES itself still needs its extension registered (ETSI EN 319 142-1, 5.2).
        pdf_signer._ensure_esic_ext(pdf_out)  # noqa: SLF001 - pinned by a test

    def _enforce_certification_constraints(self, reader: PdfFileReader) -> None:
        # pyHanko would parse the first signature's whole CMS here, 3 ms, to learn what `signing.pdf` knows already:
        # it certifies first, allows filling in fields, and refuses whatever is not the next field of the plan.
        pass

    def init_signing_session(
        self,
        pdf_out: BasePdfFileWriter,
        existing_fields_only: bool = False,  # noqa: FBT001, FBT002 - pyHanko's signature
    ) -> PdfSigningSession:
        # pyHanko's session takes the clock of this machine; everyone's signature of a batch carries the batch's time.
        session = super().init_signing_session(pdf_out, existing_fields_only=existing_fields_only)
        session.system_time = self._signed_at
        return session


def open_for_update(pdf: bytes) -> ArchivalWriter:
    """A writer over these bytes. Raises Unreadable when they are no PDF, too large or not strictly readable."""
    if len(pdf) > MAX_BYTES:
        raise Unreadable("Tệp quá lớn, không phải văn bản của hệ thống.")
    try:
        reader = ArchivalReader(pdf)
        return ArchivalWriter(reader.stream, prev=reader)
    except (PdfError, ValueError, KeyError, TypeError, IndexError) as error:
        raise Unreadable("Tệp không phải là PDF đọc được.") from error
