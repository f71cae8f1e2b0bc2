"""A sample school: seeded, generated people and marks, written as the workbooks a school would hand in."""

from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from domain.assessment import Term
from domain.curriculum import curriculum_for
from domain.errors import Invalid, NotFound
from interchange.marks import read_marks, write_marks
from interchange.roster import write_roster
from interchange.sample_school import comments
from interchange.sample_school.people import People, draw_class, draw_staff, header_of
from interchange.sample_school.results import ClassMarks, plan_results, with_slip
from interchange.staff import write_staff

CLASSES: Final = range(1, 13)
PUPILS: Final = range(5, 51)
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


def generate(out: Path, classes: int, pupils: int, seed: int = 1) -> ExampleSet:
    """Write the workbooks of 1..12 grade-1 classes of 5..50 pupils; the same arguments give the same bytes.

    Raises Invalid for a number of classes or pupils out of range.
    """
    if classes not in CLASSES or pupils not in PUPILS:
        raise Invalid(f"Cần từ {CLASSES[0]} đến {CLASSES[-1]} lớp, mỗi lớp từ {PUPILS[0]} đến {PUPILS[-1]} học sinh.")
    out.mkdir(parents=True, exist_ok=True)
    people = People(Random(seed))  # noqa: S311 - sample data, nothing secret
    curriculum = curriculum_for(1)
    class_names = tuple(f"1A{number}" for number in range(1, classes + 1))
    write_staff(out / STAFF_FILE, draw_staff(people, class_names, curriculum), curriculum)
    for index, class_name in enumerate(class_names):
        header = header_of(class_name)
        members = draw_class(people, pupils, index * pupils)
        write_roster(_roster_path(out, class_name), header, members)
        marks = ClassMarks(people.random, curriculum, header, members, plan_results(people.random, pupils))
        for term in Term:
            book = marks.draw(term)
            has_slip = index == 0 and term is Term.HK1
            write_marks(_marks_path(out, class_name, term), with_slip(book) if has_slip else book, curriculum)
    return find_examples(out, class_names)


def find_examples(folder: Path, class_names: tuple[str, ...]) -> ExampleSet:
    """Return the sample workbooks of a folder; raise NotFound if one of them, or the slip, is not there."""
    examples = ExampleSet(
        staff=folder / STAFF_FILE,
        rosters={name: _roster_path(folder, name) for name in class_names},
        marks={(name, term): _marks_path(folder, name, term) for name in class_names for term in Term},
        rework=_find_rework(_marks_path(folder, class_names[0], Term.HK1), class_names[0]),
    )
    for path in (examples.staff, *examples.rosters.values(), *examples.marks.values()):
        if not path.is_file():
            raise NotFound(f"Thiếu tệp mẫu {path.name}.")
    return examples


def _find_rework(path: Path, class_name: str) -> Rework:
    if not path.is_file():
        raise NotFound(f"Thiếu tệp mẫu {path.name}.")
    entries = read_marks(path, curriculum_for(1)).subjects[comments.REWORK_SUBJECT]
    for code, entry in entries.items():
        if entry.comment == comments.WRONG_COMMENT:
            return Rework(
                class_name=class_name,
                pupil_code=code,
                subject=comments.REWORK_SUBJECT,
                wrong_value=comments.WRONG_COMMENT,
                corrected_value=comments.CORRECTED_COMMENT,
                reason=comments.REWORK_REASON,
            )
    raise NotFound(f"Tệp {path.name} không có nhận xét sai của bộ mẫu.")


def _roster_path(folder: Path, class_name: str) -> Path:
    return folder / f"danh_sach_{class_name}.xlsx"


def _marks_path(folder: Path, class_name: str, term: Term) -> Path:
    return folder / f"diem_{_TERM_FILES[term]}_{class_name}.xlsx"
