"""Objects of object streams as pyHanko read them, by their bytes: most are the same in all documents of a form.

Nine tenths of a tagged record's objects are its structure, and read byte by byte they took longer than everything that
is checked. What stands here is what pyHanko made of the very same bytes before, in whichever document.
"""

import io
from dataclasses import dataclass
from functools import lru_cache

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    Dereferenceable,
    DictionaryObject,
    IndirectObject,
    PdfObject,
    Reference,
    StreamObject,
    read_object,
)

from signing.object_links import Links, links_of, parts_of

_MOST, _MOST_BYTES = 1_000, 2_000
# Behind these pyHanko might read on: white space, a remark, the word "stream".
_READ_ON = frozenset({b"\x00", b"\t", b"\n", b"\x0c", b"\r", b" ", b"%", b"s"})


class _Nowhere:
    strict = True


@dataclass(frozen=True)
class KnownObject:
    """A dictionary or an array that hangs in no document; `length` are the bytes that it took."""

    value: PdfObject
    links: Links
    length: int

    def within(self, container: Reference) -> PdfObject:
        """As it would have been read in that place."""
        return _copy(self.value, container)


def known_object(data: bytes, start: int, end: int) -> KnownObject | None:
    """What stands between the two; None for what must be read in its place."""
    if end - start > _MOST_BYTES or data[end : end + 1] in _READ_ON:
        return None
    return _read(data[start:end])


def known_indirect_object(data: bytes, at: int, reference: Reference) -> KnownObject | None:
    """The object whose `N G obj` begins at `at`, in pyHanko's spelling; None for what must be read in its place."""
    head = b"%d %d obj\n" % (reference.idnum, reference.generation)
    start, end = at + len(head), data.find(b"endobj", at, at + _MOST_BYTES)
    if end < 0 or not data.startswith(head, at) or data.find(b"stream", start, end) >= 0:
        return None
    known = known_object(data, start, end)
    return known if known and not data[start + known.length : end].strip(b"\n ") else None


@lru_cache(maxsize=_MOST)
def _read(data: bytes) -> KnownObject | None:
    try:
        stream = io.BytesIO(data)
        value = read_object(stream, Reference(0, 0, _Nowhere()))
    except Exception:  # noqa: BLE001 - whatever is wrong with it is found when it is read in its place
        return None
    if isinstance(value, StreamObject) or not isinstance(value, DictionaryObject | ArrayObject):
        return None
    return KnownObject(value, links_of(value), stream.tell())


def _copy(value: PdfObject, container: Dereferenceable) -> PdfObject:
    """A reference, dictionary or array in another document; what has no parts belongs to none."""
    if isinstance(value, IndirectObject):
        copy: PdfObject = IndirectObject(value.idnum, value.generation, container.get_pdf_handler())  # type: ignore[no-untyped-call]
    else:
        inner = {key: _copy(part, container) for key, part in parts_of(value)}
        if isinstance(value, DictionaryObject):
            copy = DictionaryObject({**dict(dict.items(value)), **inner})  # type: ignore[no-untyped-call]
        else:
            assert isinstance(value, ArrayObject)  # noqa: S101 - parts are of no other kind
            copy = ArrayObject(inner.get(at, part) for at, part in enumerate(list.__iter__(value)))
    copy.container_ref = container
    return copy
