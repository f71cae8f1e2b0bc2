"""PDF values with their types, to be compared between readers and writers."""

from collections.abc import Iterator
from contextlib import suppress

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NullObject,
    PdfObject,
    Reference,
    StreamObject,
)
from pyhanko.pdf_utils.reader import PdfFileReader


class Handler:
    """A document for values that hang in none."""

    strict = True


def described(value: PdfObject) -> object:
    """A value with its types, whatever document it hangs in."""
    match value:
        case StreamObject():
            return ("stream", entries(value), value.encoded_data)
        case DictionaryObject():
            return entries(value)
        case ArrayObject():
            return [described(value.raw_get(at)) for at in range(len(value))]
        case IndirectObject():
            return (value.idnum, value.generation)
        case NullObject():
            return None
        case _:
            return (type(value).__name__, repr(value))


def entries(value: DictionaryObject) -> dict[str, object]:
    return {key: described(value.raw_get(key)) for key in value}


def references(reader: PdfFileReader) -> Iterator[Reference]:
    """All objects of a document; a number may also be free or skipped."""
    for number in range(1, int(reader.trailer["/Size"])):
        with suppress(KeyError):
            if reader.xrefs[Reference(number)] is not None:
                yield Reference(number, 0, reader)
