"""The empty signature fields of a document, and the font of their stamps, as part of the document from the beginning.

PyHanko places fields in a revision of its own. Written with the document they cost a tenth of that, and every later
reading has one revision less to go through (ISO 32000-1, 12.7.4.5).
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from documents.compact import compact
from documents.grey import with_plain_greys
from documents.pdf_objects import PdfFile, PdfObject, cut
from documents.stamp_font import stamp_font
from domain.documents import SignatureField
from domain.signature_places import SignaturePlace

_TYPE = re.compile(rb"\d+ 0 obj\s<</Type/(Catalog|Pages|Page)/")
_PRINTED_AND_LOCKED = 132
# The seal, or whoever signs last without one, locks all other fields and the document (table 233; /P as in the
# extension of ISO 32000-2).
_LOCK = b"<</Type/SigFieldLock/Action/All/P 1>>"


def place_fields(pdf: bytes, places: Sequence[SignaturePlace]) -> bytes:
    """Typst's document, packed, with its fields. Raises `ValueError` as `with_fields` does."""
    file = with_plain_greys(cut(pdf))
    filled = with_fields(file, places)
    return compact(filled, {file.catalogue, *range(file.next_number, filled.next_number)})


def with_fields(file: PdfFile, places: Sequence[SignaturePlace]) -> PdfFile:
    """The same file with an empty field for each place, in signing order.

    Raises `ValueError` for a document that has a form or annotations already: the templates make neither.
    """
    catalog, pages = _catalogue_and_pages(file)
    if b"/AcroForm" in catalog.data or any(b"/Annots" in page.data for page in pages):
        raise ValueError("the PDF has a form or annotations already")
    form = _Form(file.next_number, pages)
    for place in places:
        form.place(place, locks=_locks(place, places))
    changed = {one.number: one for one in (catalog.with_entries(form.finish()), *form.annotated())}
    objects = [changed.get(one.number, one) for one in file.objects]
    return replace(file, objects=(*objects, *form.objects), next_number=form.next_number)


def _locks(place: SignaturePlace, places: Sequence[SignaturePlace]) -> bool:
    """A single signature needs none: it certifies the document and forbids every change itself."""
    return place.field == SignatureField.SEAL or (len(places) > 1 and place is places[-1])


def _catalogue_and_pages(file: PdfFile) -> tuple[PdfObject, list[PdfObject]]:
    """Typst names the type first, and writes pages in their order under one node. Raises `ValueError` if it did not."""
    found: dict[bytes, list[PdfObject]] = {b"Catalog": [], b"Pages": [], b"Page": []}
    for one in file.objects:
        head = _TYPE.match(one.data)
        if head is not None:
            found[head[1]].append(one)
    (catalogue,), (node,), pages = found.values()
    if b"/Kids[%b]" % b" ".join(b"%d 0 R" % page.number for page in pages) not in node.data:
        raise ValueError("the PDF's pages are not in order")
    return catalogue, pages


class _Form:
    """Numbers the objects of the form from `first` on."""

    def __init__(self, first: int, pages: Sequence[PdfObject]) -> None:
        self.objects: list[PdfObject] = []
        self.next_number = first
        self._pages = pages
        self._fields: list[tuple[int, PdfObject]] = []  # each field's number and page

    def place(self, place: SignaturePlace, *, locks: bool) -> None:
        page = self._pages[place.page]
        appearance = self._add(_nothing(place.box))
        lock = b"/Lock %d 0 R" % self._add(_LOCK) if locks else b""
        entries = (_said(place), b"/P %d 0 R/AP<</N %d 0 R>>" % (page.number, appearance), lock)
        self._fields.append((self._add(b"<<%b>>" % b"".join(entries)), page))

    def finish(self) -> bytes:
        """Add the form itself, with the stamps' font in its resources; return the catalogue's entry for it."""
        name, font, objects = stamp_font()
        by = self.next_number
        self.objects += [one.renumbered(lambda number: number + by) for one in objects]
        self.next_number += len(objects)
        fields = b" ".join(b"%d 0 R" % number for number, _ in self._fields)
        resources = b"/DR<</Font<</%b %d 0 R>>>>" % (name.encode(), font + by)
        # Signatures exist, only append (table 219): said from the beginning, so that no signature changes the form.
        return b"/AcroForm %d 0 R" % self._add(b"<</Fields[%b]/SigFlags 3%b>>" % (fields, resources))

    def annotated(self) -> list[PdfObject]:
        """The pages that show a field."""
        found: dict[int, list[int]] = {}
        for number, page in self._fields:
            found.setdefault(page.number, []).append(number)
        shown = {number: b" ".join(b"%d 0 R" % field for field in fields) for number, fields in found.items()}
        return [page.with_entries(b"/Annots[%b]" % shown[page.number]) for page in self._pages if page.number in shown]

    def _add(self, body: bytes) -> int:
        self.objects.append(PdfObject.of(self.next_number, body))
        self.next_number += 1
        return self.next_number - 1


@cache
def _said(place: SignaturePlace) -> bytes:
    """What a field says of itself, the same in all documents whose places are the same."""
    label = place.label.encode("utf-16-be").hex().upper().encode()
    head = b"/Type/Annot/Subtype/Widget/FT/Sig/T(%b)/TU<FEFF%b>" % (place.field.encode(), label)
    return head + b"/F %d/Rect[%d %d %d %d]" % (_PRINTED_AND_LOCKED, *place.box)


def _nothing(box: tuple[int, int, int, int]) -> bytes:
    """PDF/A wants an appearance of every field, also of one that shows nothing yet (ISO 19005-3, 6.3.3)."""
    x1, y1, x2, y2 = box
    head = b"<</Type/XObject/Subtype/Form/BBox[0 0 %d %d]/Resources<<>>/Length 0>>" % (x2 - x1, y2 - y1)
    return head + b"\nstream\n\nendstream"
