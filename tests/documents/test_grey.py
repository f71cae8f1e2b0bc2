"""Greys without a profile: where Typst wrote one, and only there."""

import pytest

from documents.grey import with_plain_greys
from documents.pdf_objects import PdfFile, PdfObject, cut
from documents.render import Renderer
from tests.documents.samples import year_record

GREY = PdfObject(7, b"7 0 obj\n<</Length 1/N 1/Range[0 1]>>\nstream\n0\nendstream\nendobj\n")
RGB = PdfObject(8, b"8 0 obj\n<</Length 1/N 3/Range[0 1 0 1 0 1]>>\nstream\n0\nendstream\nendobj\n")
OTHER = PdfObject.of(9, b"[/Indexed 7 0 R]")


def of(*objects: PdfObject) -> PdfFile:
    return PdfFile(b"%PDF-1.7\n", objects, b"/Root 1 0 R", 10)


def test_a_grey_of_a_profile_becomes_one_of_the_device() -> None:
    found = with_plain_greys(
        of(PdfObject.of(2, b"[/ICCBased 7 0 R]"), PdfObject.of(3, b"[/ICCBased 8 0 R]"), GREY, RGB)
    )
    assert [(one.number, one.body) for one in found.objects[:2]] == [(2, b"/DeviceGray"), (3, b"[/ICCBased 8 0 R]")]
    assert found.objects[2:] == (RGB,)


def test_what_is_no_grey_stays() -> None:
    file = of(PdfObject.of(3, b"[/ICCBased 8 0 R]"), RGB, OTHER)
    assert with_plain_greys(file) == file


def test_a_profile_that_something_else_names_stays() -> None:
    found = with_plain_greys(of(PdfObject.of(2, b"[/ICCBased 7 0 R]"), GREY, OTHER))
    assert found.objects == (PdfObject.of(2, b"/DeviceGray"), GREY, OTHER)


def test_typst_names_one_grey_profile(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    written = list[bytes]()

    def seen(pdf: bytes) -> PdfFile:
        written.append(pdf)
        return cut(pdf)

    monkeypatch.setattr("documents.form.cut", seen)
    renderer.render(year_record())
    [before] = map(cut, written)
    after = with_plain_greys(before)
    assert [each.body for each in after.objects if each not in before.objects] == [b"/DeviceGray"]
    assert len(after.objects) == len(before.objects) - 1
    assert any(b"/DestOutputProfile" in each.data for each in after.objects)
