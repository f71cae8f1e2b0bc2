"""Opening the book of a class and term, and registering what it is opened for."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import SchoolYear
from domain.decisions import Action
from domain.errors import Conflict, Incomplete, NotFound
from storage import contents, registration
from storage.attendance import Attendance, save_attendance
from storage.opening import open_term
from storage.paper_facts import Stamp
from storage.rosters import entering
from storage.rosters.shapes import ListedClass
from storage.tables import Enrolment, PupilRow, PupilTerm, RecordSlot, TermRecord
from tests.factories import DUE, SLOTS, SUBJECTS, YEAR, fill, make_class, make_pupils, make_school, open_book
from tests.storage.papers import make_order


def test_a_book_has_a_record_per_pupil_with_every_slot_open(db: Session) -> None:
    book = open_book(db)
    slots = db.execute(
        select(RecordSlot.slot, RecordSlot.state, func.count()).group_by(RecordSlot.slot, RecordSlot.state)
    )
    assert sorted(slots) == sorted((slot, "open", 3) for slot in SLOTS)
    assert book.opened.subject_slots == SUBJECTS


def test_opening_again_gives_the_same_book(db: Session) -> None:
    book = open_book(db)
    again = open_term(db, book.cast.class_id, Term.HK1, DUE.replace(year=2030))
    assert again == book.opened
    assert open_term(db, book.cast.class_id, Term.YEAR_END, DUE).class_term_id != book.id


def test_a_class_without_pupils_is_not_opened(db: Session) -> None:
    cast = make_class(db, make_school(db), pupils=0)
    with pytest.raises(Conflict, match="chưa có học sinh"):
        open_term(db, cast.class_id, Term.HK1, DUE)


def test_pupils_who_left_are_not_in_the_book(db: Session) -> None:
    cast = make_class(db, make_school(db))
    left = db.scalars(select(Enrolment.id).limit(1)).one()
    db.execute(update(Enrolment).where(Enrolment.id == left).values(left_on=date(2026, 12, 1)))
    assert len(open_term(db, cast.class_id, Term.HK1, DUE).record_ids) == 2


def test_registering_again_changes_nothing(db: Session) -> None:
    first = make_class(db, make_school(db))
    assert make_class(db, make_school(db)) == first
    assert db.scalar(select(func.count()).select_from(PupilRow)) == 3


def test_a_pupil_code_is_not_another_pupil_s(db: Session) -> None:
    cast = make_class(db, make_school(db))
    taken = db.scalars(select(PupilRow.pupil_code).limit(1)).one()
    other = replace(make_pupils(1, seed=99)[0], pupil_code=taken)
    with pytest.raises(Conflict, match=taken):
        entering.register(db, cast.school.school_id, [ListedClass(YEAR, 1, "1A1", (other,))], date.min)


def test_an_unknown_class_is_not_found(db: Session) -> None:
    school = make_school(db)
    with pytest.raises(NotFound, match="1A9"):
        registration.class_id_of(db, school.school_id, YEAR, "1A9")
    with pytest.raises(NotFound):
        registration.class_id_of(db, make_class(db, school).class_id, SchoolYear(2027), "1A1")


def test_a_pupil_who_is_not_assessed_does_not_keep_the_class_back(db: Session) -> None:
    book = open_book(db, term=Term.YEAR_END)
    waived = book.opened.record_ids[0]
    db.add(PupilTerm(record_id=waived, assessment_waived=True))
    fill(book, records=book.records[1:])
    fill(book, ["homeroom"], book.records[:1])
    for slot in SLOTS:
        book.act(Action.SUBMIT, slot)
    order = make_order(book, Action.SIGN, "homeroom")
    records = list(db.scalars(select(TermRecord)))
    summary = contents.read_class(db, order, records).summary(Stamp(order.id, 1, "CODE"))
    line = next(line for line in summary.pupils if line.values[0] == "")
    assert line.verdicts == ("", "", "Chưa lên lớp")
    assert dict(summary.counts) == {
        "Hoàn thành xuất sắc (HTXS)": 2, "Hoàn thành tốt (HTT)": 0, "Hoàn thành (HT)": 0, "Chưa hoàn thành (CHT)": 0
    }  # fmt: skip


def test_a_year_without_a_level_is_incomplete(db: Session) -> None:
    book = open_book(db, term=Term.YEAR_END)
    fill(book, ["toan", "homeroom"])
    order = make_order(book, Action.SIGN, "homeroom")
    with pytest.raises(Incomplete):
        contents.read_class(db, order, list(db.scalars(select(TermRecord)))).summary(Stamp(order.id, 1, "CODE"))


def test_absences_of_the_year_are_those_of_both_terms(db: Session) -> None:
    hk1 = open_book(db)
    year = open_book(db, hk1.cast, Term.YEAR_END)
    fill(year)
    for book, excused in ((hk1, 3), (year, 4)):
        given = Attendance(book.opened.record_ids[0], absent_excused=excused)
        save_attendance(db, book.id, [given], book.cast.homeroom)
    order = make_order(year, Action.SIGN, "homeroom")
    records = [db.get_one(TermRecord, each) for each in year.opened.record_ids]
    summary = contents.read_class(db, order, records).summary(Stamp(order.id, 1, "CODE"))
    assert [line.values[-1] for line in summary.pupils] == ["7", "0", "0"]
