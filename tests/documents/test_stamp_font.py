"""The letters that stamps can be written with, and what they cost each document."""

import io
from unicodedata import normalize

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from documents.render import Renderer
from documents.stamp_font import ALPHABET, stamp_font
from domain.signature_places import SEALED, SIGNED
from signing.stamp_font import embedded_font
from tests.documents import samples

NAMES = [
    "Trường Tiểu học Nguyễn Thị Minh Khai",
    "Trường Tiểu học – THCS – THPT Quốc tế Á Châu (cơ sở 2)",
    "Trường TH, THCS & THPT W. J. 'Zéphyr' - Fô",
    "Trường Phổ thông Năng khiếu Thể thao Hoá Ẵm Ỷ Ỹ Ỵ Ử Ữ Ổ Ỗ Ẩ Ẫ Ể Ễ",
    "29/05/2026 10:15:30 +07:00",
]


@pytest.mark.parametrize("text", [SIGNED, SEALED, *(name.upper() for name in NAMES)])
def test_every_letter_of_a_stamp_is_in_the_font(text: str) -> None:
    assert set(text) <= set(ALPHABET)


def test_every_capital_of_the_alphabet_has_all_its_tones() -> None:
    tones = "\u0300\u0301\u0303\u0309\u0323"
    assert {normalize("NFC", vowel + tone) for vowel in "AĂÂEÊIOÔƠUƯY" for tone in tones} <= set(ALPHABET)


def test_the_font_that_is_read_back_from_a_document_has_the_same_letters(renderer: Renderer) -> None:
    reader = PdfFileReader(io.BytesIO(renderer.render(samples.year_record()).pdf), strict=True)
    font = embedded_font(reader).font
    assert font.resource_name == "/" + stamp_font()[0]
    assert set(ALPHABET) <= font.codes.keys() == font.widths.keys()


def test_the_font_takes_less_than_twelve_kilobytes() -> None:
    assert sum(len(one.data) for one in stamp_font()[2]) < 12_000
