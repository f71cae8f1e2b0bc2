"""Class lists from workbooks: previewed, confirmed once and whole; or entered in one go."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from activities.rosters import confirm_roster, find_preview, import_roster, preview_roster
from domain.assessment import Term
from domain.calendar import SchoolYear
from domain.errors import Conflict, Incomplete, Invalid, NotFound
from domain.pupils import PupilField
from interchange.roster import RosterBook, RosterHeader, RosterRow, read_roster, write_roster
from interchange.sample_school.people import header_of
from interchange.sheets import Problem, Severity
from storage.opening import open_term
from storage.rosters.shapes import Effect
from storage.staffing import Person
from storage.tables import ClassGroup, Enrolment, PupilRow, RosterPreview, School
from tests.factories import DUE, SchoolCast, make_class, make_pupils, make_school
from tests.interchange.workbooks import Cell, workbook

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
NOTHING = {"added": 0, "changed": 0, "moved": 0, "unchanged": 0}


@pytest.fixture
def school(db: Session) -> SchoolCast:
    return make_school(db)


@pytest.fixture
def clerk(school: SchoolCast) -> Person:
    return Person(school.clerk, school.school_id, "Văn thư", frozenset({"seal_clerk"}))


def book(folder: Path, *pupils: RosterRow, header: RosterHeader | None = None) -> RosterBook:
    path = folder / "danh_sach.xlsx"
    write_roster(path, header or replace(header_of("1A1"), school_code="79760001"), pupils)
    return read_roster(path)


def rows(count: int, seed: int = 5) -> tuple[RosterRow, ...]:
    return tuple(each for each in make_pupils(count, seed) if isinstance(each, RosterRow))


def pupils(db: Session) -> int | None:
    return db.scalar(select(func.count()).select_from(PupilRow))


def test_nothing_is_entered_before_the_word(db: Session, clerk: Person, tmp_path: Path) -> None:
    kept = preview_roster(db, clerk, book(tmp_path, *rows(3)), NOW)
    assert pupils(db) == 0
    [group] = kept.preview.comparison.classes
    assert (group.name, group.is_new, len(group.pupils)) == ("1A1", True, 3)
    assert kept.preview.can_confirm
    assert kept.expires_at == NOW + timedelta(hours=2)
    assert find_preview(db, clerk, kept.id, NOW) == kept


def test_a_confirmed_list_is_entered_once_and_the_answer_stays(db: Session, clerk: Person, tmp_path: Path) -> None:
    kept = preview_roster(db, clerk, book(tmp_path, *rows(3)), NOW)
    answers = [confirm_roster(db, clerk, kept.id, NOW) for _ in range(2)]
    assert answers == [NOTHING | {"added": 3}] * 2
    assert pupils(db) == 3
    db.flush()
    assert db.get_one(RosterPreview, kept.id).content is None
    with pytest.raises(NotFound):
        find_preview(db, clerk, kept.id, NOW)


def test_the_same_file_again_changes_nothing(db: Session, clerk: Person, tmp_path: Path) -> None:
    for effect in ("added", "unchanged"):
        kept = preview_roster(db, clerk, book(tmp_path, *rows(3)), NOW)
        assert confirm_roster(db, clerk, kept.id, NOW) == NOTHING | {effect: 3}
    assert pupils(db) == 3


def test_the_columns_that_are_left_aside_are_kept_by_name_only(db: Session, clerk: Person) -> None:
    heads: list[Cell] = ["Mã HS", "Số ĐDCN", "Họ tên", "Ngày sinh", "Phái", "Dân tộc", "Điện thoại mẹ"]
    row: list[Cell] = ["7926000001", "079220000042", "Nguyễn Gia Bảo", "03/05/2020", "Nam", "Kinh", "0900123456"]
    title: list[list[Cell]] = [["Lớp 1A1 năm học 2026-2027"]]
    kept = preview_roster(db, clerk, read_roster(workbook({"A": [*title, heads, row]})), NOW)
    assert [each.heading for each in kept.preview.aside] == ["Điện thoại mẹ"]
    assert "0900123456" not in str(db.get_one(RosterPreview, kept.id).content)


def test_what_changed_since_the_preview_is_said_and_nothing_is_entered(
    db: Session, clerk: Person, tmp_path: Path
) -> None:
    import_roster(db, book(tmp_path, *rows(3)))
    new = replace(rows(3)[0], full_name="Lê Thị Mới")
    kept = preview_roster(db, clerk, book(tmp_path, new, *rows(3)[1:]), NOW)
    row = db.scalars(select(PupilRow).where(PupilRow.pupil_code == new.pupil_code)).one()
    row.full_name = "Lê Thị Khác"
    db.flush()
    with pytest.raises(Conflict, match=r"lớp 1A1: Lê Thị Mới \(Họ và tên\)"):
        confirm_roster(db, clerk, kept.id, NOW)
    assert row.full_name == "Lê Thị Khác"


def test_a_list_with_an_error_is_not_entered_at_all(db: Session, clerk: Person, tmp_path: Path) -> None:
    wrong = book(tmp_path, *rows(3))
    wrong = replace(wrong, problems=(Problem("Danh sách", "C7", 7, "Sai.", Severity.ERROR),))
    kept = preview_roster(db, clerk, wrong, NOW)
    assert not kept.preview.can_confirm
    with pytest.raises(Incomplete):
        confirm_roster(db, clerk, kept.id, NOW)
    assert pupils(db) == 0


def test_a_file_without_pupils_cannot_be_confirmed(db: Session, clerk: Person, tmp_path: Path) -> None:
    assert not preview_roster(db, clerk, book(tmp_path), NOW).preview.can_confirm


def test_a_clash_is_a_problem_of_its_cell(db: Session, clerk: Person, tmp_path: Path) -> None:
    first, *others = rows(3)
    import_roster(db, book(tmp_path, first, *others))
    other_id = replace(first, personal_id=rows(1, seed=9)[0].personal_id)
    kept = preview_roster(db, clerk, book(tmp_path, *others, other_id), NOW)
    [problem] = [each for each in kept.preview.problems if each.severity is Severity.ERROR]
    assert (problem.sheet, problem.cell, problem.row) == ("Danh sách", "C15", 15)
    assert first.personal_id in problem.message


def test_another_school_s_list_is_refused(db: Session, clerk: Person, tmp_path: Path) -> None:
    kept = preview_roster(db, clerk, book(tmp_path, *rows(1), header=header_of("1A1")), NOW)
    assert "mã trường 79766999; mã trường của thầy/cô là 79760001" in kept.preview.problems[0].message
    assert not kept.preview.can_confirm


def test_whom_an_open_book_does_not_know_is_noted(
    db: Session, school: SchoolCast, clerk: Person, tmp_path: Path
) -> None:
    cast = make_class(db, school)
    open_term(db, cast.class_id, Term.HK1, DUE)
    kept = preview_roster(db, clerk, book(tmp_path, *rows(1)), NOW)
    [note] = kept.preview.problems
    assert (note.severity, "Lớp 1A1 đã mở sổ" in note.message) == (Severity.REVIEW, True)
    assert kept.preview.can_confirm


def test_what_a_new_class_cannot_be_is_said_at_once(db: Session, clerk: Person, tmp_path: Path) -> None:
    header = replace(header_of("1A1"), school_code="79760001")
    long, never = replace(header, class_name="1" + "A" * 250), replace(header, school_year=SchoolYear(1999))
    old = replace(rows(1)[0], birth_date=date(1993, 5, 3))
    for each, pupil, words in ((long, rows(1)[0], "Tên lớp dài 251 ký tự"), (never, old, "Chưa có quy tắc đánh giá")):
        made = book(tmp_path, pupil, header=header)
        roster = replace(made.rosters[0], header=each, pupils=(pupil,))
        kept = preview_roster(db, clerk, replace(made, rosters=(roster,)), NOW)
        assert words in kept.preview.problems[-1].message
        assert not kept.preview.can_confirm


def test_how_a_pupil_is_assessed_is_noted_at_its_cell(db: Session, clerk: Person, tmp_path: Path) -> None:
    import_roster(db, book(tmp_path, *rows(2)))
    waived = replace(rows(2)[1], assessment_waived=True)
    kept = preview_roster(db, clerk, book(tmp_path, rows(2)[0], waived), NOW)
    [note] = kept.preview.problems
    assert (note.severity, note.row, "do hiệu trưởng quyết định" in note.message) == (Severity.REVIEW, 14, True)
    assert note.cell
    assert confirm_roster(db, clerk, kept.id, NOW) == NOTHING | {"unchanged": 2}
    assert not any(db.scalars(select(Enrolment.assessment_waived)))


def test_classes_above_grade_5_follow_the_other_circular(db: Session, clerk: Person, tmp_path: Path) -> None:
    header = replace(header_of("6A1"), school_code="79760001", grade=6)
    old = tuple(replace(each, birth_date=each.birth_date.replace(year=2015, day=1)) for each in rows(2))
    kept = preview_roster(db, clerk, book(tmp_path, *old, header=header), NOW)
    confirm_roster(db, clerk, kept.id, NOW)
    assert db.scalars(select(ClassGroup.circular)).one() == "22/2021/TT-BGDĐT"


def test_a_school_is_imported_in_one_go_and_again_changes_nothing(db: Session, tmp_path: Path) -> None:
    made = book(tmp_path, *rows(3), header=header_of("1A1"))
    ids: dict[str, UUID] = import_roster(db, made)
    assert import_roster(db, made) == ids
    group = db.get_one(ClassGroup, ids["1A1"])
    assert db.get_one(School, group.school_id).code == "79766999"
    assert db.scalar(select(func.count()).select_from(Enrolment)) == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [({"authority": ""}, "thiếu: Cơ quan quản lý"), ({"school_code": "", "province": ""}, "Mã trường, Tỉnh/Thành phố")],
)
def test_a_school_of_which_too_little_is_said_is_not_imported(
    db: Session, tmp_path: Path, change: dict[str, str], words: str
) -> None:
    made = book(tmp_path, *rows(1), header=RosterHeader(**{**vars(header_of("1A1")), **change}))
    with pytest.raises(Invalid, match=words):
        import_roster(db, made)


@pytest.mark.parametrize("severity", Severity)
def test_only_a_workbook_without_errors_is_imported(db: Session, tmp_path: Path, severity: Severity) -> None:
    made = book(tmp_path, *rows(1), header=header_of("1A1"))
    doubtful = replace(made, problems=(Problem("Danh sách", "C7", 7, "Cần xem lại.", severity),))
    if severity is Severity.REVIEW:
        assert list(import_roster(db, doubtful)) == ["1A1"]
        return
    for wrong in (doubtful, replace(made, rosters=())):
        with pytest.raises(Invalid, match="còn lỗi"):
            import_roster(db, wrong)


def test_effects_and_fields_travel_as_they_are(db: Session, clerk: Person, tmp_path: Path) -> None:
    import_roster(db, book(tmp_path, *rows(2)))
    changed = replace(rows(2)[0], register_no="77/2026")
    kept = preview_roster(db, clerk, book(tmp_path, changed, rows(2)[1]), NOW)
    db.expire_all()
    effect = find_preview(db, clerk, kept.id, NOW).preview.comparison.classes[0].pupils[0]
    assert effect.effect is Effect.CHANGED
    assert [change.field for change in effect.changes] == [PupilField.REGISTER_NO]
