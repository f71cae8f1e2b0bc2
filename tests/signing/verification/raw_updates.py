"""Revisions written byte by byte, for what no writer would write."""

import re
import struct
from collections.abc import Mapping

_STARTXREF = re.compile(rb"startxref\s+(\d+)\s+%%EOF")
IN_FILE, IN_STREAM = 1, 2


def last_startxref(pdf: bytes, which: int = -1) -> int:
    return int([*_STARTXREF.finditer(pdf)][which][1])


def catalogue_number(pdf: bytes) -> int:
    return int(re.findall(rb"/Root (\d+) 0 R", pdf)[-1])


def appended(
    pdf: bytes,
    objects: Mapping[int, bytes],
    packed: Mapping[int, tuple[int, int]] | None = None,
    *,
    prev: int | None = None,
    extra: bytes = b"",
) -> bytes:
    """The file with these objects and a cross-reference stream; `packed` gives object stream and index of others."""
    body, places = pdf, dict[int, tuple[int, int, int]]()
    for number, content in objects.items():
        places[number] = (IN_FILE, len(body), 0)
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    places |= {number: (IN_STREAM, stream, at) for number, (stream, at) in (packed or {}).items()}
    own = max([*places, 500]) + 1
    places[own] = (IN_FILE, len(body), 0)
    rows = b"".join(struct.pack(">BIH", *places[number]) for number in sorted(places))
    index = b" ".join(b"%d 1" % number for number in sorted(places))
    head = b"<</Type/XRef/W[1 4 2]/Size %d/Index[%b]/Root %d 0 R/Prev %d/Length %d%b>>" % (
        own + 1,
        index,
        catalogue_number(pdf),
        last_startxref(pdf) if prev is None else prev,
        len(rows),
        extra,
    )
    start = len(body)
    return body + b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (own, head, rows, start)


def with_table(pdf: bytes, entries: bytes, trailer: bytes) -> bytes:
    """The file with a classical cross-reference table."""
    start = len(pdf)
    return pdf + b"xref\n%btrailer\n<<%b>>\nstartxref\n%d\n%%%%EOF\n" % (entries, trailer, start)
