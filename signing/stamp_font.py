"""Reads the font of the signature stamps back from a document, where `documents.stamp_font` has put it."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject

from domain.signature_places import STAMP_FONT
from signing.errors import SigningFailed

if TYPE_CHECKING:
    from pyhanko.pdf_utils.rw_common import PdfHandler

_CMAP_LINE = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]{4})>\n")


@dataclass(frozen=True, eq=False)  # there is one of each name: see `embedded_font`
class StampFont:
    """Codes and advance widths (thousandths of the size) by character."""

    resource_name: str
    codes: dict[str, int]
    widths: dict[str, float]

    def encoded(self, text: str) -> bytes:
        """The text as a hex string of two-byte codes. Raises SigningFailed for a character outside the subset."""
        try:
            return b"<" + b"".join(b"%04X" % self.codes[char] for char in text) + b">"
        except KeyError as error:
            raise SigningFailed(f"Phông chữ của ô chữ ký thiếu ký tự “{error.args[0]}”.") from error

    def width(self, text: str, size: float) -> float:
        """Advance width in points."""
        return sum(self.widths[char] for char in text) * size / 1000


@dataclass(frozen=True)
class EmbeddedFont:
    reference: IndirectObject
    font: StampFont


_known: dict[str, StampFont] = {}


def known_font(name: str) -> StampFont | None:
    """The font of this name, if this process has read it before, in whichever document."""
    return _known.get(name)


def embedded_font(handler: "PdfHandler") -> EmbeddedFont:
    """The stamp font of a document. Raises SigningFailed if it has none."""
    try:
        fonts = handler.root["/AcroForm"]["/DR"]["/Font"]
    except KeyError as error:
        raise SigningFailed("Tài liệu chưa được đặt chỗ cho chữ ký.") from error
    for name in fonts:
        if name.startswith("/" + STAMP_FONT):
            # Reading it costs a third of a signature; documents share few fonts, and the name tells them apart.
            if name not in _known:
                _known[name] = _parsed(name, fonts[name])
            return EmbeddedFont(fonts.raw_get(name), _known[name])
    raise SigningFailed("Tài liệu chưa được đặt chỗ cho chữ ký.")


def _parsed(name: str, font: DictionaryObject) -> StampFont:
    widths = [float(str(each)) for each in font["/DescendantFonts"][0]["/W"]]
    by_code = {
        code: width
        for first, last, width in zip(widths[::3], widths[1::3], widths[2::3], strict=True)
        for code in range(int(first), int(last) + 1)
    }
    codes = {chr(int(char, 16)): int(code, 16) for code, char in _CMAP_LINE.findall(font["/ToUnicode"].data)}
    return StampFont(name, codes, {char: by_code[code] for char, code in codes.items()})
