"""A reason says something, fits into the database, and can be printed."""

import pytest

from domain.reasons import LONGEST, in_one_line, is_reason


@pytest.mark.parametrize("text", ["Ốm", "", "   ", "x" * (LONGEST + 1), "Nghỉ \x07ốm"])
def test_what_says_too_little_or_cannot_be_printed_is_no_reason(text: str) -> None:
    assert not is_reason(in_one_line(text))


@pytest.mark.parametrize("text", ["Nghỉ", "Chờ giấy tờ.\nGia đình sẽ nộp thứ Hai."])
def test_a_reason_may_have_lines(text: str) -> None:
    assert is_reason(text)
    assert is_reason(in_one_line(text))
