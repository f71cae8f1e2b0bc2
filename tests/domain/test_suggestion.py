"""The product's phrases: for every grade, subject and level, printable, short, and none of them twice."""

import re
import unicodedata
from collections import Counter

import pytest

from domain.assessment import SubjectKind, Term
from domain.comments import CommentField, check_comment
from domain.curriculum import HOMEROOM, Subject, offered
from domain.labelled import Labelled
from domain.phrases import LEVELS, check_phrase, comment_field
from domain.primary.levels import OverallResult, QualityLevel, SubjectLevel
from domain.rules.school_levels import SchoolLevel, level_of
from domain.secondary.levels import MeritLevel, PassLevel
from domain.suggestion import Suggestion, suggestions

GRADES = range(1, 13)
LONGEST = 200
LEAST = 3
OF_KIND = {SubjectKind.LEVELLED: SubjectLevel, SubjectKind.SCORED: MeritLevel, SubjectKind.COMMENT: PassLevel}
OF_FIELD = {
    CommentField.QUALITIES: QualityLevel,
    CommentField.GENERAL: QualityLevel,
    CommentField.SPECIFIC: QualityLevel,
    CommentField.HOMEROOM: OverallResult,
}


def levels_of(subject: Subject) -> list[Labelled]:
    return [level for level in OF_KIND[subject.kind] if level != "M"]


def homeroom_levels(grade: int) -> dict[CommentField, type[Labelled]]:
    return OF_FIELD if level_of(grade) is SchoolLevel.PRIMARY else {CommentField.HOMEROOM: MeritLevel}


def everything() -> set[tuple[str, Suggestion]]:
    subjects = {subject.code for grade in GRADES for subject in offered(grade)} | {HOMEROOM}
    return {(subject, each) for subject in subjects for grade in GRADES for each in suggestions(grade, subject)}


@pytest.mark.parametrize("term", Term)
@pytest.mark.parametrize("grade", GRADES)
def test_every_subject_of_every_grade_has_phrases_for_every_level(grade: int, term: Term) -> None:
    for subject in offered(grade):
        for level in levels_of(subject):
            found = suggestions(grade, subject.code, level=level.value, term=term)
            assert len(found) >= LEAST, (subject.code, level)
            assert {(each.item, each.level) for each in found} == {(subject.code, level.value)}


@pytest.mark.parametrize("grade", GRADES)
def test_homeroom_teachers_have_phrases_for_every_comment_and_level(grade: int) -> None:
    for field, kind in homeroom_levels(grade).items():
        for level in kind:
            assert len(suggestions(grade, HOMEROOM, item=field.value, level=level.value)) >= LEAST, (field, level)


@pytest.mark.parametrize("grade", GRADES)
def test_a_grade_is_offered_nothing_of_levels_it_does_not_have(grade: int) -> None:
    for subject in offered(grade):
        assert {each.level for each in suggestions(grade, subject.code)} == {each.value for each in levels_of(subject)}
    assert {each.item for each in suggestions(grade, HOMEROOM)} == {field.value for field in homeroom_levels(grade)}


def test_phrases_are_short_printable_and_speak_to_the_pupil() -> None:
    for subject, each in everything():
        where = comment_field(subject, each.item)
        assert check_phrase(where, each.text) == check_comment(where, each.text) == each.text
        assert unicodedata.is_normalized("NFC", each.text)
        assert len(each.text) <= LONGEST, each.text
        assert re.search(r"\b[Ee]m\b", each.text), each.text
        assert each.text[0].isupper(), each.text
        assert each.text[-1] in ".!", each.text
        assert each.level in LEVELS


def test_phrases_have_no_gaps_to_fill_in() -> None:
    gaps = re.compile(r"[{}\[\]<>_*#]|\.\.\.|…|\s\s")
    assert [each.text for _, each in everything() if gaps.search(each.text)] == []


def test_no_phrase_is_there_twice() -> None:
    times = Counter(each.text.casefold() for _, each in everything())
    assert [text for text, count in times.items() if count > 1] == []


def test_in_grade_1_each_term_has_words_of_its_own() -> None:
    for subject in ("tieng_viet", "toan"):
        first, second = (set(suggestions(1, subject, term=term)) for term in Term)
        assert first & second == set()
        assert first | second == set(suggestions(1, subject))


@pytest.mark.parametrize(("grade", "subject"), [(1, "vat_li"), (4, "tu_nhien_xa_hoi"), (10, "khoa_hoc"), (6, "xyz")])
def test_there_is_nothing_for_a_subject_that_the_grade_does_not_have(grade: int, subject: str) -> None:
    assert suggestions(grade, subject) == ()
