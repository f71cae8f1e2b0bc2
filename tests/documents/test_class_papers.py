"""The class summary and the subject sheet, read back from the PDF."""

import pytest

from documents.limits import SUBJECT_COMMENT
from documents.render import Renderer
from domain.documents import ClassSummaryContent, SubjectSheetContent
from domain.errors import Invalid
from tests.documents import class_samples, samples
from tests.documents.reading import page_texts

ALL_COMPETENCIES = samples.GENERAL + samples.SPECIFIC_ALL
SUMMARIES = [
    class_samples.class_summary(1),
    class_samples.class_summary(35),
    class_samples.class_summary(50),
    class_samples.first_term(class_samples.class_summary(35)),
    class_samples.class_summary(50, samples.GRADE_5, ALL_COMPETENCIES),
]
SHEETS = [
    class_samples.subject_sheet(1),
    class_samples.subject_sheet(22),
    class_samples.subject_sheet(35),
    class_samples.subject_sheet(50),
    class_samples.subject_sheet(50, samples.text(SUBJECT_COMMENT)),
    class_samples.subject_sheet(35, ""),
]


@pytest.mark.parametrize("content", SUMMARIES)
def test_a_summary_shows_every_pupil_and_repeats_its_heading(renderer: Renderer, content: ClassSummaryContent) -> None:
    pages = page_texts(renderer.render(content).pdf)
    for pupil in content.pupils:
        assert pupil.full_name in " ".join(pages)
    for number, page in enumerate(pages, 1):
        assert "STT" in page
        assert f"Trang {number}/{len(pages)}" in page


@pytest.mark.parametrize("content", SHEETS)
def test_a_sheet_shows_every_pupil_and_repeats_its_heading(renderer: Renderer, content: SubjectSheetContent) -> None:
    pages = page_texts(renderer.render(content).pdf)
    for pupil in content.pupils:
        assert pupil.full_name in " ".join(pages)
        assert pupil.pupil_code in " ".join(pages)
    for number, page in enumerate(pages, 1):
        assert "STT" in page
        assert f"Trang {number}/{len(pages)}" in page


@pytest.mark.parametrize("content", [*SUMMARIES, *SHEETS])
def test_signatures_stand_on_a_page_with_pupils(
    renderer: Renderer, content: ClassSummaryContent | SubjectSheetContent
) -> None:
    *earlier, last = page_texts(renderer.render(content).pdf)
    assert content.pupils[-1].full_name in last
    assert "(Ký, ghi rõ họ tên)" in last
    assert not any("(Ký, ghi rõ họ tên)" in page for page in earlier)


@pytest.mark.parametrize("content", [SUMMARIES[1], SHEETS[2]])
def test_official_papers_carry_the_country_and_its_motto(
    renderer: Renderer, content: ClassSummaryContent | SubjectSheetContent
) -> None:
    first = page_texts(renderer.render(content).pdf)[0]
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in first
    assert "Độc lập - Tự do - Hạnh phúc" in first


def test_the_year_end_summary_counts_results_and_levels(renderer: Renderer) -> None:
    last = page_texts(renderer.render(class_samples.class_summary(35)).pdf)[-1]
    assert (
        "Tổng số học sinh: 35; Hoàn thành xuất sắc: 11; Hoàn thành tốt: 11; Hoàn thành: 13; Chưa hoàn thành: 0." in last
    )
    assert "Số học sinh đạt mức T" in last


def test_the_first_term_has_no_column_for_results(renderer: Renderer) -> None:
    text = " ".join(page_texts(renderer.render(SUMMARIES[3]).pdf))
    assert "Lên lớp" not in text
    assert "Khen thưởng" not in text


def test_a_sheet_comment_longer_than_its_place_is_refused(renderer: Renderer) -> None:
    with pytest.raises(Invalid, match="dòng 1"):
        renderer.render(class_samples.subject_sheet(2, "a" * (SUBJECT_COMMENT + 1)))


def test_a_draft_says_so_on_every_page_and_has_no_place_for_a_signature(renderer: Renderer) -> None:
    content = class_samples.subject_sheet(35)
    draft, paper = renderer.draft(content), renderer.render(content).pdf
    pages = page_texts(draft)
    assert len(pages) == len(page_texts(paper)) > 1
    assert all("KHÔNG CÓ GIÁ TRỊ" in page for page in pages)
    assert b"/AcroForm" not in draft
    assert not [page for page in page_texts(paper) if "KHÔNG CÓ GIÁ TRỊ" in page]
