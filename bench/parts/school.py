"""A school of 2,000 pupils in the middle of its year, for measuring what its people wait for."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from bench.parts.documents import approved, issued, signed
from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL
from domain.decisions import Action
from storage import registration
from storage.tables import ClassTermRow, TeachingAssignment, TermRecord
from tests.factories import (
    SINCE,
    ClassCast,
    OpenBook,
    SchoolCast,
    fill,
    make_certificate,
    make_class,
    make_school,
    make_staff,
    open_book,
)

CLASSES, PUPILS = 56, 36  # 2,016 pupils
GRADES = range(1, 6)


class Standing(StrEnum):
    """Where a class stands; the classes of the school take turns."""

    AT_ENTRY = "at entry"
    BEGUN = "one subject submitted"
    SUBMITTED = "submitted"
    RETURNED = "some records sent back"
    REVIEWED = "reviewed"
    HELD = "some records held"
    AT_PRINCIPAL = "waits for the principal"
    AT_CLERK = "waits for the seal"
    ISSUED = "issued"
    YEAR_AT_PRINCIPAL = "first term issued, the year's records wait for the principal"
    YEAR_ISSUED = "the year's records issued"


_YEARS = frozenset({Standing.YEAR_AT_PRINCIPAL, Standing.YEAR_ISSUED})
_UNSIGNED = frozenset({Standing.SUBMITTED, Standing.RETURNED})


@dataclass(frozen=True)
class BigSchool:
    """The school, its admin, a music teacher of many classes, and the books of its classes by where they stand."""

    school: SchoolCast
    admin: UUID
    music: UUID
    books: list[tuple[Standing, OpenBook]]

    def at(self, standing: Standing) -> OpenBook:
        """The first class that stands there."""
        return next(book for each, book in self.books if each is standing)

    def cast(self, number: int) -> ClassCast:
        return self.books[number][1].cast


def make_big_school(session: Session, number: int = 1, classes: int = CLASSES, pupils: int = PUPILS) -> BigSchool:
    """Write the school; some minutes for all of it."""
    school = make_school(session, number)
    admin = make_staff(session, school.school_id, 100 * number + 3)
    registration.add_position(session, school.school_id, admin, "system_admin", "Quản trị hệ thống", (SINCE, None))
    books = []
    for serial, standing in zip(range(classes), cycle(Standing), strict=False):
        name = f"{GRADES[serial % len(GRADES)]}A{serial // len(GRADES) + 1}"
        cast = make_class(session, school, name, pupils=pupils)
        make_certificate(session, cast.homeroom)
        books.append((standing, _stood(open_book(session, cast), standing)))
    music = _share_music(session, [book for _, book in books])
    session.flush()
    return BigSchool(school, admin, music, books)


def _stood(book: OpenBook, standing: Standing) -> OpenBook:
    """The class's newest book, where the class stands."""
    if standing not in _YEARS:
        _hand_in(book, standing)
        return book
    _hand_in(book, Standing.ISSUED)
    year = open_book(book.session, book.cast, Term.YEAR_END)
    _hand_in(year, Standing.ISSUED if standing is Standing.YEAR_ISSUED else Standing.AT_PRINCIPAL)
    return year


def _hand_in(book: OpenBook, standing: Standing) -> None:
    fill(book)
    if standing is Standing.BEGUN:
        book.act(Action.SUBMIT, "toan")
    if standing in {Standing.AT_ENTRY, Standing.BEGUN}:
        return
    for slot in book.cast.curriculum.slots:
        book.act(Action.SUBMIT, slot)
    if standing is Standing.RETURNED:
        some = {"to_slot": "toan", "reason_id": book.reason()}
        book.act(Action.RETURN, HOMEROOM, book.records[:2], **some)
    if standing not in _UNSIGNED:
        book.act(Action.REVIEW, HOMEROOM)
    if standing is Standing.HELD:
        book.act(Action.HOLD, PRINCIPAL, book.records[:1], reason_id=book.reason())
    _sign(book, standing)


def _sign(book: OpenBook, standing: Standing) -> None:
    """As after everybody's signatures: no paper is written for a measurement."""
    if standing is Standing.AT_PRINCIPAL:
        _stand(book, "homeroom_signed")
        signed(book)
    if standing is Standing.AT_CLERK:
        _stand(book, "approved")
        approved(book)
    if standing is Standing.ISSUED:
        _stand(book, "sealed")
        issued(book)


def _stand(book: OpenBook, stage: str) -> None:
    book.session.execute(update(TermRecord).where(TermRecord.class_term_id == book.id).values(stage=stage, part=1))
    book.session.execute(update(ClassTermRow).where(ClassTermRow.id == book.id).values(stage=stage, parts=1))


def _share_music(session: Session, books: list[OpenBook]) -> UUID:
    """One teacher of music for every class, who sees more classes than anybody else who teaches."""
    theirs = (
        TeachingAssignment.class_id.in_(book.cast.class_id for book in books),
        TeachingAssignment.slot == "am_nhac",
    )
    music = books[0].cast.music
    session.execute(update(TeachingAssignment).where(*theirs).values(staff_id=music))
    return music
