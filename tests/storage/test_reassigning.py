"""Who fills a slot or an office from a moment on: no gap, no overlap, and nobody is moved behind a signature."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.decisions import Action
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from storage import assignments, reassigning, staffing
from storage.access import SCHOOL_WIDE
from storage.reassigning import Appointment, Change
from storage.staffing import Person
from storage.tables import Position, Reason, SigningOrder, TeachingAssignment
from tests.factories import SINCE, ClassCast, OpenBook, make_class, make_school, make_staff
from tests.storage.papers import make_order

AT = datetime(2026, 12, 1, tzinfo=UTC)
LATER = AT + timedelta(days=30)
INSTANT = timedelta(microseconds=1)


@pytest.fixture
def cast(book: OpenBook) -> ClassCast:
    return book.cast


@pytest.fixture
def newcomer(db: Session, cast: ClassCast) -> UUID:
    return make_staff(db, cast.school.school_id, 90)


def head_of(cast: ClassCast) -> Person:
    return Person(cast.school.principal, cast.school.school_id, "Hiệu trưởng", SCHOOL_WIDE)


def change(
    db: Session, cast: ClassCast, staff_id: UUID, at: datetime = AT, until: datetime | None = None, slot: str = "toan"
) -> int:
    asked = Change(cast.class_id, slot, staff_id, at, until)
    return reassigning.change_slots(db, head_of(cast), [asked], (uuid4(), "Nghỉ thai sản"))


def holder(db: Session, cast: ClassCast, at: datetime, slot: str = "toan") -> UUID:
    return staffing.signer_of(db, cast.class_id, slot, at).staff_id


def periods(db: Session, cast: ClassCast, slot: str = "toan") -> Sequence[TeachingAssignment]:
    query = select(TeachingAssignment).where(
        TeachingAssignment.class_id == cast.class_id, TeachingAssignment.slot == slot
    )
    return db.scalars(query.order_by(TeachingAssignment.valid_from)).all()


def test_from_the_moment_on_somebody_else_fills_the_slot(db: Session, cast: ClassCast, newcomer: UUID) -> None:
    assert change(db, cast, newcomer) == 1
    assert (holder(db, cast, AT - INSTANT), holder(db, cast, AT)) == (cast.homeroom, newcomer)
    first, second = periods(db, cast)
    assert (first.valid_to, second.valid_from, second.valid_to) == (AT, AT, None)
    reason = db.get_one(Reason, second.reason_id)
    assert (reason.text, second.made_by) == ("Nghỉ thai sản", cast.school.principal)


def test_the_same_asked_again_changes_nothing(db: Session, cast: ClassCast, newcomer: UUID) -> None:
    change(db, cast, newcomer)
    assert change(db, cast, newcomer) == 0
    assert len(periods(db, cast)) == 2


def test_whoever_is_stood_in_for_gets_the_slot_back(db: Session, cast: ClassCast, newcomer: UUID) -> None:
    change(db, cast, newcomer, until=LATER)
    found = [holder(db, cast, at) for at in (AT - INSTANT, AT, LATER - INSTANT, LATER)]
    assert found == [cast.homeroom, newcomer, newcomer, cast.homeroom]
    with pytest.raises(Invalid, match="phải sau ngày bắt đầu"):
        change(db, cast, cast.music, until=AT)


def test_a_change_that_is_planned_already_ends_the_one_before(db: Session, cast: ClassCast, newcomer: UUID) -> None:
    change(db, cast, newcomer, at=LATER)
    change(db, cast, cast.music)
    found = [holder(db, cast, at) for at in (AT - INSTANT, AT, LATER - INSTANT, LATER)]
    assert found == [cast.homeroom, cast.music, cast.music, newcomer]


def test_a_plan_is_taken_back_by_another_for_the_same_moment(db: Session, cast: ClassCast, newcomer: UUID) -> None:
    change(db, cast, newcomer)
    change(db, cast, cast.music)
    assert [each.staff_id for each in periods(db, cast)] == [cast.homeroom, cast.music]


def test_a_slot_that_nobody_filled_is_filled(db: Session, cast: ClassCast, newcomer: UUID) -> None:
    for each in periods(db, cast):
        db.delete(each)
    change(db, cast, newcomer)
    assert holder(db, cast, AT) == newcomer


def signed(book: OpenBook, slot: str, at: datetime, more: Sequence[str] = ()) -> SigningOrder:
    order = make_order(book, Action.SIGN, slot, lease=False)
    order.state, order.signing_time, order.more_slots = "completed", at, list(more)
    book.session.flush()
    return order


@pytest.mark.parametrize(("slot", "more"), [("toan", ()), ("tieng_viet", ("toan",))])
def test_nobody_is_moved_behind_a_signature(
    db: Session, book: OpenBook, newcomer: UUID, slot: str, more: Sequence[str]
) -> None:
    signed(book, slot, AT + timedelta(days=2), more)
    with pytest.raises(Conflict, match="đã được ký ngày 03/12/2026"):
        change(db, book.cast, newcomer)
    assert len(periods(db, book.cast)) == 1
    assert change(db, book.cast, newcomer, at=AT + timedelta(days=3)) == 1
    assert change(db, book.cast, newcomer, slot="dao_duc") == 1


def test_several_are_changed_together_or_not_at_all(db: Session, book: OpenBook, newcomer: UUID) -> None:
    cast = book.cast
    signed(book, "toan", AT + timedelta(days=2))
    asked = [Change(cast.class_id, slot, newcomer, AT) for slot in ("tieng_viet", "toan")]
    with pytest.raises(Conflict), db.begin_nested():
        reassigning.change_slots(db, head_of(cast), asked, (uuid4(), "Nghỉ hưu"))
    assert len(periods(db, cast, "tieng_viet")) == 1


def test_another_schools_classes_and_people_are_not_found(db: Session, cast: ClassCast, newcomer: UUID) -> None:
    theirs = make_class(db, make_school(db, 2), "1C1")
    with pytest.raises(NotFound):
        change(db, cast, theirs.homeroom)
    asked = [Change(theirs.class_id, "toan", newcomer, AT)]
    with pytest.raises(NotFound):
        reassigning.change_slots(db, head_of(cast), asked, (uuid4(), "Nghỉ hưu"))


def test_the_history_of_a_slot_says_who_and_why(db: Session, cast: ClassCast, newcomer: UUID) -> None:
    change(db, cast, newcomer)
    newest, oldest = assignments.history_of(db, cast.class_id, "toan")
    assert (newest.staff_id, newest.reason, newest.made_by) == (newcomer, "Nghỉ thai sản", "Giáo viên Mẫu 101")
    assert (oldest.staff_id, oldest.reason, oldest.valid_to) == (cast.homeroom, "", AT)


def appoint(db: Session, cast: ClassCast, staff_id: UUID, role: str = "principal", *, replaces: bool = False) -> bool:
    new = Appointment(staff_id, role, "Hiệu trưởng", AT, replaces)
    return reassigning.appoint(db, head_of(cast), new, (uuid4(), "Quyết định bổ nhiệm"))


def positions(db: Session, cast: ClassCast, role: str) -> Sequence[Position]:
    query = select(Position).where(Position.school_id == cast.school.school_id, Position.role == role)
    return db.scalars(query.order_by(Position.valid_from)).all()


def test_a_second_head_is_refused_in_words(db: Session, cast: ClassCast, newcomer: UUID) -> None:
    with pytest.raises(Conflict, match="đã có hiệu trưởng"), db.begin_nested():
        appoint(db, cast, newcomer)
    assert len(positions(db, cast, "principal")) == 1


def test_a_new_head_follows_the_one_before_without_a_gap(db: Session, cast: ClassCast, newcomer: UUID) -> None:
    assert appoint(db, cast, newcomer, replaces=True) is True
    assert (holder(db, cast, AT - INSTANT, "principal"), holder(db, cast, AT, "principal")) == (
        cast.school.principal, newcomer,
    )  # fmt: skip
    assert appoint(db, cast, newcomer, replaces=True) is False


def test_nobody_gives_an_office_to_oneself(db: Session, cast: ClassCast) -> None:
    with pytest.raises(NotAllowed, match="Không tự giao chức vụ cho mình"):
        appoint(db, cast, cast.school.principal, "system_admin")
    assert not positions(db, cast, "system_admin")


def test_a_school_may_have_two_clerks(db: Session, cast: ClassCast, newcomer: UUID) -> None:
    assert appoint(db, cast, newcomer, "seal_clerk") is True
    assert len(positions(db, cast, "seal_clerk")) == 2


def test_an_office_ends_but_not_before_its_holders_signature(db: Session, book: OpenBook) -> None:
    cast = book.cast
    [row] = positions(db, cast, "principal")
    order = make_order(book, Action.APPROVE, "principal", lease=False)
    order.state, order.signing_time = "completed", AT + timedelta(days=2)
    db.flush()
    with pytest.raises(Conflict, match="đã ký ngày 03/12/2026"):
        reassigning.retire(db, head_of(cast), row.id, AT, (uuid4(), "Nghỉ hưu"))
    reassigning.retire(db, head_of(cast), row.id, LATER, (uuid4(), "Nghỉ hưu"))
    assert row.valid_to == LATER
    assert (row.ended_by, db.get_one(Reason, row.end_reason_id).text) == (cast.school.principal, "Nghỉ hưu")


def test_the_last_administrator_stays(db: Session, cast: ClassCast, newcomer: UUID) -> None:
    appoint(db, cast, newcomer, "system_admin")
    [row] = positions(db, cast, "system_admin")
    with pytest.raises(Conflict, match="quản trị duy nhất"):
        reassigning.retire(db, head_of(cast), row.id, LATER, (uuid4(), "Nghỉ hưu"))
    with pytest.raises(NotFound):
        reassigning.retire(db, head_of(cast), uuid4(), LATER, (uuid4(), "Nghỉ hưu"))


def test_an_office_that_has_not_begun_is_taken_back(db: Session, cast: ClassCast, newcomer: UUID) -> None:
    appoint(db, cast, newcomer, "seal_clerk")
    row = next(each for each in positions(db, cast, "seal_clerk") if each.staff_id == newcomer)
    reassigning.retire(db, head_of(cast), row.id, SINCE, (uuid4(), "Nghỉ hưu"))
    assert [each.staff_id for each in positions(db, cast, "seal_clerk")] == [cast.school.clerk]
