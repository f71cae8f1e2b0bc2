"""The small font of the signature stamps: one subset per document, embedded together with the fields.

Stamps show "Đã ký số" and a time. A font subset in every stamp would cost 8 KB each; this one is embedded once, in the
form's default resources (/DR, ISO 32000-1, 12.7.2), and every stamp draws with it. PDF/A wants every font embedded.

Only `embed_font` compiles with Typst; signing and verifying read the font back from the document. A process that has
compiled must not fork (the child would hang in Typst), so nothing is compiled at import.
"""

import hashlib
import io
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import typst
from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject, PdfObject, pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.errors import SigningFailed

if TYPE_CHECKING:
    from pyhanko.pdf_utils.rw_common import PdfHandler
    from pyhanko.pdf_utils.writer import BasePdfFileWriter

FONT_PREFIX = "/HocbaStamp-"
SIGNED, SEALED = "Đã ký số", "Đã đóng dấu số"
ALPHABET = "".join(dict.fromkeys(SIGNED + SEALED + "0123456789:/, "))
_SOURCE = f"""
#set document(date: none)
#set page(width: auto, height: auto)
#set text(font: "Libertinus Serif", weight: "bold", number-width: "tabular", features: (kern: 0, liga: 0))
{ALPHABET}
"""
_CMAP_LINE = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]{4})>\n")


@dataclass(frozen=True)
class StampFont:
    """Codes and advance widths (thousandths of the size) by character."""

    codes: dict[str, int]
    widths: dict[str, float]

    def encoded(self, text: str) -> bytes:
        """The text as a hex string of two-byte codes. Raises SigningFailed for a character outside the subset."""
        try:
            return b"<" + b"".join(b"%04X" % self.codes[char] for char in text) + b">"
        except KeyError as error:
            raise SigningFailed("Phông chữ của ô chữ ký thiếu ký tự.") from error

    def width(self, text: str, size: float) -> float:
        """Advance width in points."""
        return sum(self.widths[char] for char in text) * size / 1000


@dataclass(frozen=True)
class EmbeddedFont:
    resource_name: str
    reference: IndirectObject
    font: StampFont


_known: dict[str, StampFont] = {}


def embed_font(writer: "BasePdfFileWriter") -> None:
    """Put the stamp font into the form's default resources, under a name that tells its codes and widths apart."""
    name, font = _source_font()
    named = _dictionary(name, writer.import_object(font))
    writer.root["/AcroForm"][pdf_name("/DR")] = _dictionary("/Font", named)


def embedded_font(handler: "PdfHandler") -> EmbeddedFont:
    """The stamp font of a document. Raises SigningFailed if it has none."""
    try:
        fonts = handler.root["/AcroForm"]["/DR"]["/Font"]
    except KeyError as error:
        raise SigningFailed("Tài liệu chưa được đặt chỗ cho chữ ký.") from error
    for name in fonts:
        if name.startswith(FONT_PREFIX):
            # Reading it costs a third of a signature; documents share few fonts, and the name tells them apart.
            if name not in _known:
                _known[name] = _parsed(fonts[name])
            return EmbeddedFont(name, fonts.raw_get(name), _known[name])
    raise SigningFailed("Tài liệu chưa được đặt chỗ cho chữ ký.")


@cache
def _source_font() -> tuple[str, PdfObject]:
    """The font's resource name and the font itself, read once: parsing it for each document cost as much as a field."""
    page = PdfFileReader(io.BytesIO(_font_pdf())).root["/Pages"]["/Kids"][0]
    fonts = page["/Resources"]["/Font"]
    (imported,) = fonts
    tag = hashlib.sha256(repr(_parsed(fonts[imported])).encode()).hexdigest()[:12]
    return FONT_PREFIX + tag, fonts.raw_get(imported)


@cache
def _font_pdf() -> bytes:
    pdf = typst.compile(_SOURCE.encode(), format="pdf", ignore_system_fonts=True)
    if not isinstance(pdf, bytes):
        raise SigningFailed("Không tạo được phông chữ của ô chữ ký.")
    return pdf


def _dictionary(name: str, value: PdfObject) -> DictionaryObject:
    return DictionaryObject({pdf_name(name): value})  # type: ignore[no-untyped-call]


def _parsed(font: DictionaryObject) -> StampFont:
    widths = [float(str(each)) for each in font["/DescendantFonts"][0]["/W"]]
    by_code = {
        code: width
        for first, last, width in zip(widths[::3], widths[1::3], widths[2::3], strict=True)
        for code in range(int(first), int(last) + 1)
    }
    codes = {chr(int(char, 16)): int(code, 16) for code, char in _CMAP_LINE.findall(font["/ToUnicode"].data)}
    return StampFont(codes, {char: by_code[code] for char, code in codes.items()})
