"""Reads rendered PDFs back the way an outsider would."""

from pypdfium2 import PdfDocument


def page_texts(pdf: bytes) -> list[str]:
    """Return the text of each page on one line, with single spaces."""
    document = PdfDocument(pdf)
    return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def text_edges(pdf: bytes) -> tuple[float, float]:
    """Return how far left and right the text reaches on any page (PDF points)."""
    rects = []
    for page in PdfDocument(pdf):
        textpage = page.get_textpage()
        rects += [textpage.get_rect(index) for index in range(textpage.count_rects())]
    return min(rect[0] for rect in rects), max(rect[2] for rect in rects)


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
