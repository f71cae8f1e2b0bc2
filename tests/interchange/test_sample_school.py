"""The sample school: reproducible, complete at every level, and leading to the planned results."""

from collections import Counter
from pathlib import Path

import pytest

from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL, Curriculum, curriculum_for
from domain.entered import Entered
from domain.entry import cells_of, missing_cells, warnings
from domain.errors import Invalid, NotFound
from domain.identity import name_sort_key
from domain.primary.levels import OverallResult
from domain.primary.paper import PrimaryPapers
from domain.rules.school_levels import SchoolLevel, level_of
from domain.secondary.levels import MeritLevel
from domain.secondary.promotion import Outcome
from domain.secondary.year import year_result
from interchange.marks import MarkBook, read_marks
from interchange.roster import grade_of, read_roster
from interchange.sample_school import OTHER_GRADES, ExampleSet, class_names, find_examples, generate
from interchange.staff import StaffRole, read_staff

NAMES = class_names(2)
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> ExampleSet:
    return generate(tmp_path_factory.mktemp("sample"), NAMES, 35)


def curriculum_of(class_name: str) -> Curriculum:
    return curriculum_for(grade_of(class_name))


def read(sample: ExampleSet, class_name: str, term: Term) -> MarkBook:
    return read_marks(sample.marks[class_name, term], curriculum_of(class_name))


def years(sample: ExampleSet, class_name: str) -> list[Entered]:
    first, last = (read(sample, class_name, term) for term in Term)
    return [
        Entered(
            slots={slot: rows[code] for slot, rows in last.slots.items()},
            earlier={slot: rows[code] for slot, rows in first.slots.items()},
            recognised=last.facts[code].recognised,
        )
        for code in last.names
    ]


def test_there_are_classes_of_every_level_but_the_last() -> None:
    assert ("1A1", "1A2", *OTHER_GRADES) == NAMES
    assert {level_of(grade_of(name)) for name in NAMES} == {SchoolLevel.PRIMARY, SchoolLevel.LOWER_SECONDARY}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    wanted = (("a", 4), ("b", 4), ("c", 5))
    one, two, other = (generate(tmp_path / name, class_names(1), 5, seed) for name, seed in wanted)
    for first, second in zip(sorted((tmp_path / "a").iterdir()), sorted((tmp_path / "b").iterdir()), strict=True):
        assert first.read_bytes() == second.read_bytes()
    assert one.rework == two.rework
    assert read_roster(one.rosters["1A1"]).pupils != read_roster(other.rosters["1A1"]).pupils


def test_the_committed_workbooks_are_what_the_generator_writes(sample: ExampleSet) -> None:
    committed = find_examples(EXAMPLES, NAMES)
    assert committed.rework == sample.rework
    for name, path in committed.rosters.items():
        assert read_roster(path) == read_roster(sample.rosters[name])
    for class_name, term in committed.marks:
        assert read(committed, class_name, term) == read(sample, class_name, term)
    assert read_staff(committed.staff) == read_staff(sample.staff)


def test_rosters_read_without_problems_and_nobody_comes_twice(sample: ExampleSet) -> None:
    rosters = {name: read_roster(path) for name, path in sample.rosters.items()}
    pupils = [pupil for roster in rosters.values() for pupil in roster.pupils]
    assert all(roster.problems == () for roster in rosters.values())
    assert len({pupil.pupil_code for pupil in pupils}) == len({pupil.personal_id for pupil in pupils}) == 35 * 4
    for name, roster in rosters.items():
        assert {pupil.birth_date.year for pupil in roster.pupils} == {2021 - grade_of(name)}
        assert sorted(roster.pupils, key=lambda pupil: name_sort_key(pupil.full_name)) == list(roster.pupils)


@pytest.mark.parametrize("class_name", NAMES)
@pytest.mark.parametrize("term", Term)
def test_every_slot_could_submit(sample: ExampleSet, class_name: str, term: Term) -> None:
    book, curriculum = read(sample, class_name, term), curriculum_of(class_name)
    assert book.problems == ()
    for slot in curriculum.slots:
        assert len(book.slots[slot]) == 35
        cells = cells_of(curriculum, term, slot)
        assert not any(missing_cells(cells, values) for values in book.slots[slot].values())
    assert not any(warnings(values) for rows in book.slots.values() for values in rows.values())


