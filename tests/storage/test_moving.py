"""The pivot of a transfer in the database: the enrolment, what counts of the year, and what was signed of it."""

from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import day_of
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.errors import Conflict
from domain.transfers.phases import Phase
from storage import results
from storage.paper_facts import facts_on
from storage.tables import (
    DocumentRecord,
    LogEvent,
    Notice,
    PupilTerm,
    TermRecord,
)
from storage.transfers import books
from tests.factories import OpenBook, make_class, make_school, open_book
from tests.storage.moving import AT, Two, confirmed
from tests.storage.papers import make_document, make_signature


@pytest.fixture
def two(db: Session) -> Two:
    old, new = (open_book(db, make_class(db, make_school(db, number))) for number in (1, 2))
    return Two(db, old, new, confirmed(db, old.cast, new.cast))


def test_nobody_is_taken_from_a_school_that_can_still_sign(two: Two) -> None:
    with pytest.raises(Conflict, match="chưa dừng hết"):
        two.attach()


def test_nobody_is_taken_without_a_transfer_that_says_so(two: Two) -> None:
    two.decide(two.old, Action.DETACH_BEGIN, two.leaving)
    two.row.phase = Phase.CHECKING.value
    two.db.flush()
    with pytest.raises(Conflict, match="không đưa học sinh vào lớp"):
        two.attach()


def test_a_second_book_finds_the_enrolment_there(two: Two) -> None:
    year = open_book(two.db, two.new.cast, Term.YEAR_END)
    two.decide(two.old, Action.DETACH_BEGIN, two.leaving)
    first, second = two.attach(), two.attach(year)
    enrolments = {two.db.get_one(TermRecord, each).enrolment_id for each in (first, second)}
    assert enrolments == {two.row.to_enrolment_id}
    assert books.to_attach(two.db, two.row, 1) == []
    [step] = books.to_commit(two.db, two.row, 1)
    assert step.decision.record_ids == (two.leaving,)


def test_what_was_signed_of_the_pupil_is_void_and_stands_for_the_others(two: Two) -> None:
    sheet = make_document(two.old, kind="subject_sheet", slot="toan", part=1)
    record = make_document(two.old, kind="year_record", record=0, part=1)
    make_signature(two.db, sheet, two.old, "subject_teacher")
    make_signature(two.db, record, two.old)
    two.decide(two.old, Action.DETACH_BEGIN, two.leaving)
    two.attach()
    lines = select(DocumentRecord.record_id).where(
        DocumentRecord.document_id == sheet.id, DocumentRecord.voided_at.is_(None)
    )
    assert {str(each) for each in two.db.scalars(lines)} == set(two.old.records[1:])
    assert (sheet.state, record.state) == ("live", "void")
    told = two.db.scalars(select(Notice.kind).where(Notice.kind == "signature_void")).all()
    assert len(told) == 2


def test_a_sealed_year_goes_along_and_the_log_says_so(two: Two) -> None:
    sealed = make_document(two.old, kind="year_record", record=0, part=1, sealed_at=AT)
    two.decide(two.old, Action.DETACH_BEGIN, two.leaving)
    two.attach()
    kinds = two.db.scalars(select(LogEvent.kind).where(LogEvent.document_id == sealed.id)).all()
    assert kinds == ["transferred"]
    assert sealed.state == "live"


def absences(two: Two, book: OpenBook, record_id: UUID) -> tuple[int, int]:
    facts = facts_on(two.db, book.id, day_of(AT))
    found = results.entered(two.db, facts, [two.db.get_one(TermRecord, record_id)])[record_id]
    return found.absent_excused, found.absent_unexcused


@pytest.mark.parametrize("is_issued", [True, False])
def test_absences_of_the_year_are_counted_once_wherever_they_were(two: Two, *, is_issued: bool) -> None:
    """Those of an issued term at the former school; of one under way they were copied to the new record."""
    two.db.add(PupilTerm(record_id=UUID(two.leaving), absent_excused=3, absent_unexcused=1))
    two.db.flush()
    if is_issued:
        issued = update(TermRecord).where(TermRecord.id == UUID(two.leaving))
        two.db.execute(issued.values(stage="issued", issued_at=AT))
    else:
        two.decide(two.old, Action.DETACH_BEGIN, two.leaving)
    year = open_book(two.db, two.new.cast, Term.YEAR_END)
    if not is_issued:
        two.attach()
    arrived = two.attach(year)
    assert absences(two, year, arrived) == (3, 1)
    first = results.first_terms(two.db, [arrived])[arrived]
    assert (str(first) == two.leaving) is is_issued


def test_a_term_that_is_recalled_at_the_former_school_counts_no_more(two: Two) -> None:
    record = update(TermRecord).where(TermRecord.id == UUID(two.leaving))
    two.db.execute(record.values(stage="issued", issued_at=AT))
    year = open_book(two.db, two.new.cast, Term.YEAR_END)
    arrived = two.attach(year)
    two.db.execute(record.values(stage="entry", issued_at=None))
    assert results.first_terms(two.db, [arrived]) == {}


def test_the_homeroom_teacher_of_the_new_class_goes_on_where_the_old_one_stopped(two: Two) -> None:
    two.db.add(PupilTerm(record_id=UUID(two.leaving), height_cm="121", is_recognised=True))
    two.db.flush()
    two.decide(two.old, Action.DETACH_BEGIN, two.leaving)
    arrived = two.db.get_one(PupilTerm, two.attach())
    assert (arrived.height_cm, arrived.is_recognised, arrived.version) == ("121", False, 1)
    assert two.new.term.records[str(arrived.record_id)].open_slots[-1] == HOMEROOM
