"""Places for all signatures of a document, in one revision before the first of them; and what is read back of them."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.rw_common import PdfHandler
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    append_signature_field,
    enumerate_sig_fields,
)

from domain.documents import SignatureField
from domain.signature_places import SignaturePlace
from signing.archival import open_for_update
from signing.errors import SigningFailed, SigningRefused
from signing.stamp_font import embed_font


@dataclass(frozen=True)
class FieldState:
    name: str
    is_signed: bool


def place_fields(pdf: bytes, places: Sequence[SignaturePlace]) -> bytes:
    """Add one revision with an empty field for each place, in signing order, and the font of their stamps.

    The seal's field locks all others and the document (ISO 32000-1, 12.7.4.5, table 233).
    Raises SigningRefused if the document has signature fields already, Unreadable or SigningFailed for one that
    cannot take any.
    """
    writer = open_for_update(pdf)
    if field_states(writer.prev):
        raise SigningRefused("Tài liệu đã có ô chữ ký.")
    output = io.BytesIO()
    try:
        for place in places:
            append_signature_field(writer, _specification(place))
        embed_font(writer)
        writer.write(output)  # type: ignore[no-untyped-call]
    except (PdfError, KeyError) as error:
        raise SigningFailed("Không đặt được ô chữ ký vào tài liệu.") from error
    return output.getvalue()


def field_states(document: PdfHandler) -> list[FieldState]:
    """Signature fields in the order in which they were placed."""
    return [FieldState(str(name), value is not None) for name, value, _ in enumerate_sig_fields(document)]


def _specification(place: SignaturePlace) -> SigFieldSpec:
    is_seal = place.field is SignatureField.SEAL
    return SigFieldSpec(
        place.field.value,
        on_page=place.page,
        box=place.box,
        readable_field_name=place.label,
        field_mdp_spec=FieldMDPSpec(FieldMDPAction.ALL) if is_seal else None,
        doc_mdp_update_value=MDPPerm.NO_CHANGES if is_seal else None,
    )
