"""The two yearly pages of the primary report book, read back from the PDF."""

from dataclasses import replace

import pytest

from documents.content import canonical_json, content_sha256
from documents.primary_fitting import primary_sizes
from documents.render import Renderer
from domain.errors import Invalid
from domain.year_records import PrimaryRecordContent
from tests.documents import samples
from tests.documents.reading import attachment, page_texts, text_edges


def test_a_usual_record_takes_two_pages_and_stays_small(renderer: Renderer) -> None:
    rendered = renderer.render(samples.year_record())
    assert len(page_texts(rendered.pdf)) == 2
    assert len(rendered.pdf) < 55_000


def test_the_longest_texts_still_take_two_pages(renderer: Renderer) -> None:
    content = samples.longest_year_record()
    first, second = page_texts(renderer.render(content).pdf)
    for line in content.subjects:
        assert line.name in first
    assert first.count("Thực hiện tốt phép cộng, phép trừ") == len(content.subjects)
    assert "Xác nhận của Hiệu trưởng" in second
    assert content.homeroom_comment in second.replace("\u200b", "")


def test_capitals_everywhere_still_take_two_pages(renderer: Renderer) -> None:
    long = samples.longest_year_record()
    content = replace(
        long,
        subjects=tuple(replace(line, comment=line.comment.upper()) for line in long.subjects),
        homeroom_comment=long.homeroom_comment.upper(),
        commendation=long.commendation.upper(),
    )
    assert len(page_texts(renderer.render(content).pdf)) == 2


def test_grade_4_has_all_its_subjects_and_competencies_on_two_pages(renderer: Renderer) -> None:
    content = samples.grade_4_record()
    assert primary_sizes(content)[0] is not None
    first, second = page_texts(renderer.render(content).pdf)
    for line in content.subjects:
        assert f"{line.name} {line.level} {line.score or '–'} {line.comment}" in first
    for trait in (*content.qualities, *content.general_competencies, *content.specific_competencies):
        assert f"{trait.name} {trait.level}" in second


@pytest.mark.parametrize(("grade", "heading"), [(4, "chương trình lớp học"), (5, "chương trình tiểu học")])
def test_the_last_grade_completes_primary_school(renderer: Renderer, grade: int, heading: str) -> None:
    _, second = page_texts(renderer.render(replace(samples.year_record(), grade=grade)).pdf)
    assert f"6. Hoàn thành {heading}" in second


def test_a_pupil_who_is_not_assessed_has_no_result(renderer: Renderer) -> None:
    bare = replace(samples.year_record(), assessment_waived=True, result="", result_name="")
    content = replace(bare, subjects=tuple(replace(line, level="", score="") for line in bare.subjects))
    first, second = page_texts(renderer.render(content).pdf)
    assert "Tiếng Việt – – " in first
    assert "4. Đánh giá kết quả giáo dục: Học sinh khuyết tật không đánh giá" in second


@pytest.mark.parametrize(
    ("title", "in_year", "printed"),
    [
        ("", "", "5. Khen thưởng Không. 6."),
        ("Học sinh Xuất sắc", "", "5. Khen thưởng Học sinh Xuất sắc 6."),
        ("", "Nhặt được của rơi", "5. Khen thưởng Khen thưởng đột xuất: Nhặt được của rơi 6."),
        ("Học sinh Xuất sắc", "Giải Nhất", "5. Khen thưởng Học sinh Xuất sắc Khen thưởng đột xuất: Giải Nhất 6."),
    ],
)
def test_commendations_in_the_year_stand_beside_the_title(
    renderer: Renderer, title: str, in_year: str, printed: str
) -> None:
    content = replace(samples.year_record(), commendation=title, commendation_in_year=in_year)
    _, second = page_texts(renderer.render(content).pdf)
    assert printed in second


def test_names_keep_their_accents_and_forty_letters(renderer: Renderer) -> None:
    content = replace(samples.year_record(), pupil=replace(samples.pupil(), full_name=samples.LONG_NAME))
    first, _ = page_texts(renderer.render(content).pdf)
    assert len(samples.LONG_NAME) == 40
    assert f"Họ và tên học sinh: {samples.LONG_NAME}" in first


