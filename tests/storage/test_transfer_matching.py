"""Which class of the coming year somebody may enter: the next grade only who was promoted."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import SchoolYear
from domain.errors import Conflict, Invalid
from storage import pupil_results
from storage.registration import ClassFacts, add_class
from storage.tables import ClassGroup, Transfer
from storage.transfers import matching
from tests.factories import OpenBook, make_class, make_school, open_book
from tests.issued import enrolment, issue
from tests.storage.extracts.making import arrived


@dataclass(frozen=True)
class Judged:
    is_promoted: bool | None


def leaving(book: OpenBook, to: UUID) -> Transfer:
    """The pupil of the first record asks to go to another school after the year."""
    own, school = enrolment(book, 0), book.cast.school
    matter_id = arrived(
        book, from_enrolment_id=own.id, to_enrolment_id=None, moved_on=None, from_school_id=school.school_id,
        to_school_id=to, other_name="", direction="within",
    )  # fmt: skip
    return book.session.get_one(Transfer, matter_id)


@pytest.mark.parametrize(("promoted", "may"), [(True, True), (False, False), (None, False)])
def test_who_was_not_promoted_does_not_enter_the_next_grade(
    db: Session, monkeypatch: pytest.MonkeyPatch, *, promoted: bool | None, may: bool
) -> None:
    book = open_book(db, None, Term.YEAR_END)
    other = make_class(db, make_school(db, 7)).school
    row = leaving(book, other.school_id)
    same, following = (
        db.get_one(ClassGroup, add_class(db, other.school_id, SchoolYear(2027), ClassFacts(grade, f"{grade}A1")))
        for grade in (1, 2)
    )
    with pytest.raises(Conflict, match="chưa phát hành"):
        matching.refuse_unfit(db, row, following)
    issue(book)
    monkeypatch.setattr(pupil_results, "judged", lambda *_: Judged(promoted))
    matching.refuse_unfit(db, row, same)
    if may:
        matching.refuse_unfit(db, row, following)
        return
    with pytest.raises(Invalid, match="chưa được lên lớp nên không vào khối 2"):
        matching.refuse_unfit(db, row, following)