@pytest.mark.parametrize("class_name", ["1A1", "1A2", "4A1"])
def test_a_primary_year_ends_with_the_planned_share_of_results(sample: ExampleSet, class_name: str) -> None:
    papers = PrimaryPapers(curriculum_of(class_name), Term.YEAR_END)
    counts = Counter(papers.judged(pupil).result for pupil in years(sample, class_name))
    assert [counts[result] for result in OverallResult] == [9, 12, 13, 1]


def test_a_secondary_year_ends_with_the_planned_share_of_levels(sample: ExampleSet) -> None:
    curriculum = curriculum_of("6A1")
    found = [year_result(curriculum, curriculum, pupil) for pupil in years(sample, "6A1")]
    levels = Counter(each.learning[2].level for each in found)
    assert [levels[level] for level in MeritLevel] == [9, 16, 10, 0]
    assert {each.promotion.outcome for each in found} == {Outcome.PROMOTED}


def test_exactly_one_comment_is_to_be_returned_for_rework(sample: ExampleSet) -> None:
    rework = sample.rework
    wrong = [
        (class_name, term, code, subject)
        for class_name, term in sample.marks
        for subject, rows in read(sample, class_name, term).slots.items()
        for code, values in rows.items()
        if rework.wrong_value in values.values()
    ]
    assert wrong == [(rework.class_name, Term.HK1, rework.pupil_code, rework.subject)]
    assert rework.corrected_value != rework.wrong_value
    assert rework.reason


def test_every_slot_of_every_class_has_one_signer(sample: ExampleSet) -> None:
    staff = read_staff(sample.staff)
    assert staff.problems == ()
    # A homeroom teacher for each class; five specialists of primary school, eleven of secondary school.
    assert Counter(person.role for person in staff.people)[StaffRole.TEACHER] == 4 + 5 + 11
    filled = sorted((job.class_name, job.slot) for job in staff.assignments if job.is_signer)
    slots = [(name, slot) for name in NAMES for slot in curriculum_of(name).slots]
    assert filled == sorted([("", PRINCIPAL), ("", SEAL), *slots])
    homerooms = {job.class_name: job.personal_id for job in staff.assignments if job.slot == HOMEROOM}
    assert len(set(homerooms.values())) == len(NAMES)


@pytest.mark.parametrize(
    ("names", "pupils", "seed"),
    [(("1A1",), 5, 2), (("1A1",), 5, 3), (class_names(1), 12, 9), (class_names(10), 50, 1)],
)
def test_any_size_in_range_can_be_made(names: tuple[str, ...], pupils: int, seed: int, tmp_path: Path) -> None:
    sample = generate(tmp_path, names, pupils, seed)
    assert tuple(sample.rosters) == names
    last = read_roster(sample.rosters[names[-1]])
    assert last.problems == ()
    assert len(last.pupils) == pupils


@pytest.mark.parametrize(("names", "pupils"), [((), 35), (class_names(11), 35), (NAMES, 4), (NAMES, 51)])
def test_a_size_out_of_range_is_refused(names: tuple[str, ...], pupils: int, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="từ 1 đến 12 lớp, mỗi lớp từ 5 đến 50 học sinh"):
        generate(tmp_path, names, pupils)


def test_a_folder_without_the_workbooks_is_refused(sample: ExampleSet, tmp_path: Path) -> None:
    folder = sample.staff.parent
    with pytest.raises(NotFound, match=r"diem_hk1_1A1\.xlsx"):
        find_examples(tmp_path, ("1A1",))
    with pytest.raises(NotFound, match="không có nhận xét sai"):
        find_examples(folder, ("1A2",))
    with pytest.raises(NotFound, match=r"danh_sach_1A3\.xlsx"):
        find_examples(folder, ("1A1", "1A3"))
