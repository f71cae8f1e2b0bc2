"""The comments of a record: which there are, how long they may be, and which characters can be printed."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from domain.errors import Invalid
from domain.labelled import Labelled


class CommentField(Labelled):
    """What is written in words; but for the subject's, the codes are also the `item` of the homeroom slot's cells."""

    SUBJECT = "subject", "Nhận xét môn học"
    QUALITIES = "qualities", "Nhận xét phẩm chất"
    GENERAL = "general_competencies", "Nhận xét năng lực chung"
    SPECIFIC = "specific_competencies", "Nhận xét năng lực đặc thù"
    HOMEROOM = "homeroom", "Nhận xét của giáo viên chủ nhiệm"
    COMMENDED_IN_YEAR = "commended_in_year", "Khen thưởng đột xuất"
    SUMMER_TRAINING = "summer_training", "Kết quả rèn luyện trong kì nghỉ hè"
    COMPETITIONS = "competitions", "Kết quả tham gia các cuộc thi"
    CERTIFICATES = "certificates", "Chứng chỉ"


# Characters, after NFC. The national record's own limits, but for four that are ours, so that a pupil's year fits the
# form's two pages: the subject's comment (2000 there, not exchanged in primary school), commendations in the year and
# competitions (2000 there), certificates.
COMMENT_LIMITS: Final[Mapping[CommentField, int]] = {
    CommentField.SUBJECT: 300,
    CommentField.QUALITIES: 500,
    CommentField.GENERAL: 500,
    CommentField.SPECIFIC: 500,
    CommentField.HOMEROOM: 2000,
    CommentField.COMMENDED_IN_YEAR: 300,
    CommentField.SUMMER_TRAINING: 500,
    CommentField.COMPETITIONS: 500,
    CommentField.CERTIFICATES: 300,
}
# What the documents' typeface holds: Latin with its accents, punctuation, and the signs people type in comments.
# Checked at entry, because after the freeze it would be too late.
_UNPRINTABLE: Final = re.compile(r"[^\n -~\u00a0-\u024f\u0300-\u0323\u1e00-\u1eff\u2010-\u2026\u2030-\u203a\u20ab]")


# Signs that nobody sees or types on purpose: no-break spaces, zero-width ones, and letters that only look like Đ.
_CLEANED: Final = {
    **dict.fromkeys(map(ord, "\u00a0\u2007\u202f"), " "),
    **dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad")),
    **dict.fromkeys(code for code in range(32) if chr(code) not in "\t\n\r"),
    ord("Ð"): "Đ",
    ord("Ɖ"): "Đ",
    ord("ð"): "đ",
    ord("ɖ"): "đ",
}


def cleaned(text: str) -> str:
    """Return a text in NFC without outer space, unseen signs and letters that only look like Đ."""
    return unicodedata.normalize("NFC", text.translate(_CLEANED)).strip()


def check_comment(where: CommentField, text: str) -> str:
    """Return the comment in NFC without outer space.

    Raises Invalid saying how many characters are too many, or which character no document can print.
    """
    comment = cleaned(text)
    unprintable = _UNPRINTABLE.search(comment)
    if unprintable:
        raise Invalid(f"Ký tự “{unprintable[0]}” không in được trên học bạ; hãy bỏ ký tự này.")
    limit = COMMENT_LIMITS[where]
    if len(comment) > limit:
        raise Invalid(
            f"{where.label} dài {len(comment)} ký tự, quá giới hạn {limit} ký tự là {len(comment) - limit} ký tự."
        )
    return comment
