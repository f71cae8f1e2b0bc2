"""Reads rendered PDFs back the way an outsider would."""

from pypdfium2 import PdfDocument


def page_texts(pdf: bytes) -> list[str]:
    """Return the text of each page on one line, with single spaces."""
    document = PdfDocument(pdf)
    return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def text_inside(pdf: bytes, box: tuple[int, int, int, int]) -> str:
    """Return what is printed inside a box of the last page (PDF points)."""
    document = PdfDocument(pdf)
    left, bottom, right, top = box
    page = document[len(document) - 1]
    return str(page.get_textpage().get_text_bounded(left, bottom, right, top)).strip()


def text_touching(pdf: bytes, box: tuple[int, int, int, int]) -> list[str]:
    """Return the text objects of the last page that reach into a box."""
    document = PdfDocument(pdf)
    left, bottom, right, top = box
    page = document[len(document) - 1]
    textpage = page.get_textpage()
    rects = [textpage.get_rect(index) for index in range(textpage.count_rects())]
    hits = [one for one in rects if one[0] < right and one[2] > left and one[1] < top and one[3] > bottom]
    return [textpage.get_text_bounded(*one) for one in hits]


def attachment(pdf: bytes) -> tuple[str, bytes]:
    document = PdfDocument(pdf)
    assert document.count_attachments() == 1
    only = document.get_attachment(0)
    return only.get_name(), bytes(only.get_data())
