"""A school's own picture of its seal: what becomes of it, and which pictures are refused."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageDraw, ImageFilter

from domain.errors import Invalid
from signing.seal_image import MAX_BYTES, MAX_PNG_BYTES, SealImage

RED = (205, 20, 35, 255)


def seal_picture(ink: tuple[int, int, int, int] = RED, size: tuple[int, int] = (900, 900)) -> Image.Image:
    """A ring and a disc on a clear ground."""
    picture = Image.new("RGBA", size, (255, 255, 255, 0))
    draw, (width, height) = ImageDraw.Draw(picture), size
    draw.ellipse((5, 5, width - 5, height - 5), outline=ink, width=40)
    draw.ellipse((width / 3, height / 3, width / 1.5, height / 1.5), fill=ink)
    return picture


def as_png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def mask_of(image: SealImage) -> Image.Image:
    return Image.frombytes("L", (image.width, image.height), zlib.decompress(image.mask))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_header(width: int, height: int) -> bytes:
    """The beginning of a PNG that claims these sizes, 8-bit RGBA."""
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))


def test_ink_keeps_its_colour_and_the_ground_stays_clear() -> None:
    image = SealImage.of(as_png(seal_picture()))
    assert (image.width, image.height) == (240, 240)
    assert tuple(image.ink) == pytest.approx(RED[:3], abs=2)
    mask = mask_of(image)
    assert [mask.getpixel(at) for at in ((0, 0), (48, 120), (120, 120), (6, 120))] == [0, 0, 255, 255]


def test_thin_ink_is_drawn_thin_whether_it_is_pale_or_half_clear() -> None:
    half_clear, pale = seal_picture(), seal_picture()
    ImageDraw.Draw(half_clear).ellipse((400, 400, 500, 500), fill=(*RED[:3], 128))
    ImageDraw.Draw(pale).ellipse((400, 400, 500, 500), fill=(230, 137, 145, 255))
    for picture in (half_clear, pale):
        shade = mask_of(SealImage.of(as_png(picture))).getpixel((120, 120))
        assert isinstance(shade, int)
        assert 110 < shade < 150


def test_a_picture_with_a_palette_is_taken_too() -> None:
    picture = seal_picture().quantize(8)
    assert SealImage.of(as_png(picture)).width == 240


def test_the_longer_side_has_the_length_of_the_seal() -> None:
    image = SealImage.of(as_png(seal_picture(size=(900, 450))))
    assert (image.width, image.height) == (240, 120)
    assert image.drawn(b"/Seal", 102) == b"102.00 0 0 51.00 -51.00 -25.50 cm /Seal Do"


def test_a_worn_seal_takes_no_more_than_its_limit() -> None:
    picture = seal_picture()
    grain = Image.effect_noise(picture.size, 90).filter(ImageFilter.GaussianBlur(2))
    picture.putalpha(Image.composite(grain, picture.getchannel("A"), picture.getchannel("A")))
    assert len(SealImage.of(as_png(picture)).mask) < MAX_BYTES


def test_the_same_picture_gives_the_same_bytes() -> None:
    assert SealImage.of(as_png(seal_picture())) == SealImage.of(as_png(seal_picture()))


def as_jpeg() -> bytes:
    out = io.BytesIO()
    seal_picture().convert("RGB").save(out, "JPEG")
    return out.getvalue()


def speckled() -> Image.Image:
    """Dots of every shade, no two alike."""
    picture = Image.new("RGBA", (240, 240), RED)
    picture.putalpha(Image.effect_noise((240, 240), 200))
    return picture


def interrupted() -> bytes:
    """Something that is no part of a PNG amid the dots."""
    png = as_png(seal_picture())
    at = png.index(b"IDAT")
    return png[: at - 4] + chunk(b"IDAT", png[at + 4 : at + 500]) + bytes(100)


REFUSED = [
    (b"", "phải là tệp PNG"),
    (b"khong phai anh", "phải là tệp PNG"),
    (as_jpeg(), "phải là tệp PNG"),
    (as_png(seal_picture())[:1_000], "phải là tệp PNG"),
    (interrupted(), "phải là tệp PNG"),
    (with_header(60_000, 60_000) + chunk(b"IDAT", b""), "phải là tệp PNG"),  # Pillow's own guard against bombs
    (with_header(900, 900) + chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(8_000_000))), "phải là tệp PNG"),
    (bytes(MAX_PNG_BYTES + 1), "quá lớn, tối đa 2 MB"),
    (as_png(seal_picture(size=(149, 900))), "từ 150 đến 4000 điểm ảnh"),
    (with_header(4_001, 900) + chunk(b"IDAT", b""), "từ 150 đến 4000 điểm ảnh"),
    (as_png(seal_picture().convert("RGB")), "nền trong suốt"),
    (as_png(Image.new("RGBA", (300, 300), RED)), "nền trong suốt"),
    (as_png(seal_picture((20, 35, 205, 255))), "màu đỏ"),
    (as_png(seal_picture((90, 80, 80, 255))), "màu đỏ"),
    (as_png(Image.new("RGBA", (300, 300), (205, 20, 35, 0))), "màu đỏ"),
    (as_png(speckled()), "quá nhiều chi tiết"),
]


@pytest.mark.parametrize(("png", "reason"), REFUSED, ids=[f"{at}-{reason}" for at, (_, reason) in enumerate(REFUSED)])
def test_a_picture_that_does_not_fit_is_refused_with_the_reason(png: bytes, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        SealImage.of(png)
