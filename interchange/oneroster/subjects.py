"""The subjects behind course codes: the one place where packages meet the curriculum."""

from collections.abc import Mapping
from functools import cache

from domain.curriculum import Subject, offered


@cache
def subjects_of(grade: int) -> Mapping[str, Subject]:
    """Every subject a class of this grade can have, by its code, which is the courseCode."""
    return {subject.code: subject for subject in offered(grade)}
