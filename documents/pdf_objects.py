"""The objects of a PDF as Typst writes it: one after another, with a plain cross-reference table at the end."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

_XREF_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])")
_TRAILER = re.compile(rb"trailer\s*<<(.*?)>>\s*startxref\s+(\d+)\s+%%EOF\s*\Z", re.DOTALL)
_REFERENCE = re.compile(rb"\b(\d+) 0 R")
_ROOT = re.compile(rb"/Root (\d+) 0 R")
_STREAM = re.compile(rb"\bstream\r?\n")


class PdfObject(NamedTuple):  # there are hundreds in a tagged page, and a dataclass takes four times as long to make
    number: int
    data: bytes  # from "N 0 obj" up to the next object

    @classmethod
    def of(cls, number: int, body: bytes) -> "PdfObject":
        return cls(number, b"%d 0 obj\n%b\nendobj\n" % (number, body))

    @property
    def body(self) -> bytes:
        """What stands between `obj` and `endobj`. Raises `ValueError` for an object that Typst did not write."""
        head, tail = b"%d 0 obj" % self.number, self.data.rfind(b"endobj")
        if tail < 0 or not self.data.startswith(head):
            raise ValueError(f"object {self.number} is not written as Typst writes it")
        return self.data[len(head) : tail].strip()

    @property
    def has_stream(self) -> bool:
        return b"endstream" in self.data

    @property
    def references(self) -> set[int]:
        """Numbers of the objects that this one names; a stream's bytes are not looked at."""
        return {int(number) for number in _REFERENCE.findall(_STREAM.split(self.body, maxsplit=1)[0])}

    def with_entries(self, entries: bytes) -> "PdfObject":
        """The same dictionary with more entries at its end."""
        end = self.body.rfind(b">>")
        return PdfObject.of(self.number, self.body[:end] + entries + self.body[end:])

    def renumbered(self, new: Callable[[int], int]) -> "PdfObject":
        """The same object under another number, and so all that it names."""
        entries, *stream = _STREAM.split(self.body, maxsplit=1)
        entries = _REFERENCE.sub(lambda found: b"%d 0 R" % new(int(found[1])), entries)
        return PdfObject.of(new(self.number), b"stream\n".join([entries, *stream]))


@dataclass(frozen=True)
class PdfFile:
    header: bytes
    objects: tuple[PdfObject, ...]
    trailer: bytes  # the entries of the trailer's dictionary
    next_number: int

    @property
    def catalogue(self) -> int:
        """Its number. Raises `ValueError` if the trailer does not say it."""
        found = _ROOT.search(self.trailer)
        if found is None:
            raise ValueError("the PDF does not name its catalogue")
        return int(found[1])


def cut(pdf: bytes) -> PdfFile:
    """Cut a file at the offsets of its cross-reference table. Raises `ValueError` if Typst would not lay it out so."""
    trailer = _TRAILER.search(pdf)
    if trailer is None:
        raise ValueError("the PDF does not end in a trailer")
    xref_at = int(trailer[2])
    section = re.match(rb"xref\s+0 (\d+)\s+", pdf[xref_at:])
    if section is None:
        raise ValueError("the PDF has no plain cross-reference table")
    entries = _XREF_ENTRY.findall(pdf, xref_at + section.end())[: int(section[1])]
    starts = sorted((int(offset), number) for number, (offset, _, kind) in enumerate(entries) if kind == b"n")
    if not starts:
        raise ValueError("the PDF holds no object")
    ends = [offset for offset, _ in starts[1:]] + [xref_at]
    objects = (PdfObject(number, pdf[offset:end]) for (offset, number), end in zip(starts, ends, strict=True))
    return PdfFile(pdf[: starts[0][0]], tuple(objects), trailer[1], len(entries))
