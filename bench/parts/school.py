"""A school of 2,000 pupils in the middle of a term, for measuring what its people wait for."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM
from domain.decisions import Action
from storage import registration
from storage.tables import ClassTermRow, TermRecord
from tests.factories import SINCE, ClassCast, OpenBook, SchoolCast, fill, make_class, make_school, make_staff, open_book

GRADES, CLASSES_PER_GRADE, PUPILS = range(1, 6), 11, 37  # 55 classes, 2,035 pupils


class Standing(StrEnum):
    """Where a class stands; the classes of a grade take turns."""

    AT_ENTRY = "at entry"
    BEGUN = "one subject submitted"
    SUBMITTED = "submitted"
    REVIEWED = "reviewed"
    AT_PRINCIPAL = "waits for the principal"


@dataclass(frozen=True)
class BigSchool:
    """The school, its admin, and the books of its classes."""

    school: SchoolCast
    admin: UUID
    books: list[OpenBook]

    def cast(self, number: int) -> ClassCast:
        return self.books[number].cast


def make_big_school(
    session: Session, number: int = 1, classes: int = CLASSES_PER_GRADE, pupils: int = PUPILS
) -> BigSchool:
    """Write the school; about a minute for all of it."""
    school = make_school(session, number)
    admin = make_staff(session, school.school_id, 100 * number + 3)
    registration.add_position(session, school.school_id, admin, "system_admin", "Quản trị hệ thống", (SINCE, None))
    books = []
    for grade in GRADES:
        for serial in range(1, classes + 1):
            book = open_book(session, make_class(session, school, f"{grade}A{serial}", pupils=pupils))
            _hand_in(book, list(Standing)[serial % len(Standing)])
            books.append(book)
    session.flush()
    return BigSchool(school, admin, books)


def _hand_in(book: OpenBook, standing: Standing) -> None:
    fill(book)
    if standing is Standing.BEGUN:
        book.act(Action.SUBMIT, "toan")
    if standing in {Standing.AT_ENTRY, Standing.BEGUN}:
        return
    for slot in book.cast.curriculum.slots:
        book.act(Action.SUBMIT, slot)
    if standing is not Standing.SUBMITTED:
        book.act(Action.REVIEW, HOMEROOM)
    if standing is Standing.AT_PRINCIPAL:  # as after everybody's signatures: no paper is written for a measurement
        stage = {"stage": "homeroom_signed"}
        book.session.execute(update(TermRecord).where(TermRecord.class_term_id == book.id).values(stage))
        book.session.execute(update(ClassTermRow).where(ClassTermRow.id == book.id).values(stage))
