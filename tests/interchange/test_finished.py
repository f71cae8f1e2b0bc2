"""Sentences whose places are filled already are said in English, and nothing that is not ours is touched."""

from collections.abc import Sequence

import pytest
from babel.messages.catalog import Catalog

from interchange.catalogues import catalogue
from interchange.finished import FinishedSentences

WORDS = {
    "Toán": "Maths",
    "Ngữ văn": "Literature",
    "Hoạt động trải nghiệm, hướng nghiệp": "Career Guidance",
    "Học kì I": "Term 1",
    "Đạt": "Pass",
    "Ngày sinh chưa đúng.": "The date of birth is wrong.",
    "Hãy xem lại.": "Please check.",
    "Mã học sinh %(code)s: %(message)s": "Pupil code %(code)s: %(message)s",
    "Chưa gửi: %(names)s.": "Not submitted: %(names)s.",
    "Chưa đạt mức %(level)s vì có %(why)s.": "Below %(level)s because of %(why)s.",
    "Tệp thiếu cột “%(heading)s”.": "The column “%(heading)s” is missing.",
    "“%(text)s” không phải là mức đánh giá.": "“%(text)s” is not a level.",
    "“%(text)s” không phải là mức đánh giá của môn.": "“%(text)s” is not a level of the subject.",
    "Đã xong %(part)s%% phần %(name)s.": "%(part)s%% of %(name)s are done.",
    "Từ lúc xem, %(told)s đã đổi. Hãy tải lại.": "%(told)s has changed since. Please reload.",
    "%(value)s; dòng này bị bỏ qua.": "%(value)s; this row is left out.",
    "Lớp %(name)s": "Class %(name)s",
    "Sổ %(name)s đã mở, %(name)s chưa có ai.": "%(name)s is open and empty.",
    "%(first)s: %(second)s": "%(first)s – %(second)s",
}
NUMBERED = {
    "%(names)s và %(count)s mục khác": ("%(names)s and one more", "%(names)s and %(count)s more"),
    "có %(count)s môn chưa đạt": ("%(count)s subject is not passed", "%(count)s subjects are not passed"),
}


@pytest.fixture(scope="module")
def english() -> FinishedSentences:
    words = Catalog(locale="en")
    for vietnamese, said in WORDS.items():
        words.add(vietnamese, said)
    for vietnamese, forms in NUMBERED.items():
        words.add((vietnamese, vietnamese), forms)
    return FinishedSentences(words)


SAID = [
    ("Chưa gửi: Toán.", "Not submitted: Maths."),
    ("Chưa gửi: Toán, Ngữ văn.", "Not submitted: Maths, Literature."),
    ("Chưa gửi: Toán và Ngữ văn.", "Not submitted: Maths and Literature."),
    ("Chưa gửi: Hoạt động trải nghiệm, hướng nghiệp, Toán.", "Not submitted: Career Guidance, Maths."),
    ("Chưa gửi: Toán (học kì I).", "Not submitted: Maths (term 1)."),
    ("Chưa gửi: Toán, Ngữ văn và 2 mục khác.", "Not submitted: Maths, Literature and 2 more."),
    ("Chưa gửi: Toán và 1 mục khác.", "Not submitted: Maths and one more."),
    ("Chưa gửi: Toán. Hãy xem lại.", "Not submitted: Maths. Please check."),
    ("Toán 6,5", "Maths 6,5"),
    ("Mã học sinh 7901: Ngày sinh chưa đúng.", "Pupil code 7901: The date of birth is wrong."),
    ("Mã học sinh 7901: Chưa gửi: Toán.", "Pupil code 7901: Not submitted: Maths."),
    ("Chưa đạt mức Đạt vì có có 2 môn chưa đạt.", "Below Pass because of 2 subjects are not passed."),
    ("Ngày sinh chưa đúng; dòng này bị bỏ qua.", "The date of birth is wrong; this row is left out."),
    ("Từ lúc xem, Toán đã đổi. Hãy tải lại.", "Maths has changed since. Please reload."),
    ("Lớp 1A1", "Class 1A1"),
    ("Sổ 1A1 đã mở, 1A1 chưa có ai.", "1A1 is open and empty."),
]


