"""What is seen in a signature's box: the words and the time, drawn with the document's own stamp font."""

from dataclasses import dataclass
from datetime import datetime
from math import cos, pi, sin

from pyhanko.pdf_utils.content import ResourceType
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.stamp import BaseStamp, BaseStampStyle

from domain.documents import SignatureField
from domain.signature_places import SEALED, SIGNED
from signing.stamp_font import EmbeddedFont, embedded_font

INK = (0.09, 0.22, 0.49)
SEAL_RED = (0.78, 0.05, 0.09)  # Decree 30/2020, annex I: the picture of the seal is red
_KAPPA = 0.5523  # control points of a quarter circle as a Bézier curve


@dataclass(frozen=True)
class SignatureStampStyle(BaseStampStyle):
    """Stamp of one field at one time; the time is shown as it stands in `signed_at`'s own zone."""

    field: SignatureField = SignatureField.SEAL
    signed_at: datetime = datetime.min  # noqa: DTZ901 - a default is demanded by the base class, never used

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
        self._font = embedded_font(writer)
        self.set_resource(ResourceType.FONT, pdf_name(self._font.resource_name), self._font.reference)

    def render(self) -> bytes:
        """Content stream of the box, in its own points."""
        width, height = float(self.box.width), float(self.box.height)
        time = self.style.signed_at.strftime("%H:%M, %d/%m/%Y")
        if self.style.field is SignatureField.SEAL:
            return _seal(self._font, width, height, time)
        return b"%s %s" % (_colour(INK), _lines(self._font, (0, 0, width, height), (SIGNED, time)))


def _seal(embedded: EmbeddedFont, width: float, height: float, time: str) -> bytes:
    # A ring with a star, left of the words; a box too narrow for both keeps the words.
    radius = height / 2 - 3
    ring_width = height if width >= 2.5 * height else 0.0
    parts = [_colour(SEAL_RED), b"1 w 1.5 1.5 %.2f %.2f re S" % (width - 3, height - 3)]
    if ring_width:
        centre = (height / 2 + 3, height / 2)
        parts += [
            b"1.2 w",
            _circle(centre, radius - 2),
            b"0.5 w",
            _circle(centre, radius - 4),
            _star(centre, radius / 2),
        ]
    parts.append(_lines(embedded, (ring_width, 0, width, height), (SEALED, time)))
    return b" ".join(parts)


def _lines(embedded: EmbeddedFont, area: tuple[float, float, float, float], lines: tuple[str, str]) -> bytes:
    """Two centred lines of text, as large as the area takes up to 11 points."""
    left, bottom, right, top = area
    font = embedded.font
    widest = max(font.width(line, 1) for line in lines)
    size = min(11.0, (top - bottom) / 3, (right - left - 10) / widest)
    middle = (bottom + top) / 2
    drawn = [b"BT %s %.2f Tf" % (embedded.resource_name.encode(), size)]
    for line, baseline in zip(lines, (middle + 0.25 * size, middle - 1.05 * size), strict=True):
        start = (left + right - font.width(line, size)) / 2
        drawn.append(b"1 0 0 1 %.2f %.2f Tm %s Tj" % (start, baseline, font.encoded(line)))
    return b" ".join([*drawn, b"ET"])


def _colour(rgb: tuple[float, float, float]) -> bytes:
    return b"%.2f %.2f %.2f RG %.2f %.2f %.2f rg" % (*rgb, *rgb)


def _circle(centre: tuple[float, float], radius: float) -> bytes:
    x, y = centre
    bend = radius * _KAPPA
    curves = (
        (x + radius, y + bend, x + bend, y + radius, x, y + radius),
        (x - bend, y + radius, x - radius, y + bend, x - radius, y),
        (x - radius, y - bend, x - bend, y - radius, x, y - radius),
        (x + bend, y - radius, x + radius, y - bend, x + radius, y),
    )
    drawn = b" ".join(b"%.2f %.2f %.2f %.2f %.2f %.2f c" % curve for curve in curves)
    return b"%.2f %.2f m %s s" % (x + radius, y, drawn)


def _star(centre: tuple[float, float], radius: float) -> bytes:
    """A filled five-pointed star, one point up."""
    corners = []
    for step in range(10):
        reach = radius if step % 2 == 0 else radius * 0.382
        angle = pi / 2 + step * pi / 5
        corners.append((centre[0] + reach * cos(angle), centre[1] + reach * sin(angle)))
    first, *others = corners
    return b"%.2f %.2f m %s f" % (*first, b" ".join(b"%.2f %.2f l" % corner for corner in others))
