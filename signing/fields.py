"""The signature fields of a document, as they are read back."""

from dataclasses import dataclass

from pyhanko.pdf_utils.rw_common import PdfHandler
from pyhanko.sign.fields import enumerate_sig_fields


@dataclass(frozen=True)
class FieldState:
    name: str
    is_signed: bool


def field_states(document: PdfHandler) -> list[FieldState]:
    """Signature fields in the order in which they were placed."""
    return [FieldState(str(name), value is not None) for name, value, _ in enumerate_sig_fields(document)]
