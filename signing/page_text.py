"""The text of a document's pages as another program reads it, and what of it does not depend on line breaks."""

import re
import unicodedata
from threading import Lock
from typing import Final

import pypdfium2

PAGE_END: Final = "\f"
PDFIUM: Final = Lock()  # pdfium is not safe for threads
# White space, what is invisible, and hyphens: pdfium gives another character for one that ends a line.
_OF_THE_LINES: Final = re.compile(
    "[\\s\\x00-\\x1f\\x7f-\\x9f\\xad\\u200b-\\u200f\\u2010\\u2011\\u2028-\\u202f\\u2060-\\u206f\\ufeff\\ufffe-]+"
)


def page_text(pdf: bytes) -> str:
    """The text of all pages, each ended by PAGE_END."""
    with PDFIUM, pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return "".join(page.replace(PAGE_END, " ") + PAGE_END for page in pages)


def squeezed(text: str) -> str:
    """The text in one way of writing (NFKC), without white space, hyphens and invisible characters.

    The same for a text before it was printed and for what is read on the page, ligatures and line breaks included.
    """
    return _OF_THE_LINES.sub("", unicodedata.normalize("NFKC", text))


def squeezed_pages(text: str) -> str:
    """The same of a `page_text`, which keeps where its pages end."""
    return PAGE_END.join(map(squeezed, text.split(PAGE_END)))
