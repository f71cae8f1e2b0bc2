"""How complete a class is: each part in one state, what is owed by whom, reminders once a day, what is at stake."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from domain.completeness import Choice, PartState, Selection, chosen, to_return
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.stages import Stage
from storage import at_stake, completeness
from storage.tables import PupilTerm, TeachingAssignment
from tests.factories import NOW, SLOTS, OpenBook, fill, make_class, make_school, open_book
from tests.storage.papers import make_document, make_signature

TODAY = date(2027, 1, 10)


def states(book: OpenBook, record: int = 0) -> dict[str, PartState]:
    found = completeness.of_class_term(book.session, book.id, NOW)
    return {part.slot: part.state for part in found.pupils[record].parts}


def test_each_part_is_in_one_state(book: OpenBook) -> None:
    fill(book, ["toan", "am_nhac"])
    fill(book, ["tieng_viet"], book.records[:1])
    book.act(Action.SUBMIT, "am_nhac")
    found = states(book)
    assert (found["toan"], found["am_nhac"]) == (PartState.READY, PartState.SUBMITTED)
    assert (found["tieng_viet"], states(book, 1)["tieng_viet"]) == (PartState.READY, PartState.MISSING)


def test_a_returned_and_a_signed_part_are_told_apart(book: OpenBook) -> None:
    book.review_all()
    book.act(Action.SIGN, "am_nhac")
    book.act(Action.RETURN, HOMEROOM, book.records[:1], to_slot="toan", reason_id=book.reason())
    found = states(book)
    assert (found["toan"], found["am_nhac"], found[HOMEROOM]) == (
        PartState.RETURNED,
        PartState.SIGNED,
        PartState.SUBMITTED,
    )


def test_what_is_missing_counts_cells_and_teachers(book: OpenBook) -> None:
    fill(book, [slot for slot in SLOTS if slot not in {"am_nhac", "toan"}])
    for slot in SLOTS:
        if slot not in {"am_nhac", "toan"}:
            book.act(Action.SUBMIT, slot)
    found = completeness.of_class_term(book.session, book.id, NOW)
    assert [total.slot for total in found.owed] == ["toan", "am_nhac"]
    assert found.debtors == 2
    [toan] = [total for total in found.totals if total.slot == "toan"]
    assert (toan.open_pupils, toan.missing > 0, toan.teacher != "") == (3, True, True)


def test_who_is_held_back_keeps_nobody_waiting(book: OpenBook) -> None:
    book.act(Action.HOLD, HOMEROOM, book.records[:1], reason_id=book.reason("Chờ giấy khai sinh."))
    found = completeness.of_class_term(book.session, book.id, NOW)
    assert {total.open_pupils for total in found.totals} == {2}
    assert [pupil.order_no for pupil in found.held] == [1]
    assert completeness.hold_reasons(book.session, book.id) == {UUID(book.records[0]): "Chờ giấy khai sinh."}


def test_a_slot_without_a_teacher_is_owed_by_nobody_known(db: Session, book: OpenBook) -> None:
    for row in db.query(TeachingAssignment).filter_by(class_id=book.cast.class_id, slot="toan"):
        row.valid_to = NOW
    db.flush()
    [total] = [each for each in completeness.of_class_term(db, book.id, NOW).totals if each.slot == "toan"]
    assert (total.staff_id, total.teacher) == (None, "")


def test_a_choice_leaves_the_totals_of_the_whole_class(book: OpenBook) -> None:
    fill(book, ["toan"])
    book.act(Action.SUBMIT, "toan")
    book.act(Action.HOLD, HOMEROOM, book.records[:1], reason_id=book.reason("Chờ giấy khai sinh."))
    whole = completeness.of_class_term(book.session, book.id, NOW)
    missing = chosen(whole, Choice(only_missing=True))
    assert "toan" not in {total.slot for total in missing.totals}
    assert [pupil.order_no for pupil in missing.pupils] == [2, 3]
    one = chosen(whole, Choice(slot="toan", standing="held"))
    assert [(total.slot, total.pupils) for total in one.totals] == [("toan", 3)]
    assert [(pupil.order_no, len(pupil.parts)) for pupil in one.pupils] == [(1, 1)]
    assert chosen(whole, Choice(standing=Stage.ISSUED.value)).pupils == ()


def test_of_a_column_or_row_only_what_can_go_back_is_meant(book: OpenBook) -> None:
    fill(book, ["toan", "am_nhac"])
    book.act(Action.SUBMIT, "toan")
    book.act(Action.SUBMIT, "am_nhac")
    whole = completeness.of_class_term(book.session, book.id, NOW)
    first, second = (pupil.record_id for pupil in whole.pupils[:2])
    asked = Selection(frozenset({("tieng_viet", first)}), frozenset({"toan"}), frozenset({second}))
    back = to_return(whole, asked)
    assert {slot: len(rows) for slot, rows in back.pupils.items()} == {"toan": 3, "am_nhac": 1}
    assert (back.count, back.left_out) == (4, 1)


def test_a_teacher_is_reminded_of_a_slot_once_a_day(book: OpenBook) -> None:
    told = {"am_nhac": book.cast.music, "toan": book.cast.homeroom}
    counts = [completeness.remind(book.session, book.id, told, TODAY) for _ in range(2)]
    assert counts == [2, 0]
    assert completeness.remind(book.session, book.id, told, date(2027, 1, 11)) == 2
    assert set(completeness.reminded_at(book.session, book.id)) == {"am_nhac", "toan"}


def test_absences_are_counted_once_somebody_kept_them(db: Session, book: OpenBook) -> None:
    assert completeness.attendance_kept(db, book.id) == 0
    db.merge(PupilTerm(record_id=UUID(book.records[0]), version=1))
    db.flush()
    assert completeness.attendance_kept(db, book.id) == 1


def test_only_ones_own_classes_are_homeroom(db: Session, book: OpenBook) -> None:
    other = open_book(db, make_class(db, book.cast.school, "1A2"))
    school = book.cast.school.school_id
    mine = completeness.homeroom_lines(db, school, book.cast.homeroom, NOW)
    assert [line.class_term_id for line in mine] == [book.id]
    assert completeness.homeroom_lines(db, school, other.cast.music, NOW) == []
    assert completeness.homeroom_lines(db, make_school(db, 2).school_id, book.cast.homeroom, NOW) == []


def test_a_return_puts_only_its_own_signatures_at_stake(book: OpenBook) -> None:
    book.review_all()
    for slot in ("toan", "am_nhac"):
        make_signature(book.session, make_document(book, kind="subject_sheet", slot=slot, part=1), book)
    [stake] = at_stake.of_return(book.session, book.id, {"toan": [UUID(each) for each in book.records[:2]]})
    assert (stake.kind, stake.slot, stake.pupils) == ("subject_sheet", "toan", 2)
    assert at_stake.of_hold(book.session, book.id, [UUID(book.records[0])]) == []
