"""Absences and health by pupil: only what is sent changes, whoever was first is named, and nothing is lost."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.errors import Conflict, Invalid, NotFound
from storage.attendance import Attendance, KeptAttendance, attendance_in, save_attendance, save_each
from storage.pupil_decisions import PupilAssessment, set_assessment
from storage.tables import Enrolment, PupilRow, PupilTerm, Staff, TermRecord
from tests.factories import OpenBook, fill, make_class, make_school, open_book


def save(book: OpenBook, *rows: Attendance, by: UUID | None = None) -> list[KeptAttendance]:
    return save_attendance(book.session, book.id, rows, by or book.cast.homeroom)


def kept(book: OpenBook) -> list[KeptAttendance]:
    return attendance_in(book.session, book.id, drafts=True)


def test_everything_is_kept_and_given_back_in_the_order_of_the_class(book: OpenBook) -> None:
    second = book.opened.record_ids[1]
    given = Attendance(second, 4, 1, is_recognised=True, height_cm=" 118.5 ", weight_kg="21,0", health=" Tốt ")
    saved = KeptAttendance(second, 4, 1, is_recognised=True, height_cm="118,5", weight_kg="21", health="Tốt", version=1)
    assert save(book, given) == [saved]
    nothing = [KeptAttendance(each) for each in book.opened.record_ids]
    assert kept(book) == [nothing[0], saved, nothing[2]]


def test_what_is_not_said_stays_and_what_is_empty_is_cleared(book: OpenBook) -> None:
    first = book.opened.record_ids[0]
    save(book, Attendance(first, 3, is_recognised=True, height_cm="120", health="Tốt"))
    save(book, Attendance(first, absent_unexcused=1, health="", version=1))
    assert kept(book)[0] == KeptAttendance(first, 3, 1, is_recognised=True, height_cm="120", version=2)
    save(book, Attendance(first, 0, is_recognised=False, height_cm="", version=2))
    assert kept(book)[0] == KeptAttendance(first, 0, 1, version=3)


def test_what_is_there_already_is_no_change(book: OpenBook) -> None:
    row = Attendance(book.opened.record_ids[0], 3, height_cm="120")
    assert [save(book, replace(row, version=version))[0].version for version in (0, 0, 7)] == [1, 1, 1]
    save(book, Attendance(book.opened.record_ids[1]))
    assert book.session.scalar(select(func.count()).select_from(PupilTerm)) == 1


def test_whoever_comes_later_is_told_who_was_first_and_nothing_is_written(book: OpenBook) -> None:
    first, second, _ = book.opened.record_ids
    save(book, Attendance(first, 3, health="Tốt", version=0), by=book.cast.music)
    with pytest.raises(Conflict) as refused:
        save(book, Attendance(second, 1, version=0), Attendance(first, 5, health="Khá", version=0))
    by = book.session.get_one(Staff, book.cast.music).full_name
    pupil = select(PupilRow.full_name).join(Enrolment).join(TermRecord).where(TermRecord.id == first)
    assert refused.value.message.startswith(f"{by} đã sửa số liệu của {book.session.scalar(pupil)} lúc ")
    assert "số buổi nghỉ có phép, sức khoẻ nay khác với số liệu thầy/cô gửi. Chưa lưu gì" in refused.value.message
    assert refused.value.record_ids == (str(first),)
    assert [each.absent_excused for each in kept(book)] == [3, 0, 0]


def test_how_many_more_were_changed_is_said(book: OpenBook) -> None:
    rows = [Attendance(each, 3, version=0) for each in book.opened.record_ids]
    save(book, *rows)
    with pytest.raises(Conflict, match="Còn 2 học sinh khác cũng vậy"):
        save(book, *(replace(each, absent_excused=1) for each in rows))


def test_who_saw_the_newest_writes(book: OpenBook) -> None:
    first = book.opened.record_ids[0]
    for days, version in ((1, 0), (2, 1), (3, 2)):
        save(book, Attendance(first, days, version=version))
    assert (kept(book)[0].absent_excused, kept(book)[0].version) == (3, 3)
    row = book.session.get_one(PupilTerm, first, populate_existing=True)
    assert row.updated_by == book.cast.homeroom


def test_where_nothing_was_entered_nobody_was_first(book: OpenBook) -> None:
    assert save(book, Attendance(book.opened.record_ids[0], 1, version=7))[0].version == 1


def test_what_the_principal_decides_of_a_pupil_is_no_change_of_these(book: OpenBook) -> None:
    first = book.opened.record_ids[0]
    save(book, Attendance(first, 3))
    reason = UUID(book.reason("Theo hồ sơ khuyết tật."))
    set_assessment(book.session, book.id, first, PupilAssessment(True, False), reason)
    save(book, Attendance(first, 4, version=1))
    row = book.session.get_one(PupilTerm, first, populate_existing=True)
    assert (row.absent_excused, row.assessment_waived, row.version) == (4, True, 2)


def test_one_impossible_value_holds_up_all_and_names_its_pupil(book: OpenBook) -> None:
    first, second, _ = book.opened.record_ids
    with pytest.raises(Invalid, match="Chiều cao phải là số từ 30 đến 250 cm") as refused:
        save(book, Attendance(first, 1), Attendance(second, height_cm="abc"))
    assert refused.value.record_ids == (str(second),)
    assert kept(book)[0].absent_excused == 0


def test_a_pupil_is_sent_once(book: OpenBook) -> None:
    row = Attendance(book.opened.record_ids[0], 1)
    with pytest.raises(Invalid, match="chỉ được gửi một dòng"):
        save(book, row, row)


def test_a_pupil_of_another_class_is_not_found(db: Session, book: OpenBook) -> None:
    other = open_book(db, make_class(db, make_school(db, 2)))
    with pytest.raises(NotFound):
        save(book, Attendance(other.opened.record_ids[0], 1))


def test_once_the_homeroom_has_submitted_it_is_refused_and_others_may_read(book: OpenBook) -> None:
    save(book, Attendance(book.opened.record_ids[0], 1))
    assert attendance_in(book.session, book.id, drafts=False) == []
    fill(book, [HOMEROOM])
    book.act(Action.SUBMIT, HOMEROOM)
    with pytest.raises(Conflict):
        save(book, Attendance(book.opened.record_ids[0], 2))
    assert [each.absent_excused for each in attendance_in(book.session, book.id, drafts=False)] == [1, 0, 0]


def test_each_pupil_is_saved_by_itself_and_whoever_was_first_is_named(book: OpenBook) -> None:
    first, second, _ = book.opened.record_ids
    save(book, Attendance(first, 1), by=book.cast.music)
    rows = [Attendance(first, 5), Attendance(second, 2)]
    saved, overtaken = save_each(book.session, book.id, rows, book.cast.homeroom)
    assert saved == [KeptAttendance(second, 2, version=1)]
    assert [(each.kept, each.by) for each in overtaken] == [
        (KeptAttendance(first, 1, version=1), book.session.get_one(Staff, book.cast.music).full_name)
    ]
    assert kept(book)[0].absent_excused == 1
