"""What a template needs besides the record itself: page sizes, signature boxes, hash, address and QR code."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Final

import zxingcpp

from documents.places import Layout

# Identifiers and hashes are long words, but stand where there is room, and codes are not printed. All other keys have
# fewer than 24 letters.
_CODES: Final = re.compile(
    rb'"(?:record_uid|document_id|lookup_code|replaces|sha256|code|subject|field|effective_at|until)":"[^"]*"'
)
# 24 bytes without a space; two spaces; an escaped control character; a space at an end; a space of another kind.
_UNTIDY: Final = re.compile(
    rb'[^ "]{24}|  |\\[bfnrtu]|(?<!\\)" | "|\xc2\xa0|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe3\x80\x80'
)
# A text without the first of these can only be untidy by the second, or by a long word: that is seen ten times faster.
_UNSURE: Final = (b"\\", b"\xe2\x80")
_SPACED: Final = (b"  ", b'" ', b' "', b"\xc2\xa0", b"\xe3\x80\x80")
_LONG_WORD: Final = 24
_DARK: Final = re.compile(rb"\x00+")
_PROOF: Final = 56  # points: the height of the QR code and its text


def lookup_url(verify_url: str, lookup_code: str) -> str:
    return f"{verify_url.rstrip('/')}/v/{lookup_code}"


@dataclass(frozen=True)
class Printed:
    """What a template reads as `printed`; `arrangement` is what one template alone needs."""

    layout: Layout
    sha256: str  # of the attached record
    url: str
    tidy: bool
    draft: bool = False  # to look at only: marked across each page, with nothing that could be checked

    def as_json(self, arrangement: Mapping[str, object]) -> str:
        return json.dumps(
            {
                "page": {**_page(self.layout), "draft": self.draft},
                "tidy": self.tidy,
                "sha256": self.sha256,
                "url": self.url,
                "qr": "" if self.draft else qr_svg(self.url),  # nobody can look a draft up
                **arrangement,
            }
        )


def is_tidy(record: bytes) -> bool:
    """Return whether a canonical JSON has only single spaces in its texts and only words that fit a narrow column.

    If so, no template needs to look through them. What is attached for other systems is not printed, and has its own
    long words: it stands behind the content, whose last key is `kind`.
    """
    text = _CODES.sub(b"", record.rpartition(b'},"kind":"')[0] or record)
    if any(mark in text for mark in _UNSURE):
        return _UNTIDY.search(text) is None
    is_spaced = any(mark in text for mark in _SPACED)
    return not is_spaced and max(map(len, text.replace(b'"', b" ").split(b" "))) < _LONG_WORD


@cache
def _page(layout: Layout) -> dict[str, object]:
    paper = layout.paper
    width, height = paper.size
    return {
        "width": width,
        "height": height,
        "x": paper.x,
        "top": paper.top,
        "bottom": paper.bottom,
        "places": {place.field: place.box for place in layout.places},
        "rows": layout.rows and asdict(layout.rows),
        "proof": _PROOF,
        "signing": paper.signing,
    }


def qr_svg(url: str, quiet: int = 0) -> str:
    """Return the QR code as an SVG of one path, `quiet` modules of empty space around it: small, sharp at any size."""
    code = zxingcpp.create_barcode(url, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    picture = code.to_image(scale=1, add_quiet_zones=False)
    side, dots = picture.shape[0], memoryview(picture).tobytes()  # type: ignore[arg-type]  # a buffer, unsaid
    rows = (dots[start : start + side] for start in range(0, len(dots), side))
    runs = ((run, y) for y, row in enumerate(rows) for run in _DARK.finditer(row))
    path = "".join(f"M{run.start()} {y}.5h{run.end() - run.start()}" for run, y in runs)
    box = f"{-quiet} {-quiet} {side + 2 * quiet} {side + 2 * quiet}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><path stroke="#000" d="{path}"/></svg>'
