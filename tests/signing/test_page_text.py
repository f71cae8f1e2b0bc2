"""A text before it was printed and the same text read from a page are one, however its lines were broken."""

import pytest

from signing.page_text import PAGE_END, page_text, squeezed, squeezed_pages
from tests.signing import samples


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Lớp 1A", "Lớp\r\n1A"),
        ("bán-trú", "bán\x02trú"),  # pdfium, for a hyphen that ends a line
        ("bán-trú", "bán\ufffe\r\ntrú"),
        ("W" * 40, f"{'W' * 20}\u200b\r\n{'W' * 20}"),
        ("offline", "o\ufb04ine"),
        ("ế", "e\u0302\u0301"),
        ("to\u00adday", "today"),
        ("a\u00a0b\u2003c", "a b c"),
    ],
)
def test_what_lines_and_letters_add_is_left_out(written: str, read: str) -> None:
    assert squeezed(written) == squeezed(read)


@pytest.mark.parametrize(("one", "other"), [("Đ", "D"), ("8,5", "8.5"), ("T", "t"), ("–", ""), ("mí", "mì")])
def test_what_people_tell_apart_stays_apart(one: str, other: str) -> None:
    assert squeezed(one) != squeezed(other)


def test_pages_end_where_no_text_can_pretend_to() -> None:
    text = page_text(samples.render(b"{}"))
    assert text.count(PAGE_END) == squeezed_pages(text).count(PAGE_END) == 2
    assert PAGE_END not in squeezed(f"a{PAGE_END}b")
    assert "Lớp1A,nămhọc2026–2027.Kếtquả:Hoànthànhtốt." in squeezed_pages(text)
