"""Pages of a document as pictures, for whoever only wants to look at them: on any device, without a PDF viewer."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Final

import pypdfium2

from signing.errors import Unreadable
from signing.page_text import PDFIUM

_DOTS_PER_POINT: Final = 1.75  # 126 to the inch: the smallest letters are still sharp on a phone
DAMAGED: Final = "Tệp của văn bản này không mở được; hãy báo cán bộ quản trị."


def page_count(pdf: bytes) -> int:
    """Raises Unreadable, as all of these do, for what is no PDF."""
    with _opened(pdf) as document:
        return len(document)


def page_picture(pdf: bytes, index: int) -> bytes | None:
    """One page as a WebP picture, with the signatures that show on it; None if there is no such page."""
    with _opened(pdf) as document:
        if not 0 <= index < len(document):
            return None
        document.init_forms()
        picture = document[index].render(scale=_DOTS_PER_POINT).to_pil()
    written = BytesIO()
    picture.save(written, format="WEBP", quality=80, method=1)
    return written.getvalue()


def joined(pdfs: Sequence[bytes]) -> bytes:
    """All pages in one file, for printing: the signatures are drawn on them, and can no longer be checked."""
    whole = pypdfium2.PdfDocument.new()
    for pdf in pdfs:
        with _opened(pdf) as document:
            document.init_forms()
            if document.formenv is not None:
                for page in document:
                    page.flatten()
            whole.import_pages(document)
    written = BytesIO()
    with PDFIUM, whole:
        whole.save(written)
    return written.getvalue()


@contextmanager
def _opened(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    try:
        with PDFIUM, pypdfium2.PdfDocument(pdf) as document:
            yield document
    except pypdfium2.PdfiumError as error:
        raise Unreadable(DAMAGED) from error
