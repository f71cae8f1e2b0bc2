"""Completion, promotion and commendation (Circular 27/2020 art. 11 and 13)."""

import pytest

from domain.primary.levels import OverallResult
from domain.primary.promotion import commendation_title, completion_text, programme_completed, promoted
from tests.domain.primary.samples import CHT, HT, HTT, HTXS

BEST = "Học sinh Xuất sắc"
MODEL = "Học sinh Tiêu biểu hoàn thành tốt trong học tập và rèn luyện"
BY_DECISION = "; được lên lớp theo quyết định của Hiệu trưởng"


@pytest.mark.parametrize(("result", "completed"), [(HTXS, True), (HTT, True), (HT, True), (CHT, False), (None, False)])
def test_every_result_but_the_lowest_completes_and_promotes(result: OverallResult | None, *, completed: bool) -> None:
    assert programme_completed(result) is completed
    assert promoted(result) is completed


@pytest.mark.parametrize("result", [*OverallResult, None])
def test_the_principal_may_promote_any_pupil(result: OverallResult | None) -> None:
    assert promoted(result, principal_decides=True)


@pytest.mark.parametrize(
    ("grade", "result", "decides", "text"),
    [
        *((grade, HT, False, f"Hoàn thành chương trình lớp {grade}") for grade in range(1, 5)),
        *((5, result, False, "Hoàn thành chương trình tiểu học") for result in (HTXS, HTT, HT)),
        (1, CHT, False, "Chưa hoàn thành chương trình lớp 1"),
        (5, CHT, False, "Chưa hoàn thành chương trình tiểu học"),
        (1, CHT, True, f"Chưa hoàn thành chương trình lớp 1{BY_DECISION}"),
        (3, HT, True, "Hoàn thành chương trình lớp 3"),
        (1, None, False, "Thực hiện theo kế hoạch giáo dục cá nhân"),
        (1, None, True, f"Thực hiện theo kế hoạch giáo dục cá nhân{BY_DECISION}"),
    ],
)
def test_the_completion_text_says_what_was_decided(
    grade: int, result: OverallResult | None, *, decides: bool, text: str
) -> None:
    assert completion_text(grade, result, principal_decides=decides) == text


@pytest.mark.parametrize(
    ("result", "recognised", "title"),
    [
        (HTXS, False, BEST),
        (HTXS, True, BEST),
        (HTT, True, MODEL),
        (HTT, False, ""),
        (HT, True, ""),
        (CHT, True, ""),
        (None, True, ""),
    ],
)
def test_titles_follow_article_13(result: OverallResult | None, *, recognised: bool, title: str) -> None:
    assert commendation_title(result, recognised=recognised) == title
