"""What waits for whom and since when, and nudges: once for each person, class and day."""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Action
from domain.outstanding import PersonWork, by_urgency
from domain.stages import Stage
from domain.work import Work
from storage import arrivals, people
from storage.open_work import OpenWork
from storage.outstanding import outstanding
from storage.tables import ClassTermRow, Notice, TeachingAssignment
from tests.factories import DUE, NOW, SLOTS, SUBJECTS, OpenBook, make_class, make_school, open_book

DAY = date(2027, 1, 10)


def work_of(book: OpenBook) -> Mapping[UUID, PersonWork]:
    found = people.people_work(book.session, book.cast.school.school_id, NOW)
    return {each.staff_id: each for each in found.people}


def test_at_first_every_part_waits_to_be_entered(book: OpenBook) -> None:
    found = work_of(book)
    assert found[book.cast.music].counts == {Work.ENTER: 1}
    assert found[book.cast.homeroom].counts == {Work.ENTER: len(SLOTS) - 1}
    assert not found[book.cast.school.principal].work


def test_work_follows_the_steps_from_person_to_person(book: OpenBook) -> None:
    cast = book.cast
    book.submit_all()
    assert {person for person, each in work_of(book).items() if each.work} == {cast.homeroom}
    assert work_of(book)[cast.homeroom].counts == {Work.REVIEW: 1}
    book.act(Action.REVIEW, HOMEROOM)
    found = work_of(book)
    assert (found[cast.music].counts, found[cast.homeroom].counts) == ({Work.SIGN: 1}, {Work.SIGN: len(SUBJECTS) - 1})
    for slot in SUBJECTS:
        book.act(Action.SIGN, slot)
    assert work_of(book)[cast.homeroom].counts == {Work.SIGN: 1}
    book.act(Action.SIGN, HOMEROOM)
    assert work_of(book)[cast.school.principal].counts == {Work.APPROVE: 1}
    book.act(Action.APPROVE, PRINCIPAL)
    assert work_of(book)[cast.school.clerk].counts == {Work.SEAL: 1}
    book.act(Action.SEAL, SEAL)
    book.act(Action.ISSUE, SEAL)
    assert not outstanding(OpenWork.of_school(book.session, cast.school.school_id, NOW))


def test_a_held_pupil_waits_for_the_head(book: OpenBook) -> None:
    book.act(Action.HOLD, PRINCIPAL, book.records[:1], reason_id=book.reason())
    [line] = work_of(book)[book.cast.school.principal].work
    assert (line.work, line.pupils) == (Work.RELEASE, 1)


def test_a_part_that_was_sent_back_waits_since_then(book: OpenBook) -> None:
    book.submit_all()
    reason = book.reason()
    book.act(Action.RETURN, HOMEROOM, book.records[:1], to_slot="toan", reason_id=reason)
    lines = {each.slot: each for each in outstanding(OpenWork(book.session, ClassTermRow.id == book.id, NOW))}
    came = arrivals.of_class_terms(book.session, [book.id]).came(book.id, Stage.ENTRY)
    assert (lines["toan"].pupils, lines["toan"].since) == (1, came)
    assert (lines[HOMEROOM].work, lines[HOMEROOM].pupils) == (Work.REVIEW, 2)


def test_what_nobody_fills_is_told(book: OpenBook) -> None:
    for row in book.session.scalars(select(TeachingAssignment).where(TeachingAssignment.slot == "toan")):
        row.valid_to = NOW - timedelta(days=1)
    book.session.flush()
    found = people.people_work(book.session, book.cast.school.school_id, NOW)
    assert [each.slot for each in found.unassigned] == ["toan"]


def test_another_schools_work_is_not_shown(db: Session, book: OpenBook) -> None:
    other = make_class(db, make_school(db, 2), "1C1")
    open_book(db, other)
    assert other.homeroom not in work_of(book)
    assert {each.class_id for each in outstanding(OpenWork.of_school(db, other.school.school_id, NOW))} == {
        other.class_id
    }


def test_the_latest_come_first_then_the_given_name(book: OpenBook) -> None:
    late = DUE + timedelta(days=2)
    ordered = by_urgency(list(work_of(book).values()), late)
    assert {each.staff_id for each in ordered[:2]} == {book.cast.homeroom, book.cast.music}
    assert ordered[0].days_left(late) == -3
    assert not ordered[-1].work


def nudged(book: OpenBook) -> int:
    query = select(func.count()).select_from(Notice).where(Notice.class_term_id == book.id, Notice.kind == "nudge")
    return book.session.scalar(query) or 0


def test_a_nudge_is_sent_once_a_day(book: OpenBook) -> None:
    music = [work_of(book)[book.cast.music]]
    assert [people.nudge(book.session, music, day) for day in (DAY, DAY, DAY + timedelta(days=1))] == [1, 0, 1]
    assert nudged(book) == 2
    assert work_of(book)[book.cast.music].nudged_at is not None


def test_only_the_late_are_nudged_together(book: OpenBook) -> None:
    everybody = list(work_of(book).values())
    assert people.nudge(book.session, everybody, DAY, only_late_at=NOW) == 0
    assert people.nudge(book.session, everybody, DAY, only_late_at=DUE) == 2
    assert nudged(book) == 2


def test_the_tenth_class_comes_after_the_second(book: OpenBook) -> None:
    school = book.cast.school
    for name in ("1A10", "1A2"):
        open_book(book.session, make_class(book.session, school, name))
    found = outstanding(OpenWork.of_school(book.session, school.school_id, NOW))
    assert list(dict.fromkeys(each.class_name for each in found)) == ["1A1", "1A2", "1A10"]
