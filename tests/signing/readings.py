"""PDF values with their types, to be compared between readers and writers."""

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NullObject,
    PdfObject,
    StreamObject,
)


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
