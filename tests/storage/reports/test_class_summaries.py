"""The summary of a class and term: what was submitted, in class order, with notes for what is not there."""

from datetime import date

from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.reports.class_summary import ClassSummaryReport
from storage.reports.class_summaries import class_summary
from storage.tables import Enrolment, PupilTerm, TermRecord
from tests.factories import OpenBook, fill, make_class, make_school, open_book

DAY = date(2027, 1, 10)


def summary(book: OpenBook) -> ClassSummaryReport:
    return class_summary(book.session, book.id, DAY)


def test_drafts_are_not_in_it(db: Session, book: OpenBook) -> None:
    fill(book)
    db.add(PupilTerm(record_id=book.opened.record_ids[0], absent_excused=17))
    db.flush()
    found = summary(book)
    assert {value for line in found.pupils for value in line.values} == {""}
    assert found.pupils[0].note.startswith("Chưa gửi: Tiếng Việt, Toán, ")
    assert found.pupils[0].note.endswith(", Chủ nhiệm.")
    assert {value for total in found.totals for value in total.values} == {"0", ""}


def test_a_submitted_subject_is_in_it(book: OpenBook) -> None:
    fill(book)
    book.act(Action.SUBMIT, "toan", book.records[:1])
    first, second, _ = summary(book).pupils
    assert first.values[2:4] == ("T", "9")
    assert second.values[2:4] == ("", "")
    assert "Toán" not in first.note
    assert "Toán" in second.note


def test_a_whole_class_stands_in_the_order_of_the_class_list(book: OpenBook) -> None:
    book.submit_all()
    found = summary(book)
    assert (found.class_name, found.school_year, found.term) == ("1A1", "2026-2027", Term.HK1)
    assert (found.school.name, found.circular) == ("Trường Tiểu học Mẫu số 1", "27/2020/TT-BGDĐT")
    assert [line.order_no for line in found.pupils] == [1, 2, 3]
    assert {(line.verdicts, line.note) for line in found.pupils} == {((), "")}
    assert found.totals[0].values[0] == "3"
    assert found.counts == ()


def test_the_year_end_has_results(db: Session, book: OpenBook) -> None:
    book.submit_all()
    year = open_book(db, book.cast, Term.YEAR_END)
    year.submit_all()
    found = summary(year)
    assert {line.verdicts for line in found.pupils} == {("HTXS", "Học sinh Xuất sắc", "Lên lớp")}
    assert found.counts[0] == ("Hoàn thành xuất sắc (HTXS)", 3)


def test_a_year_that_cannot_be_judged_has_notes_alone(db: Session, book: OpenBook) -> None:
    year = open_book(db, book.cast, Term.YEAR_END)
    fill(year)
    for slot in year.cast.curriculum.slots:
        year.act(Action.SUBMIT, slot, year.records[:2] if slot == HOMEROOM else None)
    found = summary(year)
    assert [bool(line.values) for line in found.pupils] == [True, True, False]
    assert found.pupils[2].note == "Chưa gửi: Chủ nhiệm."
    assert found.counts[0][1] == 2


def test_a_secondary_class_has_averages_and_results(db: Session) -> None:
    book = open_book(db, make_class(db, make_school(db, 7), "7A1"))
    book.submit_all()
    line = summary(book).pupils[0]
    assert line.values == ("9,0",) * 8 + ("Đ",) * 4 + ("T", "T", "0")


def test_drafts_of_the_first_term_are_not_in_a_secondary_year(db: Session) -> None:
    cast = make_class(db, make_school(db, 7), "7A1")
    first, year = open_book(db, cast), open_book(db, cast, Term.YEAR_END)
    fill(first)
    year.submit_all()
    first.act(Action.SUBMIT, HOMEROOM)
    found = summary(year)
    assert {line.values for line in found.pupils} == {()}
    assert found.pupils[0].note.startswith("Chưa gửi: Ngữ văn (học kì I), Toán (học kì I), ")
    for slot in cast.curriculum.slots[:-1]:
        first.act(Action.SUBMIT, slot)
    assert {(line.note, line.verdicts[-1]) for line in summary(year).pupils} == {("", "Được lên lớp 8")}


def test_who_left_the_class_is_not_in_it(db: Session, book: OpenBook) -> None:
    record = db.get_one(TermRecord, book.opened.record_ids[0])
    db.get_one(Enrolment, record.enrolment_id).left_on = date(2026, 12, 1)
    db.flush()
    assert [line.order_no for line in summary(book).pupils] == [2, 3]


def test_nobody_known_gives_no_totals(db: Session, book: OpenBook) -> None:
    year = open_book(db, book.cast, Term.YEAR_END)
    found = summary(year)
    assert (found.totals, {line.values for line in found.pupils}) == ((), {()})
