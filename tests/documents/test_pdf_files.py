"""What the three PDFs are as files: archival, repeatable, ready for signatures."""

import io
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pypdfium2
import pytest
from pdf_oxide import PdfDocument
from pyhanko.pdf_utils.reader import PdfFileReader
from zxingcpp import ImageFormat, ImageView, read_barcodes

from documents.content import kind_of
from documents.places import places_of
from documents.render import Renderer, RenderFailed
from domain.documents import FIELDS, DocumentContent, DocumentKind, SignatureField
from domain.signature_places import SEAL_COVERS, SEAL_DIAMETER, SEAL_WORDS
from tests.documents import class_samples, samples
from tests.documents.reading import page_texts, text_touching

CONTENTS = [
    samples.year_record(),
    samples.longest_year_record(),
    class_samples.class_summary(35),
    class_samples.subject_sheet(35),
]


@pytest.mark.parametrize("content", CONTENTS)
def test_the_file_declares_pdf_a_and_pdf_ua(renderer: Renderer, content: DocumentContent, tmp_path: Path) -> None:
    path = tmp_path / "document.pdf"
    path.write_bytes(renderer.render(content).pdf)
    document = PdfDocument(str(path))
    assert document.validate_pdf_a("3a")["valid"]
    assert document.validate_pdf_ua()["valid"]


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
@pytest.mark.parametrize("content", CONTENTS)
def test_qpdf_finds_nothing_wrong(renderer: Renderer, content: DocumentContent, tmp_path: Path) -> None:
    path = tmp_path / "document.pdf"
    path.write_bytes(renderer.render(content).pdf)
    checked = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("content", CONTENTS)
def test_the_same_content_gives_the_same_bytes(renderer: Renderer, content: DocumentContent) -> None:
    again = Renderer("https://tracuu.example.edu.vn").render(content)
    assert renderer.render(content) == again


def test_threads_share_one_renderer(renderer: Renderer) -> None:
    contents = [samples.year_record(number) for number in range(1, 9)]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(renderer.render, contents))
    assert [one.pdf for one in together] == [renderer.render(content).pdf for content in contents]


@pytest.mark.parametrize("content", CONTENTS)
def test_the_boxes_for_signatures_are_empty(renderer: Renderer, content: DocumentContent) -> None:
    rendered = renderer.render(content)
    for place in places_of(kind_of(content)):
        assert text_touching(rendered.pdf, place.box) == []


def test_the_attachment_is_marked_as_the_source(renderer: Renderer) -> None:
    reader = PdfFileReader(io.BytesIO(renderer.render(samples.year_record()).pdf), strict=True)
    assert reader.root["/AF"][0].get_object()["/AFRelationship"] == "/Source"


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_places_stand_in_signing_order_and_people_sign_apart(kind: DocumentKind) -> None:
    places = places_of(kind)
    assert tuple(place.field for place in places) == FIELDS[kind]
    boxes = sorted(place.box for place in places if place.field is not SignatureField.SEAL)
    assert {y2 - y1 for _, y1, _, y2 in boxes} == {45}
    assert all(left[2] < right[0] for left, right in pairwise(boxes))


@pytest.mark.parametrize("kind", [DocumentKind.YEAR_RECORD, DocumentKind.CLASS_SUMMARY])
def test_the_seal_has_its_real_size_and_covers_a_third_of_the_principals_box_at_its_left(kind: DocumentKind) -> None:
    boxes = {place.field: place.box for place in places_of(kind)}
    (left, low, right, high), (x1, y1, x2, y2) = boxes[SignatureField.SEAL], boxes[SignatureField.PRINCIPAL]
    assert 0 <= right - left - SEAL_DIAMETER < 1
    assert 0 <= high - low - SEAL_DIAMETER - SEAL_WORDS < 1
    assert left < x1
    assert right - x1 == pytest.approx((x2 - x1) * SEAL_COVERS)
    assert low + SEAL_WORDS < y1 < y2 < high


@pytest.mark.parametrize("content", CONTENTS[:3])
def test_the_principals_name_stands_beside_the_seal_however_long(renderer: Renderer, content: DocumentContent) -> None:
    asked = replace(content.signers[1], name=samples.LONG_NAME, position="Phó Hiệu trưởng phụ trách")
    pdf = renderer.render(replace(content, signers=(content.signers[0], asked, content.signers[2]))).pdf
    boxes = {place.field: place.box for place in places_of(kind_of(content))}
    assert text_touching(pdf, boxes[SignatureField.SEAL]) == []
    x1, y1, x2, _ = boxes[SignatureField.PRINCIPAL]
    assert "Phó Hiệu trưởng phụ trách" in " ".join(text_touching(pdf, (x1, y1 - 40, x2, y1)))


def test_a_broken_template_is_not_blamed_on_the_content(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "year_record.typ").write_text("#nothing-of-this-name")
    monkeypatch.setattr("documents.render._TEMPLATES", tmp_path)
    with pytest.raises(RenderFailed):
        Renderer("https://tracuu.example.edu.vn").render(samples.year_record())


def test_packing_changes_no_text_and_saves_a_third(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = renderer.render(class_samples.class_summary(35)).pdf
    monkeypatch.setattr("documents.render.place_fields", lambda pdf, _: pdf)
    plain = renderer.render(class_samples.class_summary(35)).pdf
    assert page_texts(packed) == page_texts(plain)
    assert len(packed) < len(plain) * 2 / 3


@pytest.mark.parametrize("content", CONTENTS)
def test_the_qr_code_leads_to_the_look_up_address(renderer: Renderer, content: DocumentContent) -> None:
    document = pypdfium2.PdfDocument(renderer.render(content).pdf)
    page = document[len(document) - 1].render(scale=3, grayscale=True)
    dots = bytes(page.buffer)
    seen = ImageView(dots, page.width, page.height, ImageFormat.Lum, page.stride)
    found = [code.text for code in read_barcodes(seen)]
    document.close()
    assert found == [f"https://tracuu.example.edu.vn/v/{content.lookup_code}"]
