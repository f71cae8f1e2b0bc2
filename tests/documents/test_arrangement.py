"""How documents are laid out: foretold, then checked by what came of it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from documents import arrangement
from documents.arrangement import arrangements
from documents.content import canonical_json
from documents.fitting import MEASURED
from documents.letters import lines
from documents.page import is_tidy
from documents.pagination import Room, paginate, sheet_pages, summary_pages
from documents.primary_fitting import primary_sizes
from documents.render import Renderer
from documents.sheet_form import sheet_form
from documents.summary_form import summary_form
from domain.curriculum import curriculum_for
from domain.errors import Invalid
from domain.year_records import DocumentContent, LevelLine
from tests.documents import class_samples, samples
from tests.documents.reading import page_texts

ROOM = Room(first=100, other=120, tail=40)


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("", 50, 1),
        ("Đọc to, rõ ràng.", 200, 1),
        ("Đọc to, rõ ràng.", 50, 2),
        ("Em " + "W" * 20, 50, 5),
        (samples.text(300), 267, 5),
    ],
)
def test_lines_are_counted_by_the_width_of_letters(text: str, width: float, expected: int) -> None:
    assert lines(text, 10, width) == expected


def test_usual_texts_are_set_in_the_largest_letters() -> None:
    sizes = primary_sizes(samples.year_record())
    assert [size and size[0] for size in sizes] == [10.75, 10.75]


def test_the_longest_texts_are_left_to_measuring() -> None:
    assert primary_sizes(samples.longest_year_record())[0] is None


def test_more_text_never_gets_larger_letters() -> None:
    record = samples.year_record()
    longer = [replace(record, homeroom_comment=samples.text(length)) for length in range(100, 1500, 100)]
    settings = [primary_sizes(one)[1] or (0.0, 0.0) for one in longer]
    assert settings == sorted(settings, reverse=True)


def test_a_record_that_grows_beyond_the_forecast_is_measured(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrangement, "primary_sizes", lambda _: ((10.75, 13.0), (10.75, 9.0)))
    content = replace(samples.year_record(), homeroom_comment=samples.text(900))
    assert [found["sizes"] for found, _ in arrangements(content)][-1] == MEASURED
    assert len(page_texts(renderer.render(content).pdf)) == 2


@pytest.mark.parametrize("content", [class_samples.subject_sheet(50), class_samples.class_summary(50)])
def test_rows_that_grow_beyond_the_forecast_get_more_room(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch, content: DocumentContent
) -> None:
    expected = renderer.render(content)
    monkeypatch.setattr(arrangement, "_STRETCHES", (0.5, 1.0))
    assert renderer.render(content) == expected
    monkeypatch.setattr(arrangement, "_STRETCHES", (0.5,))
    with pytest.raises(Invalid, match="không in vừa trang"):
        renderer.render(content)


@pytest.mark.parametrize(
    ("heights", "pages"),
    [
        ([10] * 6, ((0, 6),)),
        ([10] * 8, ((0, 5), (5, 8))),
        ([10] * 15, ((0, 10), (10, 15))),
        ([10] * 20, ((0, 6), (6, 13), (13, 20))),
        ([90], ((0, 1),)),
    ],
)
def test_signatures_stand_with_rows_and_three_pages_are_filled_alike(
    heights: Sequence[float], pages: tuple[tuple[int, int], ...]
) -> None:
    assert paginate(heights, ROOM) == pages


@pytest.mark.parametrize("pupils", range(1, 61))
def test_every_pupil_stands_on_one_page(pupils: int) -> None:
    summary, sheet = class_samples.class_summary(pupils), class_samples.subject_sheet(pupils)
    for pages in (
        sheet_pages(sheet, sheet_form(sheet), 1.0),
        summary_pages(summary, summary_form(summary), 1.0),
    ):
        assert [number for start, end in pages for number in range(start, end)] == list(range(pupils))
        assert all(start < end for start, end in pages)


UNTIDY = ["hai  khoảng trắng", " đầu", "cuối ", "dòng\nmới", "thẻ\tcách", "a" * 24, "không\u00a0ngắt", "\u2028"]


@pytest.mark.parametrize("text", UNTIDY)
def test_text_that_needs_tidying_is_found(text: str) -> None:
    assert is_tidy(canonical_json(samples.year_record()))
    assert not is_tidy(canonical_json(replace(samples.year_record(), homeroom_comment=text)))


@pytest.mark.parametrize("text", ["một", "“hai”", 'ba "bốn"', "năm\\sáu", "\u2013 bảy"])
def test_text_that_needs_no_tidying_is_left(text: str) -> None:
    assert is_tidy(canonical_json(replace(samples.year_record(), homeroom_comment=text)))


@pytest.mark.parametrize("text", UNTIDY)
def test_what_is_attached_for_other_systems_is_not_printed(text: str) -> None:
    assert is_tidy(canonical_json(samples.year_record(), {"thongtinsohocbasotieuhoc": {"nhanxet": text}}))
    untidy = replace(samples.year_record(), homeroom_comment=text)
    assert not is_tidy(canonical_json(untidy, {"thongtinsohocbasotieuhoc": '},"kind":"'}))


def test_no_code_of_the_curriculum_counts_as_text() -> None:
    curriculum = curriculum_for(1)
    levels = tuple(
        LevelLine(trait.code, trait.name, "T") for trait in (*curriculum.qualities, *curriculum.competencies)
    )
    assert max(len(line.code) for line in levels) >= 24
    assert is_tidy(canonical_json(replace(samples.year_record(), specific_competencies=levels)))


def test_untidy_text_is_printed_with_single_spaces(renderer: Renderer) -> None:
    content = replace(samples.year_record(), homeroom_comment="  Em \n ngoan,\t\tchăm  học. ", commendation=" ")
    _, second = page_texts(renderer.render(content).pdf)
    assert "Nhận xét của giáo viên chủ nhiệm: Em ngoan, chăm học." in second
    assert "5. Khen thưởng Không." in second
    assert content.lookup_code in second
