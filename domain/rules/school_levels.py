"""The three levels of general education and the grades of each (Education Law 2019, art. 28)."""

from typing import Final

from domain.errors import Invalid
from domain.labelled import Labelled


class SchoolLevel(Labelled):
    PRIMARY = "primary", "Tiểu học"
    LOWER_SECONDARY = "lower_secondary", "Trung học cơ sở"
    UPPER_SECONDARY = "upper_secondary", "Trung học phổ thông"

    @property
    def grades(self) -> range:
        return _GRADES[self]


_GRADES: Final = {
    SchoolLevel.PRIMARY: range(1, 6),
    SchoolLevel.LOWER_SECONDARY: range(6, 10),
    SchoolLevel.UPPER_SECONDARY: range(10, 13),
}


def level_of(grade: int) -> SchoolLevel:
    """Return the level a grade belongs to; raise Invalid outside 1..12."""
    for level, grades in _GRADES.items():
        if grade in grades:
            return level
    raise Invalid(f"Không có lớp {grade}; giáo dục phổ thông gồm các lớp từ 1 đến 12.")
