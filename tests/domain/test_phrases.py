"""Which phrases a teacher may keep."""

import pytest

from domain.comments import CommentField
from domain.curriculum import HOMEROOM
from domain.errors import Invalid, NotFound
from domain.phrases import PHRASE_LIMIT, check_level, check_phrase, comment_field


@pytest.mark.parametrize(
    ("subject", "item", "field"),
    [
        ("toan", "toan", CommentField.SUBJECT),
        ("vat_li", "vat_li", CommentField.SUBJECT),
        (HOMEROOM, "qualities", CommentField.QUALITIES),
        (HOMEROOM, "homeroom", CommentField.HOMEROOM),
    ],
)
def test_a_phrase_is_for_a_comment_that_some_grade_has(subject: str, item: str, field: CommentField) -> None:
    assert comment_field(subject, item) is field


@pytest.mark.parametrize(
    ("subject", "item"), [("toan", "am_nhac"), ("toan", "qualities"), (HOMEROOM, "subject"), ("xyz", "xyz")]
)
def test_other_items_are_not_found(subject: str, item: str) -> None:
    with pytest.raises(NotFound):
        comment_field(subject, item)


def test_a_phrase_is_kept_as_its_cell_would_keep_it() -> None:
    assert check_phrase(CommentField.SUBJECT, "  Em ho\u0323c tốt. ") == "Em học tốt."


@pytest.mark.parametrize(
    ("where", "text", "told"),
    [
        (CommentField.SUBJECT, " ", "chưa có nội dung"),
        (CommentField.SUBJECT, "x" * 301, "quá giới hạn 300"),
        (CommentField.HOMEROOM, "x" * (PHRASE_LIMIT + 1), "tối đa 500 ký tự"),
        (CommentField.SUBJECT, "Giỏi 👍", "không in được"),
    ],
)
def test_a_phrase_that_its_cell_could_not_take_is_refused(where: CommentField, text: str, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        check_phrase(where, text)


@pytest.mark.parametrize("level", ["", "T", "CĐ", "HTXS"])
def test_levels_are_those_of_some_scale(level: str) -> None:
    assert check_level(level) == level


@pytest.mark.parametrize("level", ["M", "A", "Tốt"])
def test_other_levels_are_refused(level: str) -> None:
    with pytest.raises(Invalid, match="không phải là mức"):
        check_level(level)
