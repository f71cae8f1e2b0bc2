"""A school's own picture of its seal: checked, and made into an image for PDF once for all documents of a batch.

A seal is one ink, so the picture becomes that ink's colour under a mask of how much of it lies where: a tenth of the
bytes that its pixels take. The colour is DeviceRGB, for which the documents declare sRGB (ISO 19005-3, 6.2.4.3).
"""

import io
import zlib
from dataclasses import dataclass
from typing import Protocol, Self

from PIL import Image, ImageChops, ImageStat
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    ByteStringObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
)
from pyhanko.pdf_utils.generic import pdf_name as name

from domain.errors import Invalid

MAX_PNG_BYTES = 2_000_000
MIN_SIDE, MAX_SIDE = 150, 4_000  # dots
MAX_BYTES = 10_000  # in each sealed file
_DOTS = 240  # along the longer side: 170 to the inch of a seal of 36 mm
_CLEAR, _VISIBLE = 16, 128  # of 255, opacity below and from which a dot counts as either
_MIN_CLEAR = 0.2  # a round seal leaves a fifth of its square free
_MIN_RED, _REDDER_BY = 0.9, 60


class ObjectWriter(Protocol):
    def add_object(self, obj: PdfObject, /) -> IndirectObject: ...


@dataclass(frozen=True)
class SealImage:
    """`ink` is its red, green and blue; `mask` is packed: 8 bits for each of `width` x `height` dots."""

    width: int
    height: int
    ink: bytes
    mask: bytes

    @classmethod
    def of(cls, png: bytes) -> Self:
        """Raises Invalid, with the reason, for what is no PNG, too large or small, not transparent, or not red."""
        picture = _opened(png)
        picture.thumbnail((_DOTS, _DOTS), Image.Resampling.LANCZOS)
        visible = _require_transparent_and_red(picture)
        ink = [round(part) for part in ImageStat.Stat(picture.convert("RGB"), visible).mean]
        packed = zlib.compress(_density(picture, ink[1]).tobytes(), 9)
        if len(packed) > MAX_BYTES:
            raise Invalid("Ảnh con dấu có quá nhiều chi tiết nhỏ; hãy dùng ảnh sạch, nét đều, không nhiễu.")
        return cls(picture.width, picture.height, bytes(ink), packed)

    def add_to(self, writer: ObjectWriter) -> IndirectObject:
        """The image as an object of this document."""
        zero = NumberObject(0)  # type: ignore[no-untyped-call]
        ink = ArrayObject([name("/Indexed"), name("/DeviceRGB"), zero, ByteStringObject(self.ink)])
        image = self._image(ink, 1, zlib.compress(bytes((self.width + 7) // 8 * self.height), 9))
        image[name("/SMask")] = writer.add_object(self._image(name("/DeviceGray"), 8, self.mask))
        return writer.add_object(image)

    def drawn(self, resource: bytes, length: float) -> bytes:
        """Operators that draw it around the origin, `length` points long."""
        scale = length / max(self.width, self.height)
        width, height = self.width * scale, self.height * scale
        return b"%.2f 0 0 %.2f %.2f %.2f cm %s Do" % (width, height, -width / 2, -height / 2, resource)

    def _image(self, colours: ArrayObject | NameObject, bits: int, packed: bytes) -> StreamObject:
        numbers = {"/Width": self.width, "/Height": self.height, "/BitsPerComponent": bits}
        entries = {
            name("/Type"): name("/XObject"),
            name("/Subtype"): name("/Image"),
            name("/ColorSpace"): colours,
            name("/Filter"): name("/FlateDecode"),
            **{name(key): NumberObject(value) for key, value in numbers.items()},  # type: ignore[no-untyped-call]
        }
        return StreamObject(entries, encoded_data=packed)


def _opened(png: bytes) -> Image.Image:
    if len(png) > MAX_PNG_BYTES:
        raise Invalid("Tệp ảnh con dấu quá lớn, tối đa 2 MB.")
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as found:
            if not MIN_SIDE <= min(found.size) <= max(found.size) <= MAX_SIDE:
                raise Invalid(f"Mỗi cạnh ảnh con dấu phải từ {MIN_SIDE} đến {MAX_SIDE} điểm ảnh.")
            return found.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Invalid("Ảnh con dấu phải là tệp PNG đọc được.") from error


def _require_transparent_and_red(picture: Image.Image) -> Image.Image:
    """The dots that are seen, as a mask."""
    red, green, blue, opacity = picture.split()
    if sum(opacity.histogram()[:_CLEAR]) < _MIN_CLEAR * picture.width * picture.height:
        raise Invalid("Ảnh con dấu phải có nền trong suốt.")
    visible = opacity.point(lambda value: 255 * (value >= _VISIBLE))
    redder = ImageChops.subtract(red, ImageChops.lighter(green, blue)).point(lambda value: 255 * (value >= _REDDER_BY))
    count = visible.histogram()[255]
    if count == 0 or ImageChops.darker(redder, visible).histogram()[255] < _MIN_RED * count:
        raise Invalid("Con dấu trong ảnh phải có màu đỏ.")
    return visible


def _density(picture: Image.Image, full: int) -> Image.Image:
    """How much ink lies on each dot, in 16 shades: red ink on white paper takes away green; `full` is left of it."""
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture)
    return paper.getchannel("G").point(lambda green: min(15, round((255 - green) / (255 - full) * 15)) * 17)
