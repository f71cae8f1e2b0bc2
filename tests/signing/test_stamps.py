"""What is seen on a signed and sealed document: the people's boxes, the seal at its real size, and nothing spoilt."""

import io
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from math import atan2, hypot, pi, tau
from pathlib import Path
from unicodedata import normalize

import pdf_oxide
import pdfua
import pypdfium2
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from zxingcpp import ImageFormat, ImageView, read_barcodes

from documents.places import places_of
from documents.render import Renderer
from domain.documents import ClassSummaryContent, SignatureField
from domain.errors import Invalid
from domain.signature_places import SEAL_DIAMETER, SEAL_WORDS
from domain.year_records import PrimaryRecordContent
from signing.authority import IssuedKey
from signing.errors import SigningFailed
from signing.pdf import BatchSigner, PreparedSignature, embed
from signing.seal_ring import ring
from signing.stamp_font import StampFont, embedded_font
from signing.stamps import drawn
from signing.verification.verify import verify
from tests.documents.class_samples import class_summary
from tests.documents.samples import year_record
from tests.signing.conftest import Cast, raw_by, tool
from tests.signing.test_seal_image import as_png, seal_picture

HOMEROOM, PRINCIPAL, SEAL = SignatureField.HOMEROOM, SignatureField.PRINCIPAL, SignatureField.SEAL
AT = datetime(2026, 5, 29, 3, 15, 30, tzinfo=UTC)
TIME = "29/05/2026 10:15:30 +07:00"
PICTURE = as_png(seal_picture())
LONGEST = "Trường Tiểu học, Trung học cơ sở và Trung học phổ thông Tư thục Quốc tế Á Châu – Cơ sở 2"

Content = PrimaryRecordContent | ClassSummaryContent


@dataclass(frozen=True)
class Paper:
    content: Content
    unsealed: bytes
    sealed: bytes

    def box(self, field: SignatureField) -> tuple[int, int, int, int]:
        return next(place.box for place in places_of(self.content) if place.field == field)


def prepared(key: IssuedKey, pdf: bytes, field: SignatureField, picture: bytes | None = None) -> PreparedSignature:
    return BatchSigner(key.certificates, signed_at=AT, seal_image=picture).prepare(pdf, field)


def signed(key: IssuedKey, pdf: bytes, field: SignatureField, picture: bytes | None = None) -> bytes:
    waiting = prepared(key, pdf, field, picture)
    return embed(waiting, key.certificates, raw_by(key, waiting))


def paper(cast: Cast, content: Content, picture: bytes | None) -> Paper:
    pdf = Renderer("https://tracuu.example.edu.vn").render(content).pdf
    for field in (HOMEROOM, PRINCIPAL):
        pdf = signed(cast.keys[field], pdf, field)
    return Paper(content, pdf, signed(cast.keys[SEAL], pdf, SEAL, picture))


@pytest.fixture(scope="module")
def record(curve_cast: Cast) -> Paper:
    return paper(curve_cast, year_record(), None)


@pytest.fixture(scope="module")
def pictured(curve_cast: Cast) -> Paper:
    return paper(curve_cast, year_record(), PICTURE)


@pytest.fixture(scope="module")
def summary(curve_cast: Cast) -> Paper:
    return paper(curve_cast, class_summary(35), None)


@pytest.fixture(params=["record", "pictured", "summary"])
def each(request: pytest.FixtureRequest) -> Paper:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Paper)
    return found


@pytest.fixture
def font(record: Paper) -> StampFont:
    return embedded_font(PdfFileReader(io.BytesIO(record.unsealed))).font


def said(pdf: bytes) -> str:
    """The text of the last page with its stamps."""
    with pypdfium2.PdfDocument(pdf) as document:
        document.init_forms()
        last = len(document) - 1
        document[last].flatten()
        text: str = document[last].get_textpage().get_text_bounded()
    return text


