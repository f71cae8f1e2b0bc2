"""The two yearly pages of the secondary report books, read back from the PDF."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from documents import render
from documents.arrangement import Arrangement, arrangements
from documents.render import Renderer
from domain.errors import Invalid
from domain.year_records import DocumentContent, SecondaryRecordContent, TermLevels
from tests.documents import samples
from tests.documents.reading import attachment, page_texts, tags, text_edges
from tests.documents.secondary_samples import (
    GRADE_10,
    LOWER_SCHOOL,
    MOST,
    longest_secondary_record,
    secondary_record,
    signed_by_subjects,
)

USUAL = [
    secondary_record(),
    secondary_record(2, GRADE_10, 10),
    secondary_record(3, MOST, 11),
    signed_by_subjects(secondary_record(4)),
    signed_by_subjects(secondary_record(5, MOST, 12)),
]
LONGEST = [
    longest_secondary_record(),
    signed_by_subjects(longest_secondary_record()),
    longest_secondary_record(GRADE_10[:8]),
    signed_by_subjects(longest_secondary_record(GRADE_10[:8])),
]


@pytest.mark.parametrize("content", [*USUAL, *LONGEST])
def test_everything_is_printed_on_two_pages(renderer: Renderer, content: SecondaryRecordContent) -> None:
    first, second = page_texts(renderer.render(content).pdf)
    for line in content.subjects:
        marks = [mark.replace(".", ",") or "–" for mark in (line.hk1, line.hk2, line.year, line.retest)]
        assert " ".join((line.name, *marks, line.comment, line.teacher)) in first
    texts = (
        content.learning_reason,
        content.outcome_reason,
        content.summer_training,
        content.outcome_text,
        content.completion_text,
        *content.study_topics,
        *content.certificates,
        content.competitions,
        content.commendation,
        content.homeroom_comment,
    )
    assert all(text in second for text in texts)
    for sheet in content.sheets:
        assert f"{sheet.subject_name}: {sheet.signer_name}; {sheet.sha256[:4]}" in second


def test_a_usual_record_stays_small(renderer: Renderer) -> None:
    assert all(len(renderer.render(content).pdf) < 62_000 for content in USUAL)


@pytest.mark.parametrize("content", [*USUAL, LONGEST[1], LONGEST[3]])
def test_a_record_is_laid_out_once(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch, content: SecondaryRecordContent
) -> None:
    tried: list[Arrangement] = []

    def counted(asked: DocumentContent) -> Iterator[tuple[Arrangement, int | None]]:
        for arrangement, pages in arrangements(asked):
            tried.append(arrangement)
            yield arrangement, pages

    monkeypatch.setattr(render, "arrangements", counted)
    renderer.render(content)
    assert len(tried) == 1


@pytest.mark.parametrize(
    ("grade", "title"), [(6, "HỌC BẠ TRUNG HỌC CƠ SỞ"), (9, "CƠ SỞ"), (10, "HỌC BẠ TRUNG HỌC PHỔ THÔNG")]
)
def test_the_book_is_named_by_its_level(renderer: Renderer, grade: int, title: str) -> None:
    first, _ = page_texts(renderer.render(secondary_record(1, grade=grade)).pdf)
    assert title in first


def test_levels_are_written_out_for_terms_year_and_summer(renderer: Renderer) -> None:
    learning, conduct = TermLevels("CĐ", "Đ", "CĐ", "Đ"), TermLevels("K", "T", "T", "")
    content = replace(secondary_record(), absent=17, learning=learning, conduct=conduct)
    _, second = page_texts(renderer.render(content).pdf)
    assert "Học tập Chưa đạt Đạt Chưa đạt Đạt 17 Rèn luyện Khá Tốt Tốt –" in second


def test_what_a_pupil_does_not_have_is_said_or_left_out(renderer: Renderer) -> None:
    _, second = page_texts(renderer.render(secondary_record()).pdf)
    assert "Chứng chỉ: Không. Kết quả tham gia các cuộc thi: Không. Khen thưởng: Không." in second
    assert "Rèn luyện trong kì nghỉ hè" not in second
    assert "Chuyên đề học tập" not in second


@pytest.mark.parametrize("completion", ["", "Hoàn thành chương trình trung học cơ sở"])
def test_the_end_of_a_level_is_said_once(renderer: Renderer, completion: str) -> None:
    done = "Hoàn thành chương trình trung học cơ sở"
    content = replace(secondary_record(1, grade=9), outcome_text=done, completion_text=completion)
    _, second = page_texts(renderer.render(content).pdf)
    assert f"Kết quả cuối năm học: {done}" in second
    assert second.count(done) == 1


def test_a_pupil_who_is_not_assessed_has_no_levels(renderer: Renderer) -> None:
    nothing = TermLevels("", "", "", "")
    content = replace(secondary_record(), assessment_waived=True, learning=nothing, conduct=nothing)
    _, second = page_texts(renderer.render(content).pdf)
    assert "2. Kết quả học tập và rèn luyện: Học sinh khuyết tật không đánh giá" in second
    assert "Học tập – – – – 3 Rèn luyện – – – –" in second


@pytest.mark.parametrize("content", USUAL)
def test_the_tags_follow_the_form(renderer: Renderer, content: SecondaryRecordContent) -> None:
    pdf = renderer.render(content).pdf
    first, second = tags(pdf, 0), tags(pdf, 1)
    assert [tag for tag in first if tag in {"H1", "H2", "Table"}] == ["H1", "H2", "Table"]
    assert first.count("TR") == len(content.subjects) + 1
    assert first.count("TH") == 7
    assert [tag for tag in second if tag in {"H2", "Table"}] == ["H2", "Table", "H2", "H2"]
    assert second.count("Figure") == 1


def test_long_names_and_places_push_the_rows_down_and_stay_on_the_page(renderer: Renderer) -> None:
    school = replace(
        LOWER_SCHOOL,
        name="Trường Tiểu học, Trung học cơ sở và Trung học phổ thông Tư thục Quốc tế Á Châu",
        authority="Uỷ ban nhân dân phường Tân Sơn Hoà, Thành phố Hồ Chí Minh",
    )
    place = "Trung tâm Chăm sóc sức khoẻ sinh sản, Phường Võ Thị Sáu, Quận 3, Thành phố Hồ Chí Minh"
    record = signed_by_subjects(secondary_record(1, MOST))
    content = replace(record, school=school, pupil=replace(record.pupil, place_of_birth=place))
    first, _ = page_texts(renderer.render(content).pdf)
    assert f"Nơi sinh: {place}" in first
    assert first.count(school.name) == 2


@pytest.mark.parametrize("content", [secondary_record(), signed_by_subjects(secondary_record())])
def test_words_without_end_break_inside_their_cells(renderer: Renderer, content: SecondaryRecordContent) -> None:
    lines = tuple(replace(line, comment="ở" * 300) for line in content.subjects)
    pdf = renderer.render(replace(content, subjects=lines, homeroom_comment="W" * 2000)).pdf
    left, right = text_edges(pdf)
    assert left >= 39
    assert right <= 596 - 39
    assert "\u200b" not in attachment(pdf)[1].decode()


TOO_LONG = [
    ({"homeroom_comment": "a" * 2001}, "Nhận xét của giáo viên chủ nhiệm dài 2001 ký tự, chỉ được tối đa 2000"),
    ({"competitions": "a" * 2001}, "tối đa 2000"),
    ({"commendation": "a" * 2001}, "tối đa 2000"),
    ({"summer_training": "a" * 501}, "tối đa 500"),
    ({"outcome_text": "a" * 151}, "tối đa 150"),
    ({"completion_text": "a" * 151}, "tối đa 150"),
    ({"learning_reason": "a" * 601}, "tối đa 600"),
    ({"outcome_reason": "a" * 601}, "tối đa 600"),
    ({"certificates": ("a" * 300, "b" * 199)}, "Danh sách chứng chỉ dài 501 ký tự"),
    ({"study_topics": ("a" * 150, "b" * 149)}, "Danh sách chuyên đề học tập dài 301 ký tự"),
]


@pytest.mark.parametrize(("texts", "refusal"), TOO_LONG)
def test_a_text_longer_than_its_place_is_refused(
    renderer: Renderer, texts: dict[str, str | tuple[str, ...]], refusal: str
) -> None:
    with pytest.raises(Invalid, match=refusal):
        renderer.render(replace(secondary_record(), **texts))  # type: ignore[arg-type]  # fields by name


def test_a_subject_comment_longer_than_its_place_is_refused_by_name(renderer: Renderer) -> None:
    record = secondary_record()
    lines = (replace(record.subjects[0], comment=samples.text(301)), *record.subjects[1:])
    with pytest.raises(Invalid, match="Nhận xét môn Ngữ văn dài 301 ký tự"):
        renderer.render(replace(record, subjects=lines))