def test_the_page_prints_the_hash_the_code_and_where_to_check(renderer: Renderer) -> None:
    content = samples.year_record()
    rendered = renderer.render(content)
    _, second = page_texts(rendered.pdf)
    assert rendered.sha256_content == content_sha256(content)
    assert rendered.sha256_content in second.replace(" ", "")
    assert f"https://tracuu.example.edu.vn/v/{content.lookup_code}" in second


def test_each_signed_sheet_is_named_with_its_signer_and_hash(renderer: Renderer) -> None:
    content = samples.year_record()
    first, _ = page_texts(renderer.render(content).pdf)
    for sheet in content.sheets:
        short = " ".join(sheet.sha256[start : start + 4] for start in (0, 4, 8))
        assert f"{sheet.subject_name}: {sheet.signer_name}; {short}" in first


def test_the_attached_record_is_the_canonical_json(renderer: Renderer) -> None:
    content = samples.year_record()
    assert attachment(renderer.render(content).pdf) == ("record.json", canonical_json(content))


def test_empty_optional_values_are_shown_as_not_given(renderer: Renderer) -> None:
    school = replace(samples.SCHOOL, district="")
    bare = replace(samples.year_record(), school=school, height_cm="", weight_kg="", health="", commendation="")
    content = replace(
        bare, qualities_comment="", result_reason="", sheets=(), pupil=replace(bare.pupil, register_no="")
    )
    first, second = page_texts(renderer.render(content).pdf)
    assert "Chiều cao: – Cân nặng: – Sức khoẻ: –" in first
    assert "Phường 4, Thành phố Hồ Chí Minh" in first
    assert "5. Khen thưởng Không." in second


TOO_LONG = [
    (replace(samples.year_record(), homeroom_comment="a" * 2001), "2000"),
    (replace(samples.year_record(), qualities_comment="a" * 501), "500"),
    (replace(samples.year_record(), general_comment="a" * 501), "500"),
    (replace(samples.year_record(), specific_comment="a" * 501), "500"),
    (replace(samples.year_record(), commendation="a" * 501), "500"),
    (replace(samples.year_record(), commendation_in_year="a" * 501), "500"),
    (replace(samples.year_record(), completion_text="a" * 301), "300"),
]


@pytest.mark.parametrize(("content", "limit"), TOO_LONG)
def test_a_text_longer_than_its_place_is_refused(renderer: Renderer, content: PrimaryRecordContent, limit: str) -> None:
    with pytest.raises(Invalid, match=f"tối đa {limit} ký tự"):
        renderer.render(content)


def test_a_subject_comment_longer_than_its_place_is_refused_by_name(renderer: Renderer) -> None:
    record = samples.year_record()
    lines = (replace(record.subjects[0], comment="a" * 301), *record.subjects[1:])
    with pytest.raises(Invalid, match="Nhận xét môn Tiếng Việt dài 301 ký tự"):
        renderer.render(replace(record, subjects=lines))


def test_a_character_that_no_font_has_is_refused_and_named(renderer: Renderer) -> None:
    with pytest.raises(Invalid, match="😀"):
        renderer.render(replace(samples.year_record(), homeroom_comment="Em ngoan 😀"))


def test_text_is_never_run_as_markup(renderer: Renderer) -> None:
    comment = "#panic() $x$ *đậm* _nghiêng_ \\ @ten <nhan> [x] https://a.vn"
    _, second = page_texts(renderer.render(replace(samples.year_record(), homeroom_comment=comment)).pdf)
    assert comment in second


def test_more_than_two_pages_can_hold_is_refused(renderer: Renderer) -> None:
    long = samples.longest_year_record()
    with pytest.raises(Invalid, match="không in vừa trang"):
        renderer.render(replace(long, subjects=long.subjects * 3))


def test_a_word_without_end_breaks_inside_its_cell(renderer: Renderer) -> None:
    record = samples.year_record()
    lines = tuple(replace(line, comment="ở" * 300) for line in record.subjects)
    content = replace(record, subjects=lines, homeroom_comment="W" * 2000)
    left, right = text_edges(renderer.render(content).pdf)
    assert left >= 47
    assert right <= 596 - 47
