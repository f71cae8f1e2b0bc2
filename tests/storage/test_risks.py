"""Who may miss a deadline, known today: by certificate, by never having come, by what was late before."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from domain.decisions import Action
from domain.duties import Duty
from domain.risks import Concern, Risk, RiskKind
from storage import attention
from storage.open_work import OpenWork
from storage.risks import risks_of
from storage.staffing import Person
from storage.tables import ClassTermRow, Command, TeachingAssignment
from tests.factories import DUE, NOW, OpenBook, fill, make_certificate, make_school

LAST = datetime(2027, 6, 1, tzinfo=UTC)


def risks(book: OpenBook, staff_id: UUID) -> list[RiskKind]:
    return [each.kind for each in risks_of(book.session, book.cast.school.school_id, NOW).get(staff_id, ())]


def concerns(book: OpenBook, *duties: Duty, at: datetime = NOW) -> dict[Concern, int]:
    person = Person(book.cast.school.principal, book.cast.school.school_id, "", frozenset(duties))
    whole = OpenWork.of_school(book.session, person.school_id, at)
    return {each.concern: each.count for each in attention.matters(person, whole)}


def test_who_signs_without_a_certificate_or_never_came_is_at_risk(book: OpenBook) -> None:
    music = book.cast.music
    assert risks(book, music) == [RiskKind.NO_CERTIFICATE, RiskKind.NEVER_HERE]
    make_certificate(book.session, music, not_after=LAST - timedelta(days=30))
    assert risks(book, music) == [RiskKind.CERTIFICATE_ENDS, RiskKind.NEVER_HERE]
    make_certificate(book.session, music, not_after=LAST + timedelta(days=300))
    fill(book)
    book.act(Action.SUBMIT, "am_nhac")
    assert risks(book, music) == []
    assert risks(book, book.cast.school.clerk) == []


def test_what_was_late_before_is_counted(book: OpenBook) -> None:
    fill(book)
    late = {"action": "submit", "slot": "am_nhac", "actor_id": book.cast.music, "is_late": True}
    book.session.add(Command(id="late", class_term_id=book.id, wf_seq=1, **late))
    found = risks_of(book.session, book.cast.school.school_id, NOW)[book.cast.music]
    assert Risk(RiskKind.WAS_LATE, count=1) in found


def test_a_school_without_classes_has_no_risks(db: Session) -> None:
    assert risks_of(db, make_school(db, 5).school_id, NOW) == {}


def test_the_management_sees_what_is_late_and_what_nobody_does(book: OpenBook) -> None:
    assert Concern.LATE_CLASSES not in concerns(book)
    late = concerns(book, at=DUE)
    assert (late[Concern.LATE_CLASSES], late[Concern.LATE_PEOPLE]) == (1, 2)
    gone = TeachingAssignment.staff_id == book.cast.music
    book.session.execute(update(TeachingAssignment).where(gone).values(valid_to=NOW - timedelta(days=1)))
    assert concerns(book)[Concern.NOBODYS_PARTS] == 1


def test_accounts_and_books_are_the_administrators(book: OpenBook) -> None:
    assert Concern.NO_ACCOUNT not in concerns(book, Duty.PRINCIPAL)
    found = concerns(book, Duty.ADMIN)
    assert found[Concern.NO_ACCOUNT] == 4
    assert Concern.UNOPENED not in found
    book.session.execute(update(ClassTermRow).values(term="year_end"))
    assert concerns(book, Duty.ADMIN)[Concern.UNOPENED] == 1
