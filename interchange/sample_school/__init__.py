"""A sample school: seeded, generated people and marks, written as the workbooks a school would hand in."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from domain.assessment import Term, points_of
from domain.curriculum import Curriculum, curriculum_for
from domain.entry import CellKey
from domain.errors import Invalid, NotFound
from domain.scales import CellKind
from interchange.marks import read_marks, write_marks
from interchange.roster import RosterHeader, RosterRow, write_roster
from interchange.sample_school import comments
from interchange.sample_school.people import People, draw_class, draw_staff, header_of
from interchange.sample_school.results import PrimaryMarks, plan_results, with_slip
from interchange.sample_school.secondary import SecondaryMarks, plan_levels
from interchange.staff import write_staff

CLASSES: Final = range(1, 13)
PUPILS: Final = range(5, 51)
OTHER_GRADES: Final = ("4A1", "6A1")
STAFF_FILE: Final = "nhan_su.xlsx"
_TERM_FILES: Final = {Term.HK1: "hk1", Term.YEAR_END: "cuoi_nam"}


@dataclass(frozen=True)
class Rework:
    """The one HK1 record that homeroom review sends back: whose comment is wrong, why, and what corrects it."""

    class_name: str
    pupil_code: str
    subject: str
    wrong_value: str
    corrected_value: str
    reason: str


@dataclass(frozen=True)
class ExampleSet:
    """The workbooks of a folder, by class name, and by class name and term."""

    staff: Path
    rosters: dict[str, Path]
    marks: dict[tuple[str, Term], Path]
    rework: Rework


def class_names(grade_1: int, others: Sequence[str] = OTHER_GRADES) -> tuple[str, ...]:
    """The sample's classes: so many of grade 1, and those of other grades."""
    return (*(f"1A{number}" for number in range(1, grade_1 + 1)), *others)


def generate(out: Path, names: Sequence[str], pupils: int, seed: int = 1) -> ExampleSet:
    """Write the workbooks of 1..12 classes of 5..50 pupils, the first of grade 1; the same arguments, the same bytes.

    Raises Invalid for a number of classes or pupils out of range.
    """
    if len(names) not in CLASSES or pupils not in PUPILS:
        raise Invalid(f"Cần từ {CLASSES[0]} đến {CLASSES[-1]} lớp, mỗi lớp từ {PUPILS[0]} đến {PUPILS[-1]} học sinh.")
    out.mkdir(parents=True, exist_ok=True)
    people = People(Random(seed))  # noqa: S311 - sample data, nothing secret
    write_staff(out / STAFF_FILE, draw_staff(people, names))
    for index, name in enumerate(names):
        header = header_of(name)
        curriculum = curriculum_for(header.grade)
        members = draw_class(people, header.grade, pupils, index * pupils)
        write_roster(_roster_path(out, name), header, members)
        marks = _marks(people.random, curriculum, header, members)
        for term in Term:
            book = marks.draw(term)
            has_slip = index == 0 and term is Term.HK1
            write_marks(_marks_path(out, name, term), with_slip(book) if has_slip else book, curriculum)
    return find_examples(out, names)


def _marks(
    random: Random, curriculum: Curriculum, header: RosterHeader, members: tuple[RosterRow, ...]
) -> PrimaryMarks | SecondaryMarks:
    if curriculum.is_primary:
        return PrimaryMarks(random, curriculum, header, members, plan_results(random, len(members)))
    return SecondaryMarks(random, curriculum, header, members, plan_levels(random, len(members)))


def find_examples(folder: Path, names: Sequence[str]) -> ExampleSet:
    """Return the sample workbooks of a folder; raise NotFound if one of them, or the slip, is not there."""
    examples = ExampleSet(
        staff=folder / STAFF_FILE,
        rosters={name: _roster_path(folder, name) for name in names},
        marks={(name, term): _marks_path(folder, name, term) for name in names for term in Term},
        rework=_find_rework(_marks_path(folder, names[0], Term.HK1), names[0]),
    )
    for path in (examples.staff, *examples.rosters.values(), *examples.marks.values()):
        if not path.is_file():
            raise NotFound(f"Thiếu tệp mẫu {path.name}.")
    return examples


def _find_rework(path: Path, class_name: str) -> Rework:
    if not path.is_file():
        raise NotFound(f"Thiếu tệp mẫu {path.name}.")
    subject = comments.REWORK_SUBJECT
    comment = CellKey(subject, points_of(Term.HK1)[1], CellKind.COMMENT)
    for code, values in read_marks(path, curriculum_for(1)).slots[subject].items():
        if values.get(comment) == comments.WRONG_COMMENT:
            return Rework(
                class_name=class_name,
                pupil_code=code,
                subject=subject,
                wrong_value=comments.WRONG_COMMENT,
                corrected_value=comments.CORRECTED_COMMENT,
                reason=comments.REWORK_REASON,
            )
    raise NotFound(f"Tệp {path.name} không có nhận xét sai của bộ mẫu.")


def _roster_path(folder: Path, class_name: str) -> Path:
    return folder / f"danh_sach_{class_name}.xlsx"


def _marks_path(folder: Path, class_name: str, term: Term) -> Path:
    return folder / f"diem_{_TERM_FILES[term]}_{class_name}.xlsx"
