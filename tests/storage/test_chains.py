"""A pupil's years at all schools: in order, with versions, states, and what replaces what."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.chains import LinkState
from storage import chains
from storage.looking_up import paper_of, replacement_of
from tests.factories import NOW, OpenBook, make_class, make_school, open_book
from tests.storage.pupil_years import enrolment_of, issued, other_paper, stayed


@pytest.fixture
def before(db: Session) -> OpenBook:
    """The class at the school that the pupil came from."""
    return open_book(db, make_class(db, make_school(db, 2)))


def test_years_are_told_from_the_first_school_on(db: Session, book: OpenBook, before: OpenBook) -> None:
    own = enrolment_of(db, book.records[0])
    stayed(before, own.pupil_id)
    stays = chains.stays_of(db, own.pupil_id)
    assert [each.school_id for each in stays] == [before.cast.school.school_id, book.cast.school.school_id]
    assert [each.left_on for each in stays] == [date(2026, 10, 1), None]


def test_papers_say_who_signed_and_how_they_stand(db: Session, book: OpenBook) -> None:
    own = enrolment_of(db, book.records[0])
    issued(book, own, "issued", "transferred")
    [stay] = chains.stays_of(db, own.pupil_id)
    [paper] = stay.papers
    assert [each.field for each in paper.signings] == ["homeroom", "principal", "seal"]
    assert (paper.state, paper.is_issued, paper.is_proven) == (LinkState.IN_FORCE, True, False)


def test_what_is_not_sealed_is_in_no_chain(db: Session, book: OpenBook) -> None:
    own = enrolment_of(db, book.records[0])
    issued(book, own, sealed_at=None)
    assert chains.stays_of(db, own.pupil_id)[0].papers == ()


def test_a_recalled_version_leads_to_the_one_in_force(db: Session, book: OpenBook) -> None:
    own = enrolment_of(db, book.records[0])
    codes = [
        issued(book, own, "issued", *closed, version=at).lookup_code
        for at, closed in enumerate((("recalled",), ("recalled", "superseded"), ()), 1)
    ]
    papers = chains.stays_of(db, own.pupil_id)[0].papers
    assert [each.replaced_by for each in papers] == [codes[1], codes[2], ""]
    assert [each.state for each in papers] == [LinkState.RECALLED, LinkState.RECALLED, LinkState.IN_FORCE]
    found = [paper_of(db, code) for code in codes]
    assert [each.replaced_by for each in found if each] == [codes[2], codes[2], ""]


def test_what_replaces_a_file_is_found_by_its_hash(db: Session, book: OpenBook) -> None:
    own = enrolment_of(db, book.records[0])
    first, second = issued(book, own, "issued", "recalled"), issued(book, own, "issued", version=2)
    assert replacement_of(db, first.sha256).replaced_by == second.lookup_code
    assert replacement_of(db, second.sha256).replaced_by == ""
    assert replacement_of(db, "0" * 64).replaced_by == ""


def test_one_that_was_recalled_too_replaces_nothing(db: Session, book: OpenBook) -> None:
    own = enrolment_of(db, book.records[0])
    first = issued(book, own, "issued", "recalled")
    issued(book, own, "issued", "recalled", version=2)
    issued(book, own, version=3)
    assert replacement_of(db, first.sha256).replaced_by == ""


def test_pages_results_and_first_terms_stand_before_the_years_record(db: Session) -> None:
    book = open_book(db)
    own = enrolment_of(db, book.records[0])
    issued(book, own, "issued")
    result = other_paper(book, own, "transfer_result", "issued")
    page = other_paper(book, own, "identity_page", "issued", "superseded", state="recalled", recalled_at=NOW)
    next_page = other_paper(book, own, "identity_page", "issued", version=2)
    summary = other_paper(book, own, "class_summary", "issued")
    papers = chains.stays_of(db, own.pupil_id)[0].papers
    assert [each.document_id for each in papers[:4]] == [summary.id, page.id, next_page.id, result.id]
    assert [each.is_own for each in papers] == [False, True, True, True, True]
    assert [each.replaced_by for each in papers] == ["", next_page.lookup_code, "", "", ""]


def test_the_summary_of_the_years_end_and_what_nobody_sealed_are_in_no_chain(db: Session) -> None:
    book = open_book(db, term=Term.YEAR_END)
    own = enrolment_of(db, book.records[0])
    other_paper(book, own, "class_summary", "issued")
    other_paper(book, own, "identity_page", sealed_at=None)
    assert chains.stays_of(db, own.pupil_id)[0].papers == ()
