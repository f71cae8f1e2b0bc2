"""Missing cells by teacher and doubtful ids, of a class and of a school."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import SchoolYear
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.reports.missing import MissingReport
from storage.reports.missing import missing_of_class, missing_of_school
from storage.tables import Enrolment, PupilRow, PupilTerm, ReviewItem, Staff, TeachingAssignment, TermRecord
from tests.factories import NOW, SINCE, YEAR, OpenBook, fill, make_class, make_school, open_book


def of_class(book: OpenBook) -> MissingReport:
    book.session.flush()
    return missing_of_class(book.session, book.id, NOW)


def pupil_of(book: OpenBook, place: int) -> tuple[PupilRow, Enrolment]:
    record = book.session.get_one(TermRecord, book.opened.record_ids[place])
    enrolment = book.session.get_one(Enrolment, record.enrolment_id)
    return book.session.get_one(PupilRow, enrolment.pupil_id), enrolment


def test_every_slot_and_pupil_is_named_in_the_order_of_the_form_and_the_class(book: OpenBook) -> None:
    found = of_class(book)
    assert (found.class_name, found.term, found.school_year) == ("1A1", Term.HK1, "2026-2027")
    assert Counter(each.slot_name for each in found.cells)["Toán"] == 3
    names = list(dict.fromkeys(each.slot_name for each in found.cells))
    assert names == [*(each.name for each in book.cast.curriculum.subjects), "Chủ nhiệm"]
    maths = [each for each in found.cells if each.slot_name == "Toán"]
    assert [each.full_name for each in maths] == [pupil_of(book, place)[0].full_name for place in range(3)]
    assert maths[0].cells == ("Mức giữa kì", "Mức cuối kì", "Điểm KTĐK", "Nhận xét")


def test_what_is_filled_in_is_not_missing_whether_submitted_or_not(book: OpenBook) -> None:
    fill(book, ["toan", "am_nhac"])
    book.act(Action.SUBMIT, "toan")
    assert {"Toán", "Âm nhạc"}.isdisjoint(each.slot_name for each in of_class(book).cells)
    fill(book, [slot for slot in book.cast.curriculum.slots if slot != "toan"])
    assert of_class(book).cells == ()


def test_the_teacher_is_the_one_assigned_at_the_moment(db: Session, book: OpenBook) -> None:
    by_slot = {each.slot_name: each.teacher for each in of_class(book).cells}
    assert by_slot["Âm nhạc"] == db.get_one(Staff, book.cast.music).full_name
    assert by_slot["Toán"] == by_slot["Chủ nhiệm"] == db.get_one(Staff, book.cast.homeroom).full_name
    db.query(TeachingAssignment).filter_by(slot="am_nhac").update({"valid_to": SINCE + timedelta(days=1)})
    assert {each.teacher for each in of_class(book).cells if each.slot_name == "Âm nhạc"} == {""}


def test_a_pupil_who_is_not_assessed_lacks_comments_only(db: Session, book: OpenBook) -> None:
    db.add(PupilTerm(record_id=book.opened.record_ids[0], assessment_waived=True))
    name = pupil_of(book, 0)[0].full_name
    lacking = {each.slot_name: each.cells for each in of_class(book).cells if each.full_name == name}
    assert list(lacking) == ["Chủ nhiệm"]
    assert len(lacking["Chủ nhiệm"]) == 4


def test_who_left_is_not_asked_about(book: OpenBook) -> None:
    pupil, enrolment = pupil_of(book, 0)
    pupil.personal_id, enrolment.left_on = "", date(2026, 12, 1)
    found = of_class(book)
    assert pupil.full_name not in {each.full_name for each in found.cells}
    assert found.ids == ()


def test_ids_that_are_missing_or_doubtful_are_named_until_somebody_settles_them(db: Session, book: OpenBook) -> None:
    pupil, doubtful = pupil_of(book, 0)[0], pupil_of(book, 1)[0]
    pupil.personal_id = ""
    doubtful.sex = "Nam" if doubtful.sex == "Nữ" else "Nữ"
    item = ReviewItem(pupil_id=doubtful.id, code="sex_mismatch")
    db.add(item)
    found = of_class(book).ids
    assert [(each.class_name, each.full_name) for each in found] == [
        ("1A1", pupil.full_name),
        ("1A1", doubtful.full_name),
    ]
    assert found[0].problem == "Chưa có số định danh cá nhân."
    assert "giới tính" in found[1].problem
    item.resolved_at = datetime(2027, 1, 5, tzinfo=UTC)
    assert [each.full_name for each in of_class(book).ids] == [pupil.full_name]


def test_a_schools_report_has_its_classes_in_order_and_no_other_school(db: Session) -> None:
    school, other = make_school(db, 1), make_school(db, 2)
    for name in ("7A1", "1A2", "1A1"):
        open_book(db, make_class(db, school, name))
    open_book(db, make_class(db, other, "1A3"))
    unopened = make_class(db, school, "2A5")
    found = missing_of_school(db, school.school_id, YEAR, Term.HK1, NOW)
    assert list(dict.fromkeys(each.class_name for each in found.cells)) == ["1A1", "1A2", "7A1"]
    assert (found.class_name, found.school.name) == ("", "Trường Tiểu học Mẫu số 1")
    first = db.query(PupilRow).join(Enrolment).filter(Enrolment.class_id == unopened.class_id).first()
    assert first is not None
    first.personal_id = ""
    db.flush()
    assert [each.class_name for each in missing_of_school(db, school.school_id, YEAR, Term.HK1, NOW).ids] == ["2A5"]


def test_another_year_or_term_has_nothing(db: Session, book: OpenBook) -> None:
    school_id = book.cast.school.school_id
    assert missing_of_school(db, school_id, YEAR, Term.YEAR_END, NOW).cells == ()
    empty = missing_of_school(db, school_id, SchoolYear(2025), Term.HK1, NOW)
    assert (empty.cells, empty.ids) == ((), ())


def test_the_homeroom_slot_has_its_own_name(book: OpenBook) -> None:
    fill(book, [slot for slot in book.cast.curriculum.slots if slot != HOMEROOM])
    assert {each.slot_name for each in of_class(book).cells} == {"Chủ nhiệm"}
