"""How absences, height, weight and health are read."""

import pytest

from domain.attendance import TermFact, read_fact
from domain.errors import Invalid

HEIGHT, WEIGHT, HEALTH = TermFact.HEIGHT_CM, TermFact.WEIGHT_KG, TermFact.HEALTH


@pytest.mark.parametrize(
    ("fact", "entered", "kept"),
    [
        (HEIGHT, "118", "118"),
        (HEIGHT, "118.5", "118,5"),
        (HEIGHT, " 118,5", "118,5"),
        (HEIGHT, "118,0", "118"),
        (HEIGHT, "030", "30"),
        (HEIGHT, "250", "250"),
        (HEIGHT, "", ""),
        (HEIGHT, "  ", ""),
        (WEIGHT, "5", "5"),
        (WEIGHT, "21,5", "21,5"),
        (WEIGHT, "200.0", "200"),
        (HEALTH, "  Bình   thường ", "Bình thường"),
        (HEALTH, "", ""),
        (TermFact.ABSENT_EXCUSED, 0, 0),
        (TermFact.IS_RECOGNISED, True, True),
    ],
)
def test_what_is_entered_is_kept_in_one_form(fact: TermFact, entered: str | int, kept: str | int) -> None:
    assert read_fact(fact, entered) == kept


@pytest.mark.parametrize(
    ("fact", "entered", "words"),
    [
        *(
            (HEIGHT, text, "Chiều cao phải là số từ 30 đến 250 cm")
            for text in ("abc", "29,9", "250,1", "1,18m", "-118")
        ),
        *(
            (HEIGHT, text, "nhiều nhất một chữ số thập phân")
            for text in ("118,55", "118,", "1e2", "٣٠", "１２０", "1180")
        ),
        *((WEIGHT, text, "Cân nặng phải là số từ 5 đến 200 kg") for text in ("nặng", "4.9", "200,5", "21 kg")),
        (HEALTH, "a" * 61, "Sức khoẻ ghi 61 ký tự, quá giới hạn 60 ký tự"),
        (TermFact.ABSENT_EXCUSED, -1, "Số buổi nghỉ có phép không được âm"),
        (TermFact.ABSENT_UNEXCUSED, -1, "Số buổi nghỉ không phép không được âm"),
    ],
)
def test_what_cannot_be_is_refused_in_words(fact: TermFact, entered: str | int, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read_fact(fact, entered)
