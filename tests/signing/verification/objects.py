"""PDF objects written as Python values."""

from collections.abc import Mapping, Sequence
from typing import Any

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    NumberObject,
    PdfObject,
    StreamObject,
    pdf_name,
    pdf_string,
)


def pdf(value: Any) -> Any:  # noqa: ANN401 - any of PDF's kinds
    """Strings that begin with a slash are names; what is an object already stays one."""
    match value:
        case PdfObject():
            return value
        case str():
            return pdf_name(value) if value.startswith("/") else pdf_string(value)
        case Mapping():
            return DictionaryObject({pdf_name(key): pdf(each) for key, each in value.items()})  # type: ignore[no-untyped-call]
        case Sequence():
            return ArrayObject(pdf(each) for each in value)
        case bool():
            return BooleanObject(value)  # type: ignore[no-untyped-call]
        case _:
            return NumberObject(value)  # type: ignore[no-untyped-call]


def stream(content: bytes, **entries: Any) -> StreamObject:  # noqa: ANN401
    """A stream with these entries, named without their slashes."""
    made = StreamObject(stream_data=content)
    for key, value in entries.items():
        made[pdf_name(f"/{key}")] = pdf(value)
    return made
