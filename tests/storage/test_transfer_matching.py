"""Which class of the coming year somebody may enter: the next grade only who was promoted."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.errors import Conflict, Invalid
from storage import pupil_results
from storage.tables import ClassGroup, TermRecord, Transfer
from storage.transfers import matching
from tests.factories import OpenBook, make_class, make_school, open_book
from tests.issued import enrolment
from tests.storage.extracts.making import arrived


@dataclass(frozen=True)
class Judged:
    is_promoted: bool | None


def leaving(book: OpenBook, to: UUID) -> Transfer:
    """The pupil of the first record asks to go to another school after the year."""
    own, school = enrolment(book, 0), book.cast.school
    ways: dict[str, Any] = {
        "from_school_id": school.school_id,
        "to_school_id": to,
        "other_name": "",
        "direction": "within",
    }
    matter_id = arrived(book, from_enrolment_id=own.id, to_enrolment_id=None, moved_on=None, **ways)
    return book.session.get_one(Transfer, matter_id)


@pytest.mark.parametrize(("promoted", "may"), [(True, True), (False, False), (None, False)])
def test_who_was_not_promoted_does_not_enter_the_next_grade(
    db: Session, monkeypatch: pytest.MonkeyPatch, *, promoted: bool | None, may: bool
) -> None:
    book = open_book(db, None, Term.YEAR_END)
    other = make_class(db, make_school(db, 7)).school
    row = leaving(book, other.school_id)
    same, following = (
        ClassGroup(
            id=uuid4(),
            school_id=other.school_id,
            school_year="2027-2028",
            grade=grade,
            name=f"{grade}A",
            circular="27/2020/TT-BGDĐT",
        )
        for grade in (1, 2)
    )
    db.add_all([same, following])
    db.flush()
    with pytest.raises(Conflict, match="chưa phát hành"):
        matching.refuse_unfit(db, row, following)
    db.get_one(TermRecord, UUID(book.records[0])).stage = "issued"
    db.flush()
    monkeypatch.setattr(pupil_results, "judged", lambda *_: Judged(promoted))
    matching.refuse_unfit(db, row, same)
    if may:
        matching.refuse_unfit(db, row, following)
        return
    with pytest.raises(Invalid, match="chưa được lên lớp nên không vào khối 2"):
        matching.refuse_unfit(db, row, following)
