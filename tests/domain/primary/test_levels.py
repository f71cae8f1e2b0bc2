"""Levels and scores as people write them (Circular 27/2020 art. 7)."""

import pytest

from domain.assessment import EXEMPT, Score
from domain.errors import Invalid
from domain.primary.levels import SubjectLevel, parse_quality_level, parse_score, parse_subject_level
from tests.domain.primary.samples import MET, C, H, M, T


@pytest.mark.parametrize(
    ("text", "level"), [("T", T), (" h ", H), ("m", M), ("hoàn  thành TỐT", T), ("Chưa hoàn thành", C), ("Miễn", M)]
)
def test_subject_levels_are_read_by_code_or_name(text: str, level: SubjectLevel) -> None:
    assert parse_subject_level(text) is level


@pytest.mark.parametrize("text", ["Đ", "đ", "D", "d", "Ð", "Đạt", "ĐẠT"])
def test_the_level_met_is_read_from_every_way_to_type_it(text: str) -> None:
    assert parse_quality_level(text) is MET
    assert MET == "\u0110"


@pytest.mark.parametrize("text", ["", "X", "Đ", "TT"])
def test_an_unknown_subject_level_is_refused_with_the_choices(text: str) -> None:
    with pytest.raises(Invalid, match=r"chỉ nhận T \(Hoàn thành tốt\), H"):
        parse_subject_level(text)


@pytest.mark.parametrize("text", ["", "H", "M", "Khá"])
def test_an_unknown_quality_level_is_refused_with_the_choices(text: str) -> None:
    with pytest.raises(Invalid, match=r"không phải .* Đ \(Đạt\)"):
        parse_quality_level(text)


@pytest.mark.parametrize(
    ("value", "score"), [("0", 0), ("10", 10), (9, 9), (9.0, 9), (" 8,0 ", 8), ("m", EXEMPT), ("M", EXEMPT)]
)
def test_whole_scores_and_exemptions_are_read(value: str | float, score: Score) -> None:
    assert parse_score(value) == score


@pytest.mark.parametrize("value", ["", "8.5", 8.5, "7,5", "-1", "chín", "1.2.3", "٩"])
def test_anything_but_a_whole_score_is_refused(value: str | float) -> None:
    with pytest.raises(Invalid, match="số nguyên từ 0 đến 10"):
        parse_score(value)


def test_a_score_above_ten_is_refused() -> None:
    with pytest.raises(Invalid, match="Điểm 11 vượt quá thang điểm 10"):
        parse_score("11")


def test_a_number_of_thousands_of_digits_is_a_score_like_any_other() -> None:
    assert parse_score("0" * 5000 + "9") == 9
    with pytest.raises(Invalid, match="vượt quá thang điểm 10"):
        parse_score("9" * 5000)
