"""What the PDFs are as files: archival, repeatable, ready for signatures."""

import io
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pdfua
import pypdfium2
import pytest
from pdf_oxide import PdfDocument
from pyhanko.pdf_utils.reader import PdfFileReader
from zxingcpp import ImageFormat, ImageView, read_barcodes

from documents.cover import Cover, cover_sheet
from documents.render import Renderer, RenderFailed
from domain.year_records import DocumentContent
from tests.documents import (
    class_samples,
    extract_samples,
    matter_samples,
    samples,
    secondary_class_samples,
    secondary_samples,
)
from tests.documents.reading import page_texts

SEALED: list[DocumentContent] = [
    samples.year_record(),
    samples.longest_year_record(),
    secondary_samples.secondary_record(),
    secondary_samples.signed_by_subjects(secondary_samples.longest_secondary_record()),
    class_samples.class_summary(35),
    secondary_class_samples.secondary_summary(45),
    matter_samples.identity_page(5),
    extract_samples.paper_extract(),
    matter_samples.transfer_result(),
    matter_samples.secondary_transfer(),
    matter_samples.between_years(),
]
CONTENTS: list[DocumentContent] = [
    *SEALED,
    class_samples.subject_sheet(35),
    secondary_class_samples.secondary_sheet(45),
    secondary_class_samples.secondary_sheet(50, secondary_class_samples.sheet_columns(10, year_end=True)),
    matter_samples.handover_minutes(60, 3),
    matter_samples.handover_minutes(2, without_giver=matter_samples.DECEASED),
    matter_samples.longest_minutes(),
]


@pytest.mark.parametrize("content", CONTENTS)
def test_the_file_declares_pdf_a_and_pdf_ua(renderer: Renderer, content: DocumentContent, tmp_path: Path) -> None:
    path = tmp_path / "document.pdf"
    path.write_bytes(renderer.render(content).pdf)
    document = PdfDocument(str(path))
    assert document.validate_pdf_a("3a")["valid"]
    assert document.validate_pdf_ua()["valid"]
    assert pdfua.validate(str(path)).findings == ()


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


def test_the_attachment_is_marked_as_the_source(renderer: Renderer) -> None:
    reader = PdfFileReader(io.BytesIO(renderer.render(samples.year_record()).pdf), strict=True)
    assert reader.root["/AF"][0].get_object()["/AFRelationship"] == "/Source"


def test_a_broken_template_is_not_blamed_on_the_content(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "primary_record.typ").write_text("#nothing-of-this-name")
    monkeypatch.setattr("documents.render.TEMPLATES", tmp_path)
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


def test_a_draft_has_the_same_pages_and_nothing_that_could_be_signed_or_checked(renderer: Renderer) -> None:
    content = samples.year_record()
    with pypdfium2.PdfDocument(renderer.draft(content)) as draft:
        pages = [" ".join(page.get_textpage().get_text_bounded().split()) for page in draft]
    assert len(pages) == 2
    assert all("KHÔNG CÓ GIÁ TRỊ" in page for page in pages)
    assert content.pupil.full_name in pages[0]
    pdf = renderer.draft(content)
    assert b"/AcroForm" not in pdf
    assert b"record.json" not in pdf
    assert "KHÔNG CÓ GIÁ TRỊ".encode("utf-16-be") not in renderer.render(content).pdf


def test_the_sheet_before_a_print_names_school_and_class() -> None:
    pdf = cover_sheet(Cover("Trường Mẫu", "Lớp 1A1", ["3 văn bản"]))
    with pypdfium2.PdfDocument(pdf) as cover:
        text = cover[0].get_textpage().get_text_bounded()
    assert "Trường Mẫu" in text
    assert "Lớp 1A1" in text
    assert "chỉ để in ra giấy" in text
