"""What a return or a hold makes void: what speaks of the change, and nothing else."""

from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM, PRINCIPAL
from domain.decisions import Action
from storage.tables import Document, DocumentRecord, Notice
from tests.factories import SINCE, SUBJECTS, OpenBook, open_book
from tests.storage.papers import make_document, make_signature


@pytest.fixture
def book(db: Session) -> OpenBook:
    """A book whose homeroom teacher has signed: sheets of two subjects, three year records, a summary."""
    book = open_book(db)
    book.review_all()
    for slot in (*SUBJECTS, HOMEROOM):
        book.act(Action.SIGN, slot)
    for slot in ("toan", "am_nhac"):
        sheet = make_document(book, kind="subject_sheet", slot=slot, part=1)
        make_signature(db, sheet, book, "subject_teacher")
    for record in range(3):
        make_signature(db, make_document(book, kind="year_record", record=record), book)
    make_signature(db, make_document(book, part=1), book)
    return book


def void_lines(book: OpenBook, slot: str) -> list[UUID]:
    query = (
        select(DocumentRecord.record_id)
        .join(Document)
        .where(Document.slot == slot, DocumentRecord.voided_at.is_not(None))
    )
    return list(book.session.scalars(query))


def states(book: OpenBook, kind: str) -> list[str]:
    book.session.expire_all()
    return sorted(book.session.scalars(select(Document.state).where(Document.kind == kind)))


def returned(book: OpenBook, records: tuple[str, ...], to_slot: str = "toan") -> str:
    reason_id = book.reason()
    book.act(Action.RETURN, PRINCIPAL, records, to_slot=to_slot, reason_id=reason_id)
    return reason_id


def test_a_returned_subject_voids_only_that_pupil_s_line(book: OpenBook) -> None:
    returned(book, book.records[:1])
    assert void_lines(book, "toan") == [UUID(book.records[0])]
    assert void_lines(book, "am_nhac") == []
    assert states(book, "subject_sheet") == ["live", "live"]


def test_a_sheet_without_a_line_left_is_void(book: OpenBook) -> None:
    returned(book, book.records)
    assert states(book, "subject_sheet") == ["live", "void"]


def test_a_returned_record_voids_its_year_record_and_the_class_summary(book: OpenBook) -> None:
    reason_id = returned(book, book.records[:1])
    assert states(book, "year_record") == ["live", "live", "void"]
    assert states(book, "class_summary") == ["void"]
    reasons = select(Document.void_reason_id).where(Document.state == "void")
    assert {str(each) for each in book.session.scalars(reasons)} == {reason_id}


def test_what_goes_back_to_homeroom_voids_no_sheet(book: OpenBook) -> None:
    returned(book, book.records[:1], HOMEROOM)
    assert void_lines(book, "toan") == []
    assert states(book, "year_record") == ["live", "live", "void"]


def test_a_hold_voids_only_the_summary(book: OpenBook) -> None:
    book.act(Action.HOLD, PRINCIPAL, book.records[:1], reason_id=book.reason())
    assert states(book, "class_summary") == ["void"]
    assert states(book, "year_record") == ["live"] * 3
    assert void_lines(book, "toan") == []


def test_another_part_s_summary_stands(book: OpenBook) -> None:
    make_document(book, part=2)
    returned(book, book.records[:1])
    assert states(book, "class_summary") == ["live", "void"]


def test_sealed_papers_are_never_void(book: OpenBook) -> None:
    book.session.execute(update(Document).where(Document.kind == "class_summary").values(sealed_at=SINCE))
    returned(book, book.records[:1])
    assert states(book, "class_summary") == ["live"]
    assert states(book, "year_record") == ["live", "live", "void"]


def test_signers_are_told_once_for_each_paper(book: OpenBook) -> None:
    reason_id = returned(book, book.records[:2])
    notices = book.session.scalars(select(Notice).where(Notice.kind != "returned")).all()
    assert {(notice.kind, str(notice.reason_id)) for notice in notices} == {("signature_void", reason_id)}
    told = [notice.subject_ref.split(":")[0] for notice in notices]
    assert len(told) == len(set(told)) == 4  # one sheet, two year records, one summary


def test_nobody_is_told_of_papers_that_nobody_signed(db: Session) -> None:
    book = open_book(db)
    book.submit_all()
    book.act(Action.RETURN, HOMEROOM, to_slot="toan", reason_id=book.reason())
    assert db.scalars(select(Notice)).all() == []
