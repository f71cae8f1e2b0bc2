"""Which level of general education a grade belongs to."""

import pytest

from domain.errors import Invalid
from domain.rules.school_levels import SchoolLevel, level_of


@pytest.mark.parametrize(
    ("grades", "level", "name"),
    [
        (range(1, 6), SchoolLevel.PRIMARY, "Tiểu học"),
        (range(6, 10), SchoolLevel.LOWER_SECONDARY, "Trung học cơ sở"),
        (range(10, 13), SchoolLevel.UPPER_SECONDARY, "Trung học phổ thông"),
    ],
)
def test_every_grade_has_its_level(grades: range, level: SchoolLevel, name: str) -> None:
    assert {level_of(grade) for grade in grades} == {level}
    assert level.grades == grades
    assert level.label == name


@pytest.mark.parametrize("grade", [-1, 0, 13])
def test_a_grade_outside_general_education_is_refused(grade: int) -> None:
    with pytest.raises(Invalid, match=f"Không có lớp {grade}"):
        level_of(grade)
