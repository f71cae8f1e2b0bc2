"""The papers of matters, read back from the PDF."""

from dataclasses import replace
from itertools import combinations

import pytest

from documents.content import canonical_json
from documents.page import is_tidy
from documents.places import places_of
from documents.render import Renderer
from documents.result_form import result_form
from domain.documents import SheetColumn, SignatureField
from domain.errors import Invalid
from domain.matter_papers import HandoverMinutesContent, MatterPaperContent, Party
from tests.documents import matter_samples, samples
from tests.documents.extract_samples import paper_extract
from tests.documents.matter_samples import (
    DECEASED,
    between_years,
    handover_minutes,
    identity_page,
    longest_minutes,
    secondary_transfer,
    transfer_result,
)
from tests.documents.reading import overlapping_texts, page_texts, tags, text_edges
from tests.documents.test_places import overlap

PAPERS: list[MatterPaperContent] = [
    identity_page(),
    identity_page(5),
    transfer_result(),
    secondary_transfer(),
    between_years(),
    handover_minutes(),
    handover_minutes(60, 3),
    longest_minutes(),
    paper_extract(),
    paper_extract(9),
]


@pytest.mark.parametrize("content", PAPERS)
def test_papers_carry_the_motto_and_count_their_pages(renderer: Renderer, content: MatterPaperContent) -> None:
    pages = page_texts(renderer.render(content).pdf)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc" in pages[0]
    for number, page in enumerate(pages, 1):
        assert page.endswith(f"Mã tra cứu: {content.lookup_code} Trang {number}/{len(pages)}")


@pytest.mark.parametrize("content", PAPERS)
def test_signatures_stand_below_a_last_sentence(renderer: Renderer, content: MatterPaperContent) -> None:
    *earlier, last = page_texts(renderer.render(content).pdf)
    before, _, after = last.partition("(Ký, ghi rõ họ tên")
    assert len(before.split()) > 15
    assert content.signers[0].name in after
    assert not any("(Ký, ghi rõ họ tên" in page for page in earlier)


@pytest.mark.parametrize("content", PAPERS)
def test_nothing_stands_in_the_margins(renderer: Renderer, content: MatterPaperContent) -> None:
    left, right = text_edges(renderer.render(content).pdf)
    width = 842 if content == secondary_transfer() else 596
    assert left >= 46
    assert right <= width - 46


def test_all_that_is_known_of_a_pupil_stands_on_the_page_of_identity(renderer: Renderer) -> None:
    (page,) = page_texts(renderer.render(identity_page()).pdf)
    pupil = identity_page().pupil
    profile = pupil.profile
    known = (pupil.full_name, pupil.sex, pupil.ethnicity, pupil.nationality, pupil.place_of_birth, pupil.register_no)
    family = (profile.father_name, profile.father_occupation, profile.mother_name, profile.mother_occupation)
    for text in (*known, *family, pupil.personal_id, profile.native_place, profile.current_address, "02/02/2019"):
        assert text in page
    assert "HỌC BẠ TIỂU HỌC Trang thông tin học sinh" in page
    assert "Họ và tên người giám hộ: – Nghề nghiệp: –" in page
    assert "Lý do: Mở học bạ. Phiên bản: 1." in page


def test_a_page_after_a_change_of_civil_data_says_by_what_and_instead_of_what(renderer: Renderer) -> None:
    text = " ".join(page_texts(renderer.render(identity_page(5)).pdf))
    assert "Lý do: Cải chính hộ tịch theo Quyết định số 35/QĐ-UBND ngày 11/02/2026." in text
    assert f"Trang này thay thế trang có mã tra cứu {matter_samples.OTHER_CODE}. Phiên bản: 2." in text
    assert text.count("Trường Tiểu học Hoa Phượng Vĩ") == 4 + 4 + 1


def test_five_years_at_one_school_fit_on_one_page(renderer: Renderer) -> None:
    assert len(page_texts(renderer.render(identity_page(5)).pdf)) == 1


def test_a_result_shows_every_mark_beside_its_subject(renderer: Renderer) -> None:
    for content in (transfer_result(), secondary_transfer(), secondary_transfer(regular=10)):
        text = " ".join(page_texts(renderer.render(content).pdf))
        for table in content.tables:
            assert table.name in text
            for line in table.lines:
                marks = [value.replace(".", ",") or "–" for value in line.values]
                assert " ".join((line.name, *marks, line.comment)).strip() in text


def test_a_result_names_the_sealed_files_it_binds(renderer: Renderer) -> None:
    content = secondary_transfer()
    text = "".join(page_texts(renderer.render(content).pdf)).replace(" ", "")
    assert content.sealed_term is not None
    assert f"SHA-256:{content.sealed_term.sha256}" in text
    for year in content.past_years:
        assert f"{year.lookup_code}{year.sha256}" in text


def test_who_leaves_between_years_has_no_table_of_marks(renderer: Renderer) -> None:
    text = " ".join(page_texts(renderer.render(between_years()).pdf))
    assert "không có kết quả nào của năm học đang diễn ra" in text
    assert "Chuyên cần" not in text
    assert "Nội dung còn thiếu" not in text


