"""What waits for whom at each step, and until when; what is held, issued or somebody else's waits for nobody."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM, PRINCIPAL
from domain.deadlines import Urgency
from domain.decisions import Action
from domain.stages import STAGE_NAMES, Stage
from domain.work import Work
from storage import staffing, tasks
from storage.staffing import Person
from storage.tables import Staff, TermRecord
from tests.factories import DUE, NOW, OpenBook, make_class, make_school


def person(book: OpenBook, slot: str) -> Person:
    found = staffing.person(book.session, NOW, Staff.id == book.cast.who(slot))
    assert found is not None
    return found


def waiting(book: OpenBook, slot: str) -> list[tuple[Work, str, int]]:
    return [(task.work, task.slot, task.count) for task in tasks.tasks_of(book.session, person(book, slot), NOW)]


def test_at_entry_each_teacher_enters_own_slots_only(book: OpenBook) -> None:
    assert waiting(book, "am_nhac") == [(Work.ENTER, "am_nhac", 3)]
    assert {slot for work, slot, _ in waiting(book, HOMEROOM) if work is Work.ENTER} >= {"toan", HOMEROOM}
    assert waiting(book, PRINCIPAL) == []


def test_what_was_sent_back_is_to_be_corrected(book: OpenBook) -> None:
    book.submit_all()
    book.act(Action.RETURN, HOMEROOM, book.records[:1], to_slot="am_nhac", reason_id=book.reason())
    assert waiting(book, "am_nhac") == [(Work.ENTER, "am_nhac", 1)]
    [task] = tasks.tasks_of(book.session, person(book, "am_nhac"), NOW)
    assert task.is_returned
    assert waiting(book, HOMEROOM) == [(Work.REVIEW, HOMEROOM, 2)]


def test_reviewed_records_wait_for_the_subjects_that_have_not_signed(book: OpenBook) -> None:
    book.review_all()
    assert waiting(book, "am_nhac") == [(Work.SIGN, "am_nhac", 3)]
    assert HOMEROOM not in {slot for _, slot, _ in waiting(book, HOMEROOM)}


@pytest.mark.parametrize(
    ("stage", "slot", "work"),
    [
        (Stage.SUBMITTED, HOMEROOM, Work.REVIEW),
        (Stage.SUBJECT_SIGNED, HOMEROOM, Work.SIGN),
        (Stage.HOMEROOM_SIGNED, PRINCIPAL, Work.APPROVE),
        (Stage.APPROVED, "seal", Work.SEAL),
    ],
)
def test_whole_records_wait_for_who_acts_next(book: OpenBook, stage: Stage, slot: str, work: Work) -> None:
    book.review_all()
    book.session.query(TermRecord).update({"stage": stage.value})
    assert [each[::2] for each in waiting(book, slot) if each[1] == slot] == [(work, 3)]


def test_held_records_wait_for_nobody(book: OpenBook) -> None:
    book.session.query(TermRecord).update({"held": True})
    assert waiting(book, "am_nhac") == []
    assert waiting(book, HOMEROOM) == []


def test_the_principal_of_another_school_has_nothing_to_do_here(db: Session, book: OpenBook) -> None:
    book.session.query(TermRecord).update({"stage": Stage.HOMEROOM_SIGNED.value})
    stranger = staffing.person(db, NOW, Staff.id == make_school(db, 2).principal)
    assert stranger is not None
    assert tasks.tasks_of(db, stranger, NOW) == []
    assert tasks.waits_of(db, stranger, NOW) == []


def test_an_assignment_that_is_over_leaves_no_task(book: OpenBook) -> None:
    before = staffing.person(book.session, NOW, Staff.id == book.cast.music)
    assert before is not None
    assert tasks.tasks_of(book.session, before, NOW - timedelta(days=365)) == []


def test_urgency_counts_days_of_vietnam(book: OpenBook) -> None:
    task = tasks.tasks_of(book.session, person(book, "am_nhac"), NOW)[0]
    assert task.due_at == DUE
    seen = [
        task.urgency(DUE - timedelta(**before)) for before in ({"days": 9}, {"days": 3}, {"hours": 2}, {"hours": 0})
    ]
    assert seen == [Urgency.LATER, Urgency.SOON, Urgency.TODAY, Urgency.LATE]


def test_waits_name_who_is_behind_at_each_step(db: Session, book: OpenBook) -> None:
    make_class(db, book.cast.school, "1A2")
    music = db.get_one(Staff, book.cast.music).full_name
    homeroom = db.get_one(Staff, book.cast.homeroom).full_name
    waits = tasks.waits_of(db, person(book, HOMEROOM), NOW)
    assert [(wait.step, wait.names, wait.count) for wait in waits] == [(STAGE_NAMES[Stage.ENTRY], (music,), 3)]
    book.submit_all()
    waits = tasks.waits_of(db, person(book, "am_nhac"), NOW)
    assert [(wait.step, wait.names) for wait in waits] == [(STAGE_NAMES[Stage.SUBMITTED], (homeroom,))]
    assert tasks.waits_of(db, person(book, HOMEROOM), NOW) == []
