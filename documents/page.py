"""What a template needs besides the record itself: page sizes, signature boxes, hash, address and QR code."""

import io
import json
from typing import Final

import segno

from documents.places import places_of
from domain.documents import DocumentKind

# PDF points. A4 is 210 x 297 mm. `_PROOF` is the height of the QR code and its text; `_SIGNING` is what the last page
# keeps free above its lower edge for signatures and proof.
_A4: Final = (595.276, 841.89)
_LANDSCAPE: Final = (DocumentKind.CLASS_SUMMARY,)
_MARGIN: Final = {
    DocumentKind.YEAR_RECORD: {"x": 48, "top": 40, "bottom": 44},
    DocumentKind.CLASS_SUMMARY: {"x": 36, "top": 34, "bottom": 42},
    DocumentKind.SUBJECT_SHEET: {"x": 48, "top": 40, "bottom": 44},
}
_MASK: Final = 3
_PROOF: Final = 56
_SIGNING: Final = 236


def lookup_url(verify_url: str, lookup_code: str) -> str:
    return f"{verify_url.rstrip('/')}/v/{lookup_code}"


def page_json(kind: DocumentKind, *, sha256: str, url: str) -> str:
    """Return the JSON a template reads as `printed`."""
    width, height = reversed(_A4) if kind in _LANDSCAPE else _A4
    return json.dumps(
        {
            "page": {"width": width, "height": height},
            "margin": _MARGIN[kind],
            "places": {place.field: place.box for place in places_of(kind)},
            "proof": _PROOF,
            "signing": _SIGNING,
            "sha256": sha256,
            "url": url,
            "qr": _qr_svg(url),
        }
    )


def _qr_svg(url: str) -> str:
    """Return the QR code as an SVG of one path: small in the PDF, sharp at any size.

    The mask is fixed: readers undo any of the eight, and trying them all would be a third of a page's rendering time.
    """
    svg = io.BytesIO()
    segno.make(url, error="m", micro=False, mask=_MASK).save(
        svg, kind="svg", border=0, xmldecl=False, nl=False, omitsize=True
    )
    return svg.getvalue().decode()