def dots(pdf: bytes, box: tuple[int, int, int, int], scale: int = 4) -> Iterator[tuple[float, float, tuple[int, ...]]]:
    """Each dot in a box of the last page: where it is, in points, and its red, green and blue."""
    with pypdfium2.PdfDocument(pdf) as document:
        document.init_forms()
        page = document[len(document) - 1]
        height = page.get_height()
        image = page.render(scale=scale).to_pil().convert("RGB")
    x1, y1, x2, y2 = box
    for y in range(round((height - y2) * scale), round((height - y1) * scale)):
        for x in range(x1 * scale, x2 * scale):
            yield x / scale, height - y / scale, image.getpixel((x, y))


def reds(pdf: bytes, box: tuple[int, int, int, int]) -> list[tuple[float, float]]:
    return [(x, y) for x, y, (red, green, blue) in dots(pdf, box) if red > 150 and max(green, blue) < 110]


def blues(pdf: bytes, box: tuple[int, int, int, int]) -> list[tuple[float, float]]:
    return [(x, y) for x, y, (red, green, blue) in dots(pdf, box) if blue > red + 40 and green > red]


def test_each_stamp_says_what_was_done_and_when_to_the_second_in_vietnam(each: Paper) -> None:
    text = said(each.sealed)
    assert (text.count("Đã ký số"), text.count("Đã đóng dấu số"), text.count(TIME)) == (2, 1, 3)


def test_the_ring_carries_the_name_of_the_school_in_the_certificate(record: Paper, pictured: Paper) -> None:
    # Letters on a circle are read back apart.
    assert "TRƯỜNGTIỂUHỌCMẪU" in "".join(said(record.sealed).split())
    assert "TRƯỜNGTIỂUHỌCMẪU" not in "".join(said(pictured.sealed).split())


def test_the_seal_is_red_and_as_large_as_the_real_one(each: Paper) -> None:
    left, low, right, high = each.box(SEAL)
    seen = reds(each.sealed, (left - 5, round(low + SEAL_WORDS), right + 5, high + 5))
    across, up = ([at[axis] for at in seen] for axis in (0, 1))
    assert max(across) - min(across) == pytest.approx(SEAL_DIAMETER, abs=1.5)
    assert max(up) - min(up) == pytest.approx(SEAL_DIAMETER, abs=1.5)


def test_the_seal_covers_a_third_of_the_principals_signature_from_the_left(each: Paper) -> None:
    x1, y1, x2, y2 = each.box(PRINCIPAL)
    covered = [x for x, _ in reds(each.sealed, (x1, y1, x2, y2))]
    assert min(covered) < x1 + 20
    assert max(covered) - x1 == pytest.approx((x2 - x1) / 3, abs=2)
    assert reds(each.unsealed, (x1, y1, x2, y2)) == []


def test_signatures_of_people_are_blue_and_their_words_stand_clear_of_the_seal(each: Paper) -> None:
    x1, y1, x2, y2 = each.box(PRINCIPAL)
    clear = (x1 + round((x2 - x1) / 3) + 2, y1 + 5, x2 - 2, y2 - 5)
    assert len(blues(each.sealed, clear)) > 500
    assert len(blues(each.sealed, clear)) == len(blues(each.unsealed, clear))
    assert len(blues(each.sealed, each.box(HOMEROOM))) > 500


def test_the_qr_code_under_the_seal_is_read_as_before(each: Paper) -> None:
    with pypdfium2.PdfDocument(each.sealed) as document:
        document.init_forms()
        page = document[len(document) - 1].render(scale=3, grayscale=True)
        seen = ImageView(bytes(page.buffer), page.width, page.height, ImageFormat.Lum, page.stride)
        assert [code.text[:32] for code in read_barcodes(seen)] == ["https://tracuu.example.edu.vn/v/"]


