"""The sample school: reproducible, complete, and leading to the planned results."""

from collections import Counter
from pathlib import Path

import pytest

from domain.assessment import OverallResult, Term, overall_result
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL, curriculum_for
from domain.entry import missing_cells, subject_warnings, year_assessment
from domain.errors import Invalid, NotFound
from domain.identity import name_sort_key
from interchange.marks import MarkBook, read_marks
from interchange.roster import read_roster
from interchange.sample_school import ExampleSet, find_examples, generate
from interchange.staff import StaffRole, read_staff

GRADE_1 = curriculum_for(1)
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> ExampleSet:
    return generate(tmp_path_factory.mktemp("sample"), 2, 35)


def books(sample: ExampleSet) -> list[MarkBook]:
    return [read_marks(path, GRADE_1) for path in sample.marks.values()]


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two, other = (generate(tmp_path / name, 1, 5, seed) for name, seed in (("a", 4), ("b", 4), ("c", 5)))
    for first, second in zip(sorted((tmp_path / "a").iterdir()), sorted((tmp_path / "b").iterdir()), strict=True):
        assert first.read_bytes() == second.read_bytes()
    assert one.rework == two.rework
    assert read_roster(one.rosters["1A1"]).pupils != read_roster(other.rosters["1A1"]).pupils


def test_the_committed_workbooks_are_what_the_generator_writes(sample: ExampleSet) -> None:
    committed = find_examples(EXAMPLES, ("1A1", "1A2"))
    assert committed.rework == sample.rework
    for name, path in committed.rosters.items():
        assert read_roster(path) == read_roster(sample.rosters[name])
    for key, path in committed.marks.items():
        assert read_marks(path, GRADE_1) == read_marks(sample.marks[key], GRADE_1)
    assert read_staff(committed.staff, GRADE_1) == read_staff(sample.staff, GRADE_1)


def test_rosters_read_without_problems_and_nobody_comes_twice(sample: ExampleSet) -> None:
    rosters = [read_roster(path) for path in sample.rosters.values()]
    pupils = [pupil for roster in rosters for pupil in roster.pupils]
    assert [roster.problems for roster in rosters] == [(), ()]
    assert len({pupil.pupil_code for pupil in pupils}) == len({pupil.personal_id for pupil in pupils}) == 70
    assert {pupil.birth_date.year for pupil in pupils} == {2020}
    for roster in rosters:
        assert sorted(roster.pupils, key=lambda pupil: name_sort_key(pupil.full_name)) == list(roster.pupils)


def test_every_slot_of_both_terms_could_submit(sample: ExampleSet) -> None:
    for book in books(sample):
        assert book.problems == ()
        for slot in GRADE_1.slots:
            entries = book.homeroom if slot == HOMEROOM else book.subjects[slot]
            assert len(entries) == 35
            assert all(missing_cells(GRADE_1, book.header.term, slot, entry) == () for entry in entries.values())
        assert not any(subject_warnings(entry) for rows in book.subjects.values() for entry in rows.values())


def test_the_year_ends_with_the_planned_share_of_results(sample: ExampleSet) -> None:
    for class_name in ("1A1", "1A2"):
        book = read_marks(sample.marks[class_name, Term.YEAR_END], GRADE_1)
        years = [
            year_assessment(GRADE_1, {slot: rows[code] for slot, rows in book.subjects.items()}, homeroom)
            for code, homeroom in book.homeroom.items()
        ]
        counts = Counter(overall_result(year).result for year in years)
        assert [counts[result] for result in OverallResult] == [9, 12, 13, 1]


def test_exactly_one_comment_is_to_be_returned_for_rework(sample: ExampleSet) -> None:
    rework = sample.rework
    wrong = [
        (book.header.class_name, book.header.term, code, subject)
        for book in books(sample)
        for subject, rows in book.subjects.items()
        for code, entry in rows.items()
        if entry.comment == rework.wrong_value
    ]
    assert wrong == [(rework.class_name, Term.HK1, rework.pupil_code, rework.subject)]
    assert rework.corrected_value != rework.wrong_value
    assert rework.reason


def test_every_slot_of_every_class_has_one_signer(sample: ExampleSet) -> None:
    staff = read_staff(sample.staff, GRADE_1)
    assert staff.problems == ()
    assert Counter(person.role for person in staff.people)[StaffRole.TEACHER] == 2 + 3
    filled = sorted((job.class_name, job.slot) for job in staff.assignments if job.is_signer)
    wanted = [("", PRINCIPAL), ("", SEAL), *((name, slot) for name in sample.rosters for slot in GRADE_1.slots)]
    assert filled == sorted(wanted)


@pytest.mark.parametrize(("classes", "pupils", "seed"), [(1, 5, 2), (1, 5, 3), (3, 12, 9), (12, 50, 1)])
def test_any_size_in_range_can_be_made(classes: int, pupils: int, seed: int, tmp_path: Path) -> None:
    sample = generate(tmp_path, classes, pupils, seed)
    assert len(sample.rosters) == classes
    last = read_roster(sample.rosters[f"1A{classes}"])
    assert last.problems == ()
    assert len(last.pupils) == pupils


@pytest.mark.parametrize(("classes", "pupils"), [(0, 35), (13, 35), (2, 4), (2, 51)])
def test_a_size_out_of_range_is_refused(classes: int, pupils: int, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="từ 1 đến 12 lớp, mỗi lớp từ 5 đến 50 học sinh"):
        generate(tmp_path, classes, pupils)


def test_a_folder_without_the_workbooks_is_refused(sample: ExampleSet, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"diem_hk1_1A1\.xlsx"):
        find_examples(tmp_path, ("1A1",))
    with pytest.raises(NotFound, match="không có nhận xét sai"):
        find_examples(sample.staff.parent, ("1A2",))
    with pytest.raises(NotFound, match=r"danh_sach_1A3\.xlsx"):
        find_examples(sample.staff.parent, ("1A1", "1A3"))
