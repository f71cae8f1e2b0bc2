"""Where a pupil is now: by the newest enrolment of all, not by whichever was never closed."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.errors import Conflict, NotFound
from storage import presence, staffing
from storage.tables import Enrolment, Matter, PupilRow, Staff
from storage.transfers.requesting import Application, Outside, open_transfer
from tests.factories import NOW, OpenBook, SchoolCast, make_class, make_school, open_book
from tests.storage.pupil_years import enrolment_of, stayed, went_on

LEFT = date(2027, 10, 1)


@pytest.fixture
def other(db: Session) -> OpenBook:
    return open_book(db, make_class(db, make_school(db, 2)))


def own(book: OpenBook) -> Enrolment:
    return enrolment_of(book.session, book.records[0])


def school_of(session: Session, pupil_id: UUID) -> UUID | None:
    found = presence.place_of(session, pupil_id)
    return found[1] if found else None


def test_in_one_year_it_is_the_place_that_was_not_left(db: Session, book: OpenBook, other: OpenBook) -> None:
    stayed(other, own(book).pupil_id)
    assert presence.place_of(db, own(book).pupil_id) == (own(book), book.cast.school.school_id)
    own(book).left_on = LEFT
    assert presence.place_of(db, own(book).pupil_id) is None


def test_a_later_year_counts_whether_or_not_it_was_left(db: Session, book: OpenBook, other: OpenBook) -> None:
    later = went_on(db, other.cast.school.school_id, own(book).pupil_id)
    assert school_of(db, own(book).pupil_id) == other.cast.school.school_id
    later.left_on = LEFT
    db.flush()
    assert school_of(db, own(book).pupil_id) is None


def test_who_was_never_in_a_class_is_nowhere(db: Session) -> None:
    assert presence.place_of(db, uuid4()) is None


def applies(book: OpenBook, school: SchoolCast) -> Matter:
    """To come, by the papers, from a school outside of the system."""
    session, matter_id = book.session, uuid4()
    clerk = staffing.person(session, NOW, Staff.id == school.clerk)
    pupil = session.get_one(PupilRow, own(book).pupil_id)
    assert clerk is not None
    asked = Application(
        matter_id=matter_id, command_id=str(matter_id), arrives=True, pupil=pupil.pupil_code,
        birth_date=pupil.birth_date, requested_on=day_of(NOW), reason="Gia đình về lại.", grade=2,
        outside=Outside("Trường Tiểu học Bằng Lăng Tím", "", "Tỉnh Đồng Nai"),
    )  # fmt: skip
    return open_transfer(session, clerk, asked, NOW)


def test_who_left_the_system_after_more_than_a_year_may_come_back(db: Session, book: OpenBook) -> None:
    school = book.cast.school
    later = went_on(db, school.school_id, own(book).pupil_id)
    with pytest.raises(Conflict, match="đang học ở trường"):
        applies(book, school)
    later.left_on = LEFT
    db.flush()
    assert applies(book, school).school_id == school.school_id


def test_who_learns_at_another_school_does_not_come_from_outside(db: Session, book: OpenBook, other: OpenBook) -> None:
    went_on(db, other.cast.school.school_id, own(book).pupil_id)
    with pytest.raises(NotFound, match="Chưa nhập được đơn này"):
        applies(book, book.cast.school)