def test_pdf_a_and_pdf_ua_are_kept_through_the_last_revision(each: Paper, tmp_path: Path) -> None:
    path = tmp_path / "sealed.pdf"
    path.write_bytes(each.sealed)
    document = pdf_oxide.PdfDocument(str(path))
    assert document.validate_pdf_a("3a")["valid"]
    assert document.validate_pdf_ua()["valid"]
    assert pdfua.validate(str(path)).findings == ()
    done = subprocess.run([tool("qpdf"), "--check", str(path)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_seal_adds_little_to_each_document(record: Paper, pictured: Paper) -> None:
    without = len(record.sealed) - len(record.unsealed)
    assert without < 6_500
    assert len(pictured.sealed) - len(pictured.unsealed) - without < 20_000


def test_a_batch_draws_its_stamp_once(curve_cast: Cast, record: Paper) -> None:
    drawn.cache_clear()
    signer = BatchSigner(curve_cast.keys[SEAL].certificates, signed_at=AT, seal_image=PICTURE)
    assert signer.prepare(record.unsealed, SEAL) == signer.prepare(record.unsealed, SEAL)
    assert (drawn.cache_info().misses, drawn.cache_info().hits) == (1, 1)


def test_preparing_twice_with_a_picture_gives_the_same_bytes(curve_cast: Cast, record: Paper) -> None:
    key = curve_cast.keys[SEAL]
    assert prepared(key, record.unsealed, SEAL, PICTURE) == prepared(key, record.unsealed, SEAL, PICTURE)


def test_a_document_sealed_with_a_picture_holds(curve_cast: Cast) -> None:
    pdf = curve_cast.signed(curve_cast.placed(), HOMEROOM, PRINCIPAL)
    assert verify(signed(curve_cast.keys[SEAL], pdf, SEAL, PICTURE), curve_cast.roots).failures() == ()


def test_a_picture_that_does_not_fit_is_refused_before_anything_is_signed(curve_cast: Cast) -> None:
    with pytest.raises(Invalid, match="PNG"):
        BatchSigner(curve_cast.keys[SEAL].certificates, signed_at=AT, seal_image=b"")


def test_a_name_that_the_stamp_font_cannot_write_is_refused_and_the_letter_named(
    curve_cast: Cast, record: Paper
) -> None:
    key = curve_cast.authority.issue_organisation("Trường Ω", "79000701")
    with pytest.raises(SigningFailed, match="thiếu ký tự “Ω”"):
        prepared(key, record.unsealed, SEAL)


def letters(drawn: bytes) -> list[tuple[float, float]]:
    """Where each letter on a ring begins: its distance from the middle, and its angle from the bottom, clockwise."""
    starts = re.findall(rb"(\S+) (\S+) Tm", drawn)
    return [(hypot(float(x), float(y)), (-pi / 2 - atan2(float(y), float(x))) % tau) for x, y in starts]


@pytest.mark.parametrize("name", ["Trường Mầm non 6", "Trường Tiểu học Nguyễn Thị Minh Khai", LONGEST])
def test_a_name_of_any_length_goes_around_the_ring_once_and_leaves_the_bottom_free(font: StampFont, name: str) -> None:
    found = letters(ring(font, name, 50))
    angles = [angle for _, angle in found]
    assert len(found) == len(name)
    assert angles == sorted(angles)
    assert tau / 20 < angles[0] < angles[-1] < tau * 19 / 20
    assert angles[0] + angles[-1] == pytest.approx(tau, abs=0.35)
    assert all(0.65 * 50 < distance < 0.77 * 50 for distance, _ in found)


def test_a_long_name_is_written_smaller(font: StampFont) -> None:
    def size(name: str) -> float:
        return float(re.findall(rb"(\S+) Tf", ring(font, name, 50))[0])

    assert size("Trường Mầm non 6") == pytest.approx(10)
    assert 3 < size(LONGEST) < 5


def test_a_name_is_drawn_alike_however_its_accents_are_encoded(font: StampFont) -> None:
    assert ring(font, normalize("NFD", LONGEST), 50) == ring(font, LONGEST, 50)
