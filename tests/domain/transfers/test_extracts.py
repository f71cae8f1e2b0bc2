"""What must be known of a past year that came on paper, each gap with its own sentence."""

from dataclasses import replace
from typing import Any

import pytest

from domain.errors import Invalid
from domain.transfers.extracts import (
    Checker,
    ExtractedSubject,
    ExtractSource,
    PaperExtract,
    extract_problems,
    sound_extracts,
)

HOMEROOM = Checker("Trần Minh Châu", "079180000002", "Giáo viên chủ nhiệm")
CLERK = Checker("Lê Gia Hân", "079190000004", "Văn thư")
EXTRACT = PaperExtract(
    school_year="2023-2024",
    grade=7,
    class_name="7A2",
    school="Trường THCS Mẫu",
    province="Tỉnh Lâm Đồng",
    result="Khá",
    conduct="Tốt",
    promoted=True,
    subjects=(ExtractedSubject("Toán", "7,8"), ExtractedSubject("Âm nhạc", "Đ")),
    source=ExtractSource.PAPER,
    checked_by=(HOMEROOM, CLERK),
)


def test_a_whole_extract_has_no_problem() -> None:
    assert extract_problems(EXTRACT) == ()
    assert extract_problems(replace(EXTRACT, source=ExtractSource.FOREIGN_PDF, sha256="0" * 64)) == ()
    assert extract_problems(replace(EXTRACT, grade=3, conduct="")) == ()


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"school_year": "2023"}, "school_year", "Năm học phải có dạng 2023-2024"),
        ({"school_year": "2023-2025"}, "school_year", "Năm học phải có dạng"),
        ({"grade": 13}, "grade", "Lớp phải từ 1 đến 12, nhận được 13."),
        ({"class_name": " "}, "class_name", "Tên lớp không được để trống."),
        ({"class_name": "7" * 11}, "class_name", "Tên lớp dài quá 10 ký tự."),
        ({"school": ""}, "school", "Tên trường không được để trống."),
        ({"province": ""}, "province", "Tên tỉnh, thành phố không được để trống."),
        ({"result": ""}, "result", "Kết quả của năm học không được để trống."),
        ({"result": "x" * 51}, "result", "Kết quả của năm học dài quá 50 ký tự."),
        ({"conduct": ""}, "conduct", "Phải ghi kết quả rèn luyện của năm học (từ lớp 6)."),
        ({"conduct": "x" * 51}, "conduct", "Kết quả rèn luyện dài quá 50 ký tự."),
        ({"subjects": ()}, "subjects", "Phải chép kết quả của ít nhất một môn học."),
        ({"subjects": (ExtractedSubject("Toán", " "),)}, "subjects", "Môn học thứ 1 thiếu tên hoặc kết quả."),
        ({"subjects": (EXTRACT.subjects[0],) * 2}, "subjects", "Môn Toán được chép hai lần."),
        ({"sha256": "ABC"}, "sha256", "64 chữ số"),
        ({"source": ExtractSource.FOREIGN_PDF}, "sha256", "phải lưu tệp và ghi mã băm SHA-256"),
        ({"checked_by": (HOMEROOM,)}, "checked_by", "hai người khác nhau"),
        ({"checked_by": (HOMEROOM, replace(CLERK, personal_id=HOMEROOM.personal_id))}, "checked_by", "hai người"),
        ({"checked_by": (HOMEROOM, replace(CLERK, personal_id="12"))}, "checked_by", "số định danh cá nhân 12"),
        ({"checked_by": (HOMEROOM, replace(CLERK, name=""))}, "checked_by", "phải có họ tên"),
    ],
)
def test_each_gap_is_named_with_its_field(changes: dict[str, Any], field: str, words: str) -> None:
    [problem] = extract_problems(replace(EXTRACT, **changes))
    assert problem.field == field
    assert words in problem.message


def test_everything_that_is_wrong_is_said_at_once() -> None:
    wrong = replace(EXTRACT, school="", result="", checked_by=())
    assert [problem.field for problem in extract_problems(wrong)] == ["school", "result", "checked_by"]
    with pytest.raises(Invalid) as refused:
        sound_extracts([wrong])
    assert refused.value.message.count(".") == 3


def test_years_come_in_order_and_none_twice() -> None:
    later = replace(EXTRACT, school_year="2024-2025", grade=8)
    assert sound_extracts([later, EXTRACT]) == (EXTRACT, later)
    with pytest.raises(Invalid, match="Năm học 2023-2024 được chép hai lần"):
        sound_extracts([EXTRACT, later, EXTRACT])


def test_a_year_with_a_sealed_record_is_not_copied_from_paper() -> None:
    with pytest.raises(Invalid, match="Năm học 2023-2024 đã có học bạ số được đóng dấu"):
        sound_extracts([EXTRACT], sealed_years=["2022-2023", "2023-2024"])
