"""The class summary and the subject sheet of grades 6-12, read back from the PDF."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from documents.render import Renderer
from documents.sheet_form import sheet_form
from documents.summary_form import summary_form
from domain.documents import ClassSummaryContent, ColumnGroup, SheetColumn, SubjectSheetContent, SummaryColumn
from domain.errors import Invalid
from tests.documents import class_samples, samples
from tests.documents.reading import page_texts, tags, text_edges
from tests.documents.secondary_class_samples import secondary_sheet, secondary_summary, sheet_columns
from tests.documents.secondary_samples import GRADE_10, MOST

UPRIGHT, WIDE = 596, 842
SHEETS = [
    secondary_sheet(1),
    secondary_sheet(45),
    secondary_sheet(50, sheet_columns(2, year_end=True)),
    secondary_sheet(50, sheet_columns(10)),
    secondary_sheet(50, sheet_columns(10, year_end=True)),
    secondary_sheet(50, sheet_columns(10, year_end=True), samples.text(300)),
    secondary_sheet(50, sheet_columns(1), samples.text(300)),
]
SUMMARIES = [
    secondary_summary(1),
    secondary_summary(45),
    secondary_summary(45, GRADE_10),
    secondary_summary(50, MOST),
]


@pytest.mark.parametrize("content", SHEETS)
def test_a_sheet_shows_every_mark_beside_its_pupil(renderer: Renderer, content: SubjectSheetContent) -> None:
    pages = page_texts(renderer.render(content).pdf)
    for pupil in content.pupils:
        assert " ".join((pupil.pupil_code, *pupil.values, pupil.comment)) in " ".join(pages)
    for number, page in enumerate(pages, 1):
        assert f"Trang {number}/{len(pages)}" in page
        assert all(column.name in page for column in content.columns)
    assert content.legend in pages[-1]


@pytest.mark.parametrize("content", SHEETS)
def test_a_sheet_with_many_columns_lies_on_its_side(renderer: Renderer, content: SubjectSheetContent) -> None:
    left, right = text_edges(renderer.render(content).pdf)
    assert left >= 47
    width = WIDE if len(content.columns) > 8 else UPRIGHT
    assert width - 120 < right <= width - 47


def test_neighbours_of_a_group_stand_under_one_heading(renderer: Renderer) -> None:
    content = secondary_sheet(2, sheet_columns(4, year_end=True))
    pdf = renderer.render(content).pdf
    (page,) = page_texts(pdf)
    assert page.count("Đánh giá thường") == 1
    assert tags(pdf, 0).count("TH") == 3 + len(content.columns) + 1


def test_groups_apart_have_headings_apart(renderer: Renderer) -> None:
    columns = (
        SheetColumn("a1", "1", "Học kì I"),
        SheetColumn("a2", "2", "Học kì I"),
        SheetColumn("x", "Giữa kì"),
        SheetColumn("b1", "1", "Học kì I"),
    )
    (page,) = page_texts(renderer.render(secondary_sheet(2, columns)).pdf)
    assert page.count("Học kì I") == 3  # the title's and two groups'


def test_more_columns_than_a_sheet_holds_are_refused() -> None:
    with pytest.raises(Invalid, match="quá nhiều cột"):
        sheet_form(secondary_sheet(1, sheet_columns(24)))


def test_long_headings_take_two_lines_and_a_group_has_room_for_its_name() -> None:
    columns = (SheetColumn("a", "1", "Đánh giá thường xuyên"), SheetColumn("b", "Điểm kiểm tra giữa học kì II"))
    form = sheet_form(secondary_sheet(1, columns))
    assert form.widths[2] > 55
    assert 70 < form.widths[3] < 90


@pytest.mark.parametrize("content", SUMMARIES)
def test_a_summary_shows_every_value_beside_its_pupil(renderer: Renderer, content: ClassSummaryContent) -> None:
    pdf = renderer.render(content).pdf
    text = " ".join(page_texts(pdf))
    for pupil in content.pupils:
        verdicts = [verdict or "–" for verdict in pupil.verdicts]
        assert " ".join((str(pupil.order_no), pupil.full_name, *pupil.values, *verdicts)) in text
    for total in content.totals:
        assert " ".join((total.label, *filter(None, total.values))) in text
    assert "Được lên lớp: " in text
    assert content.legend in text
    left, right = text_edges(pdf)
    assert left >= 35
    assert right <= WIDE - 35


def crowded(subjects: int, parts: Sequence[str]) -> ClassSummaryContent:
    """A class of so many subjects, each with a column for each part."""
    columns = tuple(SummaryColumn(f"s{index}", "Môn", f"Môn {index}", tuple(parts)) for index in range(subjects))
    content = secondary_summary(5)
    values = ("10,0",) * (subjects * len(parts))
    return replace(
        content,
        groups=(ColumnGroup("Môn học", columns),),
        pupils=tuple(replace(pupil, values=values) for pupil in content.pupils),
        totals=(),
    )


def test_letters_shrink_before_columns_are_refused(renderer: Renderer) -> None:
    few, many = crowded(10, ("HKI", "HKII", "CN")), crowded(13, ("HKI", "HKII", "CN"))
    assert summary_form(few).lettering > summary_form(many).lettering >= 6.5
    text = " ".join(page_texts(renderer.render(many).pdf))
    assert " ".join(many.pupils[0].values) in text
    with pytest.raises(Invalid, match="quá nhiều cột"):
        renderer.render(crowded(20, ("HKI", "HKII", "CN")))


def test_columns_without_a_group_reach_from_the_top(renderer: Renderer) -> None:
    content = class_samples.class_summary(2)
    loose = ColumnGroup("", (SummaryColumn("extra", "Điểm thi", "Thi", ("Nói", "Viết")),))
    wider = replace(
        content,
        groups=(*content.groups, loose),
        pupils=tuple(replace(pupil, values=(*pupil.values, "9", "8")) for pupil in content.pupils),
        totals=(),
    )
    pdf = renderer.render(wider).pdf
    assert tags(pdf, 0).count("TH") == 2 + 3 + 9 + 5 + 8 + 1 + 4 + 1 + 2 + 3
    assert "Nói" in page_texts(pdf)[0]
