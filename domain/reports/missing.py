"""What is still missing or doubtful in the data of a class or a school: cells, personal ids, national fields."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from domain.assessment import Term
from domain.documents import SchoolContent
from domain.identity import Sex, check_personal_id


@dataclass(frozen=True)
class MissingCells:
    """The empty cells of one pupil in one slot; `teacher` is "" where nobody is assigned."""

    class_name: str
    slot_name: str
    teacher: str
    pupil_code: str
    full_name: str
    cells: tuple[str, ...]  # headings


@dataclass(frozen=True)
class PupilProblem:
    """Something about a pupil's own data, as a sentence."""

    class_name: str
    pupil_code: str
    full_name: str
    problem: str


@dataclass(frozen=True)
class MissingReport:
    """`class_name` is "" for a whole school; `fields` are those of the national record, None where nobody checked."""

    school: SchoolContent
    school_year: str
    term: Term
    class_name: str
    cells: tuple[MissingCells, ...]
    ids: tuple[PupilProblem, ...]
    fields: tuple[PupilProblem, ...] | None = None


def id_problems(personal_id: str, sex: Sex, birth_date: date, codes: Collection[str]) -> tuple[str, ...]:
    """Say what is wrong with a pupil's id; `codes` are the findings that nobody has settled yet."""
    if not personal_id:
        return ("Chưa có số định danh cá nhân.",)
    found = check_personal_id(personal_id, sex, birth_date)
    return tuple(finding.message for finding in found if finding.code in codes)