@pytest.mark.parametrize(("finished", "said"), SAID)
def test_what_fills_a_sentence_is_said_in_the_same_language(
    english: FinishedSentences, finished: str, said: str
) -> None:
    assert english.gettext(finished) == said


TYPED = ["(a+b)*[c]? ^$ \\d{2} |.", "100%", "%(text)s", "%s", "Toán", "nhiều\ndòng", "", "“”"]


@pytest.mark.parametrize("typed", TYPED)
def test_what_was_typed_stays_as_it_is(english: FinishedSentences, typed: str) -> None:
    assert english.gettext(f"“{typed}” không phải là mức đánh giá.") == f"“{typed}” is not a level."
    assert english.gettext(f"Tệp thiếu cột “{typed}”.") == f"The column “{typed}” is missing."


def test_percent_signs_of_a_sentence_are_its_own(english: FinishedSentences) -> None:
    assert english.gettext("Đã xong 50% phần 7%.") == "50% of 7% are done."


def test_the_pattern_with_most_words_of_its_own_is_taken(english: FinishedSentences) -> None:
    """The shorter one would fit, too, with half of the longer one as a value."""
    assert english.gettext("“Giỏi” không phải là mức đánh giá của môn.") == "“Giỏi” is not a level of the subject."


NOT_OURS = [
    "",
    "Nguyễn Văn Toán",
    "Trần Thị Lớp",
    "Nghỉ ốm, Toán còn thiếu",
    "Lớp đã chuyển sang cơ sở khác",  # more than a name after the only word of the pattern
    "Đã họp: cả tổ",  # a pattern without words of its own fits anything
    "Mã học sinh 7901: Em đã chuyển trường.",  # a sentence within, which is not ours
    "Toán học",
    "Sổ 1A1 đã mở, 1A2 chưa có ai.",
    "có nhiều môn chưa đạt",
    "Chưa gửi: Toán. Em đã nghỉ.",
    "Lớp " * 500,
]


@pytest.mark.parametrize("text", NOT_OURS)
def test_what_is_not_surely_ours_stays_as_it_is(english: FinishedSentences, text: str) -> None:
    assert english.gettext(text) == text


LONG = ["Lớp a: ", "và ", "“a” không phải là “", "Chưa gửi: ", "Toán, Lớp ", "có 1 môn "]


@pytest.mark.parametrize("part", LONG)
def test_no_text_is_a_puzzle(part: str) -> None:
    """Texts are looked at to a bounded depth and length, whatever stands in them."""
    text = part * (3000 // len(part))
    assert catalogue("en").gettext(text) == text
    assert isinstance(catalogue("en").gettext(text[:990]), str)


REFUSALS: Sequence[tuple[str, str]] = [
    (
        "Chưa đạt: chưa đủ mức Đạt vì có 1 môn dưới 3,5: Toán 1,9; có 2 môn nhận xét Chưa đạt: Tin học, Nghệ thuật.",
        """Not pass: short of Pass: 1 subject is below 3,5: Maths 1,9; 2 subjects assessed by comments are Not pass: \
Informatics, Arts.""",
    ),
    (
        "Hồ sơ đang ở bước “Đang nhập”, chưa làm được việc này. (2 học sinh)",
        "The record is at the step ‘Being entered’, so this cannot be done yet. (2 pupils)",
    ),
    ("Mã học sinh 7901234567 đã có ở dòng 4.", "The pupil code 7901234567 already stands in row 4."),
    ("Chưa gửi: Toán (học kì I), phần chủ nhiệm.", "Not submitted: Maths (term 1), the homeroom part."),
    (
        "Mức Hoàn thành nhưng điểm kiểm tra là 9: cần xem lại.",
        "The level is Completion but the test score is 9: please check.",
    ),
]


@pytest.mark.parametrize(("finished", "said"), REFUSALS)
def test_refusals_of_ours_are_said_in_english(finished: str, said: str) -> None:
    assert catalogue("en").gettext(finished) == said
    assert catalogue("vi").gettext(finished) == finished
