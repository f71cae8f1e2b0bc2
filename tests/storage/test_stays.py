"""Who comes back, who leaves the system and returns, and who is listed for the coming year already."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import SchoolYear, day_of
from domain.decisions import Action
from domain.errors import Conflict
from domain.transfers.phases import Direction
from storage import chains, moving, opening, registration
from storage.registration import ClassFacts
from storage.tables import (
    ClassTermRow,
    Enrolment,
    LogEvent,
    PupilTerm,
    TermRecord,
)
from storage.transfers import books
from tests.factories import NOW, YEAR, make_class, make_school, open_book
from tests.storage.moving import AT, Later, Two, confirmed, from_outside, is_over, make_later
from tests.storage.papers import make_document


@pytest.fixture
def two(db: Session) -> Two:
    old, new = (open_book(db, make_class(db, make_school(db, number))) for number in (1, 2))
    return Two(db, old, new, confirmed(db, old.cast, new.cast))


@pytest.fixture
def later(db: Session) -> Later:
    return make_later(db)


def test_a_place_for_the_coming_year_is_given_up_and_the_year_that_is_over_stays(later: Later) -> None:
    place = later.listed(later.next_old)
    arrived = moving.arrive(later.db, later.row, AT)
    assert arrived is not None
    assert place.left_on == day_of(AT)
    former = later.db.get_one(Enrolment, later.row.from_enrolment_id)
    assert (former.left_on, former.record_uid != arrived.record_uid) == (None, True)


def test_a_record_of_the_coming_year_leaves_the_former_school_too(later: Later) -> None:
    """It was opened while the transfer was under way: it stands still, and goes on at the new school."""
    place = later.listed(later.next_old)
    opening.open_term(later.db, later.next_old, Term.HK1, AT)
    with pytest.raises(Conflict, match="chưa dừng hết"):
        moving.arrive(later.db, later.row, AT)
    [step] = books.to_detach(later.db, later.row, 1)
    [record_id] = step.decision.record_ids
    mine = update(TermRecord).where(TermRecord.id == UUID(record_id))
    later.db.execute(mine.values(moving=True, held=True))
    arrived = moving.arrive(later.db, later.row, AT)
    assert arrived is not None
    assert (place.left_on, arrived.record_uid) == (day_of(AT), place.record_uid)
    [leaves] = books.to_commit(later.db, later.row, 1)
    assert leaves.decision.record_ids == (record_id,)


def test_whom_the_new_class_has_in_its_list_already_has_one_place_there(later: Later) -> None:
    place = later.listed(later.next_new)
    opened = opening.open_term(later.db, later.next_new, Term.HK1, AT)
    assert len(opened.record_ids) == 1
    assert books.to_attach(later.db, later.row, 1) == []
    arrived = moving.arrive(later.db, later.row, AT)
    assert arrived is place
    assert (place.left_on, place.joined_on) == (None, day_of(AT))


def test_a_record_of_the_coming_year_at_a_third_school_keeps_the_pupil(later: Later) -> None:
    third = make_class(later.db, make_school(later.db, 3))
    class_id = registration.add_class(
        later.db, third.school.school_id, SchoolYear(YEAR.start + 1), ClassFacts(2, "2A1")
    )
    later.listed(class_id)
    opening.open_term(later.db, class_id, Term.HK1, AT)
    with pytest.raises(Conflict, match="một lớp khác"):
        moving.arrive(later.db, later.row, AT)


def test_who_comes_back_has_a_stay_of_his_own_and_every_move_stands_in_the_log(two: Two) -> None:
    sealed = make_document(two.old, kind="year_record", record=0, part=1, sealed_at=AT)
    two.decide(two.old, Action.DETACH_BEGIN, two.leaving)
    two.attach()
    first = two.db.get_one(Enrolment, two.row.from_enrolment_id)
    is_over(two.db, two.row)
    two.decide(two.old, Action.DETACH_COMMIT, two.leaving)
    back = confirmed(two.db, two.new.cast, two.old.cast, two.row.pupil_id)
    two.db.execute(update(TermRecord).where(TermRecord.enrolment_id == two.row.to_enrolment_id).values(moving=True))
    later = NOW + timedelta(days=30)
    again = moving.arrive(two.db, back, later)
    assert again is not None
    assert again.id != first.id
    assert (first.left_on, again.joined_on, again.left_on) == (day_of(NOW), day_of(later), None)
    assert (again.order_no, again.record_uid) == (first.order_no, first.record_uid)
    moves = two.db.scalars(select(LogEvent.happened_at).where(LogEvent.document_id == sealed.id))
    assert list(moves) == [NOW, later]
    stays = [(each.class_name, each.left_on) for each in chains.stays_of(two.db, two.row.pupil_id)]
    assert stays == [("1A1", day_of(NOW)), ("1A1", day_of(later)), ("1A1", None)]


def test_left_and_back_within_a_day_is_one_stay(two: Two) -> None:
    """Of the day on which he came; the class has him once."""
    two.decide(two.old, Action.DETACH_BEGIN, two.leaving)
    two.attach()
    is_over(two.db, two.row)
    two.db.execute(update(TermRecord).where(TermRecord.id == UUID(two.leaving)).values(moving=False))
    ways = [(two.new.cast, two.old.cast), (two.old.cast, two.new.cast)]
    for old, new in ways:
        row = confirmed(two.db, old, new, two.row.pupil_id)
        mine = select(Enrolment.id).where(Enrolment.pupil_id == two.row.pupil_id)
        two.db.execute(update(TermRecord).where(TermRecord.enrolment_id.in_(mine)).values(moving=True))
        assert moving.arrive(two.db, row, NOW) is not None
        is_over(two.db, row)
    two.db.expire_all()
    here = select(Enrolment).where(Enrolment.class_id == two.new.cast.class_id, Enrolment.pupil_id == two.row.pupil_id)
    assert [each.left_on for each in two.db.scalars(here)] == [None]


def test_out_of_the_system_and_back_within_the_year_goes_on_with_the_year(two: Two) -> None:
    """The record that was detached is what the new one begins with, under the same id."""
    two.db.add(PupilTerm(record_id=UUID(two.leaving), height_cm="121"))
    two.row.direction, two.row.to_school_id, two.row.to_class_id = Direction.OUT, None, None
    two.row.other_name = "Trường Tiểu học Bằng Lăng Tím"
    two.decide(two.old, Action.DETACH_BEGIN, two.leaving)
    assert moving.arrive(two.db, two.row, AT) is None
    two.decide(two.old, Action.DETACH_COMMIT, two.leaving)
    is_over(two.db, two.row)
    left = two.db.get_one(Enrolment, two.row.from_enrolment_id)
    back = from_outside(two)
    two.row = back
    arrived = two.db.get_one(TermRecord, two.attach())
    enrolment = two.db.get_one(Enrolment, arrived.enrolment_id)
    assert (enrolment.record_uid, left.left_on is not None) == (left.record_uid, True)
    assert two.db.get_one(PupilTerm, arrived.id).height_cm == "121"


def test_who_comes_from_outside_has_no_part_in_a_term_that_is_finished(two: Two) -> None:
    year = open_book(two.db, two.new.cast, Term.YEAR_END)
    two.row.direction = Direction.OUT
    two.row.to_school_id, two.row.to_class_id, two.row.other_name = None, None, "Trường khác"
    is_over(two.db, two.row)
    left = two.db.get_one(Enrolment, two.row.from_enrolment_id)
    left.left_on = day_of(AT)
    two.db.execute(update(ClassTermRow).where(ClassTermRow.id == two.new.id).values(stage="issued"))
    row = from_outside(two)
    assert [each.class_term_id for each in books.to_attach(two.db, row, 1)] == [str(year.id)]
    two.db.execute(update(ClassTermRow).where(ClassTermRow.id == two.new.id).values(stage="entry"))
    assert {each.class_term_id for each in books.to_attach(two.db, row, 1)} == {str(two.new.id), str(year.id)}
