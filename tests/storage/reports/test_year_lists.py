"""A school's lists of a year, read from what its classes submitted."""

from datetime import date

from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import SchoolYear
from domain.curriculum import PRINCIPAL
from domain.decisions import Action
from domain.entry import CONDUCT
from domain.reports.year_lists import YearList
from domain.scales import CellKind
from storage import saving
from storage.reports.year_lists import school_year_lists
from storage.tables import PromotionDecision, PupilTerm
from tests.factories import YEAR, OpenBook, SchoolCast, edit, fill, make_class, make_school, open_book

DAY = date(2027, 5, 31)


def lists(db: Session, school: SchoolCast, year: SchoolYear = YEAR) -> dict[str, list[YearList]]:
    report = school_year_lists(db, school.school_id, year, DAY)
    return {each.class_name: [line.verdict.which for line in each.pupils] for each in report.classes}


def whole_year(db: Session, school: SchoolCast, name: str, conduct: str = "", *, waived: bool = False) -> OpenBook:
    """A year of a class of three, submitted; the first pupil has this conduct, or is not assessed."""
    cast = make_class(db, school, name)
    open_book(db, cast).submit_all()
    year = open_book(db, cast, Term.YEAR_END)
    fill(year)
    if conduct:
        cell = edit(year, "homeroom", CellKind.LEVEL, conduct)
        assert cell.key.item == CONDUCT
        saving.save_cells(db, year.id, "homeroom", [cell], cast.homeroom).require_all()
    if waived:
        db.add(PupilTerm(record_id=year.opened.record_ids[0], assessment_waived=True))
        db.flush()
    for slot in cast.curriculum.slots:
        year.act(Action.SUBMIT, slot)
    return year


def test_classes_come_by_grade_and_name_and_pupils_by_class_list(db: Session) -> None:
    school = make_school(db)
    for name in ("7A1", "1A2", "1A1"):
        whole_year(db, school, name)
    report = school_year_lists(db, school.school_id, YEAR, DAY)
    assert (report.school.name, report.school_year) == ("Trường Tiểu học Mẫu số 1", "2026-2027")
    assert [each.class_name for each in report.classes] == ["1A1", "1A2", "7A1"]
    assert {line.verdict.which for each in report.classes for line in each.pupils} == {YearList.PROMOTED}
    assert {line.verdict.title for line in report.classes[0].pupils} == {"Học sinh Xuất sắc"}
    assert [len(each.pupils) for each in report.classes] == [3, 3, 3]


def test_a_pupil_whom_the_rules_do_not_promote_is_on_his_list(db: Session) -> None:
    school = make_school(db)
    whole_year(db, school, "7A1", conduct="CĐ")
    assert lists(db, school)["7A1"] == [YearList.SUMMER_TRAINING, YearList.PROMOTED, YearList.PROMOTED]


def test_a_secondary_year_is_unknown_while_its_first_term_is_a_draft(db: Session) -> None:
    school = make_school(db)
    cast = make_class(db, school, "7A1", pupils=1)
    first, year = open_book(db, cast), open_book(db, cast, Term.YEAR_END)
    fill(first)
    year.submit_all()
    assert lists(db, school)["7A1"] == [YearList.UNKNOWN]
    for slot in cast.curriculum.slots:
        first.act(Action.SUBMIT, slot)
    assert lists(db, school)["7A1"] == [YearList.PROMOTED]


def test_a_decision_of_the_principal_counts(db: Session) -> None:
    school = make_school(db)
    year = whole_year(db, school, "1A1", waived=True)
    assert lists(db, school)["1A1"][0] is YearList.UNDECIDED
    decided = {"is_promoted": True, "reason_id": year.reason(), "decided_by": year.cast.who(PRINCIPAL)}
    db.add(PromotionDecision(record_id=year.opened.record_ids[0], **decided))
    db.flush()
    assert lists(db, school)["1A1"][0] is YearList.PROMOTED


def test_what_is_not_submitted_is_not_known(db: Session) -> None:
    school = make_school(db)
    cast = make_class(db, school)
    year = open_book(db, cast, Term.YEAR_END)
    fill(year)
    for slot in cast.curriculum.slots[:-1]:
        year.act(Action.SUBMIT, slot)
    report = school_year_lists(db, school.school_id, YEAR, DAY)
    assert {(line.verdict.which, line.verdict.reason) for line in report.classes[0].pupils} == {
        (YearList.UNKNOWN, "Chưa gửi: Chủ nhiệm.")
    }


def test_a_class_whose_year_end_is_not_open_has_no_pupils_yet(db: Session) -> None:
    school = make_school(db)
    open_book(db, make_class(db, school))
    assert lists(db, school) == {"1A1": []}


def test_other_schools_and_years_are_not_in_it(db: Session) -> None:
    school, other = make_school(db, 1), make_school(db, 2)
    whole_year(db, school, "1A1")
    make_class(db, other, "1A2")
    assert list(lists(db, school)) == ["1A1"]
    assert lists(db, school, SchoolYear(2025)) == {}