def test_a_result_lies_on_its_side_only_if_its_marks_need_it() -> None:
    assert not result_form(transfer_result()).is_wide
    assert result_form(secondary_transfer()).is_wide
    assert {table.lettering for table in result_form(secondary_transfer(regular=10)).tables} == {7.5, 10.0}


def test_more_marks_than_a_page_can_hold_are_refused() -> None:
    with pytest.raises(Invalid, match="quá nhiều cột"):
        result_form(secondary_transfer(regular=20))


def test_a_long_value_widens_its_column() -> None:
    content = transfer_result()
    first, *others = content.tables
    columns = (*first.columns[:-1], SheetColumn("note", "Chú", ""))
    lines = tuple(replace(line, values=(*line.values[:-1], "Hoànthànhxuấtsắc")) for line in first.lines)
    wide = replace(content, tables=(replace(first, columns=columns, lines=lines), *others))
    assert result_form(wide).tables[0].marks[-1] > 70


def test_the_heading_of_the_work_is_repeated_on_every_page_of_it(renderer: Renderer) -> None:
    pdf = renderer.render(handover_minutes(60, 3)).pdf
    pages = page_texts(pdf)
    assert len(pages) > 3
    for number, page in enumerate(pages):
        assert "Ô đã nhập" in page
        assert tags(pdf, number).count("TH") >= (9 if number == 0 else 0)
    assert "Lớp, môn học bàn giao: 60 dòng" in pages[0]


def test_codes_of_signed_sheets_stay_in_their_column(renderer: Renderer) -> None:
    pdf = renderer.render(handover_minutes(4)).pdf
    assert overlapping_texts(pdf) == []


def test_minutes_without_a_giver_say_why(renderer: Renderer) -> None:
    (page,) = page_texts(renderer.render(handover_minutes(2, without_giver=DECEASED)).pdf)
    assert f"Biên bản không có chữ ký của người bàn giao: {DECEASED}" in page
    assert "NGƯỜI BÀN GIAO (Ký" not in page
    assert "NGƯỜI NHẬN BÀN GIAO (Ký" in page


@pytest.mark.parametrize("takers", range(1, 12))
@pytest.mark.parametrize("without_giver", ["", DECEASED])
def test_every_signer_of_the_minutes_has_a_place_apart(takers: int, without_giver: str) -> None:
    content = handover_minutes(1, takers, without_giver=without_giver)
    places = places_of(content)
    assert [place.field for place in places] == [signer.field for signer in content.signers]
    assert not any(overlap(one, other) for one, other in combinations(places, 2))
    assert len({place.label for place in places}) == len(places)
    assert places[-1].field == SignatureField.PRINCIPAL


def test_more_takers_than_fit_on_a_page_are_refused(renderer: Renderer) -> None:
    with pytest.raises(Invalid, match="quá nhiều người ký"):
        renderer.render(handover_minutes(1, 16))


@pytest.mark.parametrize(
    "wrong",
    [
        replace(handover_minutes(), signers=handover_minutes().signers[1:]),
        replace(handover_minutes(), without_giver="Đã mất."),
        replace(handover_minutes(), takers=()),
        replace(handover_minutes(), takers=(Party("Một", ""), Party("Hai", ""))),
        replace(handover_minutes(), signers=tuple(reversed(handover_minutes().signers))),
    ],
)
def test_minutes_whose_signers_are_not_those_who_hand_over_are_refused(
    renderer: Renderer, wrong: HandoverMinutesContent
) -> None:
    with pytest.raises(Invalid, match="Người ký biên bản phải là"):
        renderer.render(wrong)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (replace(handover_minutes(), remarks=samples.text(2001)), "Ghi chú dài 2001"),
        (replace(handover_minutes(), reason="Lý do 🎓"), "🎓"),
        (replace(identity_page(), reason=samples.text(301)), "Lý do lập trang"),
        (
            replace(transfer_result(), tables=(replace(transfer_result().tables[0], comment=samples.text(2001)),)),
            "Nhận xét chung",
        ),
    ],
)
def test_what_cannot_be_printed_is_refused(renderer: Renderer, content: MatterPaperContent, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        renderer.render(content)


def test_codes_and_times_are_no_long_words() -> None:
    content = replace(handover_minutes(), effective_at="2026-03-09T00:00:00+07:00")
    for each in (content, identity_page(5)):
        assert is_tidy(canonical_json(each))


def test_unusual_texts_are_printed_as_they_are(renderer: Renderer) -> None:
    odd = "  “Trích” <b> #x $y$ @z \\ _a_ *b* `c` & 50%\nhai dòng "
    content = replace(handover_minutes(), remarks=odd, kind_name=odd)
    assert " ".join(odd.split()) in " ".join(page_texts(renderer.render(content).pdf))


def test_a_draft_of_minutes_has_no_place_for_a_signature(renderer: Renderer) -> None:
    draft = renderer.draft(handover_minutes(60, 3))
    assert all("KHÔNG CÓ GIÁ TRỊ" in page for page in page_texts(draft))
    assert b"/AcroForm" not in draft
