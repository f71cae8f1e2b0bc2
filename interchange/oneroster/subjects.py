"""What the classes of a roster are taught: the one place where packages meet the curriculum."""

from domain.curriculum import Subject, curriculum_for
from domain.rostering import Group


def taught(group: Group) -> tuple[Subject, ...]:
    """The subjects of a class, in the order of the form. Raises Invalid for a grade that is not offered."""
    return curriculum_for(group.grade, optional=group.optional_subjects).subjects


def is_chosen(grade: int, code: str) -> bool:
    """Whether a school chooses to teach this subject. Raises Invalid for one that the grade does not have."""
    if code in {subject.code for subject in curriculum_for(grade).subjects}:
        return False
    return curriculum_for(grade, optional=[code]).subject(code).optional
