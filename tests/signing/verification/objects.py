"""PDF objects written as Python values."""

from collections.abc import Mapping
from typing import Any

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    StreamObject,
    pdf_name,
    pdf_string,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter


def pdf(value: Any) -> PdfObject:  # noqa: ANN401 - that is the point
    """Strings that begin with a slash are names; what is an object already stays one."""
    if isinstance(value, str):
        return pdf_name(value) if value.startswith("/") else pdf_string(value)
    if isinstance(value, Mapping) and not isinstance(value, PdfObject):
        return dictionary(value)
    if isinstance(value, list | tuple) and not isinstance(value, PdfObject):
        return ArrayObject(pdf(each) for each in value)
    return value if isinstance(value, PdfObject) else _number(value)
