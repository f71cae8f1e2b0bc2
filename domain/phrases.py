"""Phrases that teachers keep for their comments: what each is for, and which texts may be kept."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from domain.comments import CommentField, check_comment
from domain.curriculum import HOMEROOM, offered
from domain.errors import Invalid, NotFound
from domain.primary.levels import OverallResult, QualityLevel, SubjectLevel
from domain.rules.school_levels import SchoolLevel
from domain.secondary.levels import MeritLevel, PassLevel

PHRASE_LIMIT: Final = 500  # characters: a phrase, not a whole report

_LEVEL_KINDS: Final = (SubjectLevel, QualityLevel, MeritLevel, PassLevel, OverallResult)
# What a comment may be about: the level of a subject, quality or competency, or the result of the year.
LEVELS: Final = ("", *dict.fromkeys(level.value for kind in _LEVEL_KINDS for level in kind if level != SubjectLevel.M))


def comment_field(subject: str, item: str) -> CommentField:
    """Which comment a slot's item is: of a subject's slot its own code, of the homeroom slot one of the fields.

    Raises NotFound for a subject or item that no grade has.
    """
    if subject == HOMEROOM and item in set(CommentField) - {CommentField.SUBJECT}:
        return CommentField(item)
    if subject != HOMEROOM and subject == item and subject in _subjects():
        return CommentField.SUBJECT
    raise NotFound("Không có ô nhận xét này.")


@cache
def _subjects() -> Mapping[str, str]:
    """The names of all subjects, by code; a later grade's name of a code counts."""
    return {each.code: each.name for level in SchoolLevel for grade in level.grades for each in offered(grade)}


def place_name(subject: str, item: str) -> str:
    """What people call the comment that a phrase is for."""
    field = comment_field(subject, item)
    return _subjects()[subject] if field is CommentField.SUBJECT else field.label


def check_phrase(where: CommentField, text: str) -> str:
    """Return the phrase as it is kept. Raises Invalid for an empty one, or one that its cell could not take."""
    phrase = check_comment(where, text)
    if not phrase:
        raise Invalid("Mẫu nhận xét chưa có nội dung.")
    if len(phrase) > PHRASE_LIMIT:
        raise Invalid(f"Mẫu nhận xét dài {len(phrase)} ký tự; chỉ lưu được mẫu dài tối đa {PHRASE_LIMIT} ký tự.")
    return phrase


def check_level(level: str) -> str:
    """Return the level's code; raises Invalid for one that no scale has."""
    if level not in LEVELS:
        raise Invalid(f"“{level}” không phải là mức đánh giá.")
    return level
