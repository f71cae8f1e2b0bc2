"""Reads rendered PDFs back the way an outsider would."""

import ctypes
from collections.abc import Callable, Iterator
from itertools import combinations

from pypdfium2 import PdfDocument, raw


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


def text_touching(pdf: bytes, box: tuple[int, int, int, int], page: int = -1) -> list[str]:
    """Return the text objects of a page, the last one if none is named, that reach into a box."""
    document = PdfDocument(pdf)
    left, bottom, right, top = box
    textpage = document[page % len(document)].get_textpage()
    rects = [textpage.get_rect(index) for index in range(textpage.count_rects())]
    hits = [one for one in rects if one[0] < right and one[2] > left and one[1] < top and one[3] > bottom]
    return [textpage.get_text_bounded(*one) for one in hits]


def overlapping_texts(pdf: bytes) -> list[tuple[str, str]]:
    """Return pairs of texts of the first page of which one is printed over the other."""
    textpage = PdfDocument(pdf)[0].get_textpage()
    rects = [textpage.get_rect(index) for index in range(textpage.count_rects())]
    return [
        (textpage.get_text_bounded(*one), textpage.get_text_bounded(*other))
        for one, other in combinations(rects, 2)
        if min(one[2], other[2]) - max(one[0], other[0]) > 1 and min(one[3], other[3]) - max(one[1], other[1]) > 1
    ]


def attachment(pdf: bytes) -> tuple[str, bytes]:
    document = PdfDocument(pdf)
    assert document.count_attachments() == 1
    only = document.get_attachment(0)
    return only.get_name(), bytes(only.get_data())


def tags(pdf: bytes, page: int) -> list[str]:
    """Return the types of a page's structure elements, in reading order, outer ones first."""
    document = PdfDocument(pdf)
    shown = document[page]
    tree = raw.FPDF_StructTree_GetForPage(shown.raw)
    roots = range(raw.FPDF_StructTree_CountChildren(tree))
    found = [one for index in roots for one in _elements(raw.FPDF_StructTree_GetChildAtIndex(tree, index))]
    raw.FPDF_StructTree_Close(tree)
    return found


def _elements(element: raw.FPDF_STRUCTELEMENT) -> Iterator[str]:
    yield _said(raw.FPDF_StructElement_GetType, element)
    for index in range(raw.FPDF_StructElement_CountChildren(element)):
        child = raw.FPDF_StructElement_GetChildAtIndex(element, index)
        if child:
            yield from _elements(child)


def _said(read: Callable[..., int], element: raw.FPDF_STRUCTELEMENT) -> str:
    buffer = ctypes.create_string_buffer(read(element, None, 0))
    read(element, buffer, len(buffer))
    return buffer.raw.decode("utf-16-le").rstrip("\0")
