"""What is seen in a signature's box, by Decree 30/2020/NĐ-CP, annex I, drawn with the document's own stamp font.

A person's box is blue. The seal is red: the school's own picture of it, or a ring with its name, and below it the words
and the time. What is drawn depends on the signer, the field and the time alone, so a batch draws it once.
"""

import zlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from pyhanko.pdf_utils.content import ResourceType
from pyhanko.pdf_utils.generic import StreamObject, pdf_name
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.writer import BasePdfFileWriter, init_xobject_dictionary
from pyhanko.stamp import BaseStamp, BaseStampStyle

from domain.documents import SignatureField
from domain.signature_places import SEAL_COVERS, SEAL_DIAMETER, SEAL_WORDS, SEALED, SIGNED
from signing.seal_image import SealImage
from signing.seal_ring import ring
from signing.stamp_font import StampFont, embedded_font

INK = (0.09, 0.22, 0.49)
SEAL_RED = (0.78, 0.05, 0.09)
IMAGE = "/Seal"
_MARGIN = 3  # points between a person's frame and what is printed above and below the box


@dataclass(frozen=True)
class SignatureStampStyle(BaseStampStyle):
    """Stamp of one field at one time; the time is shown as it stands in `signed_at`'s own zone.

    A seal shows the school's own picture or, without one, the signer's name.
    """

    field: str = SignatureField.SEAL
    signed_at: datetime = datetime.min  # noqa: DTZ901 - a default is demanded by the base class, never used
    signer: str = ""
    seal_image: SealImage | None = None
    beside_seal: bool = False  # the seal covers a third of the frame

    @property
    def lines(self) -> tuple[str, str]:
        """What the stamp says: the time to the second, with its offset from UTC as ISO 8601 writes it."""
        said = SEALED if self.field == SignatureField.SEAL else SIGNED
        return said, f"{self.signed_at:%d/%m/%Y %H:%M:%S} {self.signed_at.isoformat()[-6:]}"

    @property
    def picture(self) -> SealImage | None:
        """The picture to be shown in this field."""
        return self.seal_image if self.field == SignatureField.SEAL else None

    def create_stamp(
        self,
        writer: BasePdfFileWriter,
        box: BoxConstraints,
        text_params: object,  # noqa: ARG002 - pyHanko's signature
    ) -> "SignatureStamp":
        return SignatureStamp(writer, box, self)


class SignatureStamp(BaseStamp):
    def __init__(self, writer: BasePdfFileWriter, box: BoxConstraints, style: SignatureStampStyle) -> None:
        super().__init__(writer, style, box)
        embedded = embedded_font(writer)
        self._font = embedded.font
        self.set_resource(ResourceType.FONT, pdf_name(self._font.resource_name), embedded.reference)
        if style.picture is not None:
            self.set_resource(ResourceType.XOBJECT, pdf_name(IMAGE), style.picture.add_to(writer))

    def as_form_xobject(self) -> StreamObject:
        """The box, in its own points. Raises SigningFailed for a name that the stamp font cannot write."""
        width, height = float(self.box.width), float(self.box.height)
        entries = init_xobject_dictionary(b"", width, height, self.resources.as_pdf_object())
        entries["/Filter"] = pdf_name("/FlateDecode")
        return StreamObject(entries, encoded_data=drawn(self.style, self._font, width, height))


@lru_cache(maxsize=32)
def drawn(style: SignatureStampStyle, font: StampFont, width: float, height: float) -> bytes:
    """What stands in the box, packed. Raises SigningFailed for a name that the stamp font cannot write."""
    draw = _seal if style.field == SignatureField.SEAL else _signature
    return zlib.compress(draw(style, font, width, height), 9)


def _signature(style: SignatureStampStyle, font: StampFont, width: float, height: float) -> bytes:
    covered = width * SEAL_COVERS if style.beside_seal else 0.0
    frame = b"0.6 w 1 %d %.2f %.2f re S" % (_MARGIN, width - 2, height - 2 * _MARGIN)
    text = (covered + 5, _MARGIN, width - 5, height - _MARGIN)
    return b" ".join((_colour(INK), frame, _lines(font, text, style.lines)))


def _seal(style: SignatureStampStyle, font: StampFont, width: float, height: float) -> bytes:
    words = min(SEAL_WORDS, height / 3)
    diameter = min(SEAL_DIAMETER, width, height - words)
    middle = (width / 2, height - diameter / 2)
    if style.seal_image is not None:
        drawn = style.seal_image.drawn(IMAGE.encode(), diameter)
    else:
        drawn = ring(font, style.signer, diameter / 2)
    picture = b"q 1 0 0 1 %.2f %.2f cm %s Q" % (*middle, drawn)
    return b" ".join((_colour(SEAL_RED), picture, _lines(font, (0, 0, width, words), style.lines)))


def _lines(font: StampFont, area: tuple[float, float, float, float], lines: tuple[str, str]) -> bytes:
    """Two centred lines of text, as large as the area takes up to 11 points."""
    left, bottom, right, top = area
    widest = max(font.width(line, 1) for line in lines)
    # From the first line's accents to the second line's tails they take 2.5 times the size.
    size = min(11.0, (top - bottom) / 2.5, (right - left) / widest)
    middle = (bottom + top) / 2
    drawn = [b"BT %s %.2f Tf" % (font.resource_name.encode(), size)]
    for line, baseline in zip(lines, (middle + 0.3 * size, middle - size), strict=True):
        start = (left + right - font.width(line, size)) / 2
        drawn.append(b"1 0 0 1 %.2f %.2f Tm %s Tj" % (start, baseline, font.encoded(line)))
    return b" ".join([*drawn, b"ET"])


def _colour(rgb: tuple[float, float, float]) -> bytes:
    return b"%.2f %.2f %.2f RG %.2f %.2f %.2f rg" % (*rgb, *rgb)
