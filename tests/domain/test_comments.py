"""How long a comment may be, and which characters it may hold."""

import pytest

from domain.comments import COMMENT_LIMITS, CommentField, check_comment
from domain.errors import Invalid

LIMITS = {
    "subject": 300,
    "qualities": 500,
    "general_competencies": 500,
    "specific_competencies": 500,
    "homeroom": 2000,
    "commended_in_year": 300,
    "summer_training": 500,
    "competitions": 500,
    "certificates": 300,
}


def test_every_comment_has_a_limit() -> None:
    assert {field.value: limit for field, limit in COMMENT_LIMITS.items()} == LIMITS
    assert set(COMMENT_LIMITS) == set(CommentField)


@pytest.mark.parametrize("where", CommentField)
def test_a_comment_may_be_as_long_as_its_limit_and_no_longer(where: CommentField) -> None:
    limit = LIMITS[where.value]
    assert check_comment(where, "ẫ" * limit) == "ẫ" * limit
    with pytest.raises(Invalid) as refused:
        check_comment(where, "ẫ" * (limit + 2))
    too_long = f"dài {limit + 2} ký tự, quá giới hạn {limit} ký tự là 2 ký tự."
    assert refused.value.message == f"{where.label} {too_long}"


def test_a_comment_is_kept_and_counted_in_nfc() -> None:
    decomposed = "a\u0302\u0303" * 300
    assert check_comment(CommentField.SUBJECT, f" {decomposed}\n") == "ẫ" * 300


@pytest.mark.parametrize("sign", ["😀", "漢", "\t"])
def test_a_comment_with_a_character_no_document_can_print_is_refused(sign: str) -> None:
    with pytest.raises(Invalid, match="không in được"):
        check_comment(CommentField.SUBJECT, f"Em học {sign} tốt")


def test_a_comment_keeps_vietnamese_letters_and_usual_signs() -> None:
    text = "Em đọc “rõ”, viết đẹp – tiến bộ 50%… (Ứng, Ỹ, ờ)\nGiữ gìn sách vở."
    assert check_comment(CommentField.SUBJECT, text) == text


def test_unseen_signs_go_and_letters_that_only_look_like_d_are_mended() -> None:
    assert (
        check_comment(CommentField.SUBJECT, " Ð\u00e3 ti\u00e9n\u00a0b\u1ed9\u200b. ")
        == "\u0110\u00e3 ti\u00e9n b\u1ed9."
    )
