"""A recall in the database: what was issued stays and says so, the next version replaces it, stores hear both."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.errors import Conflict
from domain.stages import Stage
from storage import recalling
from storage.tables import Document, DocumentRecord, LogEvent, Notice, RecordSlot, Submission, TermRecord
from tests.factories import NOW, OpenBook
from tests.issued import enrolment, issue, issued_book, reopen, send, sign, year_records
from tests.standing import Standing


@pytest.fixture
def book(issued_year: Standing[OpenBook], db: Session) -> OpenBook:
    return replace(issued_year.made, session=db)


def recall(book: OpenBook, *slots: str, record: int = 0) -> None:
    reopen(book, Action.RECALL, (book.records[record],), *(slots or ("toan",)))


def events(book: OpenBook, document_id: UUID) -> list[str]:
    query = select(LogEvent.kind).where(LogEvent.document_id == document_id).order_by(LogEvent.id)
    return list(book.session.scalars(query))


def outbox(book: OpenBook, record: int = 0) -> list[tuple[str, int]]:
    mine = select(Submission.event, Submission.version).where(
        Submission.record_uid == enrolment(book, record).record_uid, Submission.store == "city"
    )
    return [(event, version) for event, version in book.session.execute(mine.order_by(Submission.version))]


def test_a_recalled_record_is_sealed_and_readable_but_not_in_force(book: OpenBook) -> None:
    (former,) = year_records(book)
    was = (former.sha256, former.content_sha256, former.sealed_at, former.lookup_code)
    recall(book)
    (former,) = year_records(book)
    assert (former.state, former.superseded_by) == ("recalled", None)
    assert former.recalled_at is not None
    assert (former.sha256, former.content_sha256, former.sealed_at, former.lookup_code) == was
    assert events(book, former.id) == ["issued", "recalled"]


def test_only_the_recalled_pupil_goes_back_and_only_in_the_parts_named(book: OpenBook) -> None:
    recall(book, "toan", HOMEROOM)
    stages = [book.session.get_one(TermRecord, each).stage for each in book.opened.record_ids]
    assert stages == [Stage.ENTRY, Stage.ISSUED, Stage.ISSUED]
    slots = select(RecordSlot.slot).where(RecordSlot.state == "open")
    assert sorted(book.session.scalars(slots)) == [HOMEROOM, "toan"]
    assert [each.state for each in year_records(book, 1)] == ["live"]


def test_the_class_summary_stays_and_only_the_pupil_s_line_is_void(book: OpenBook) -> None:
    recall(book)
    summary = book.session.scalars(select(Document).where(Document.kind == "class_summary")).one()
    assert (summary.state, summary.sealed_at) == ("live", NOW)
    lines = select(DocumentRecord.record_id).where(
        DocumentRecord.document_id == summary.id, DocumentRecord.voided_at.is_not(None)
    )
    assert list(book.session.scalars(lines)) == [UUID(book.records[0])]


def test_the_signers_of_the_wrong_part_are_told(book: OpenBook) -> None:
    recall(book, "am_nhac")
    told = book.session.scalars(select(Notice).where(Notice.staff_id == book.cast.music)).all()
    assert sorted(each.kind for each in told) == ["returned", "signature_void"]


def test_the_version_that_replaces_it_is_named_once_it_is_issued(book: OpenBook) -> None:
    recall(book)
    assert recalling.next_versions(book.session, [enrolment(book).record_uid]) == {enrolment(book).record_uid: 2}
    send(book, book.records[:1])
    assert year_records(book)[0].superseded_by is None
    issue(book, book.records[:1], version=2)
    former, new = year_records(book)
    assert (former.state, former.superseded_by) == ("recalled", new.id)
    assert (new.state, new.version, new.superseded_by) == ("live", 2, None)
    assert events(book, former.id) == ["issued", "recalled"]
    assert events(book, new.id) == ["issued"]


def test_a_second_recall_makes_version_three(book: OpenBook) -> None:
    for version in (2, 3):
        recall(book)
        issue(book, book.records[:1], version=version)
    first, second, third = year_records(book)
    assert (first.superseded_by, second.superseded_by, third.superseded_by) == (second.id, third.id, None)
    assert [each.state for each in (first, second, third)] == ["recalled", "recalled", "live"]
    assert outbox(book) == [("NEW", 1), ("CANCEL", 2), ("NEW", 3), ("CANCEL", 4), ("NEW", 5)]
    assert outbox(book, 1) == [("NEW", 1)]


def test_a_record_in_correction_may_be_returned_again(book: OpenBook) -> None:
    recall(book)
    send(book, book.records[:1])
    book.act(Action.RETURN, HOMEROOM, book.records[:1], to_slot="am_nhac", reason_id=book.reason())
    assert book.term.records[book.records[0]].open_slots == ("am_nhac",)


def test_a_record_in_correction_may_be_unlocked_again(book: OpenBook) -> None:
    recall(book)
    send(book, book.records[:1])
    reopen(book, Action.UNLOCK, book.records[:1], "toan")
    assert book.term.records[book.records[0]].stage is Stage.ENTRY


def test_what_is_sealed_but_not_issued_is_not_unlocked(db: Session) -> None:
    book = issued_book(db)
    with pytest.raises(Conflict, match="Đã phát hành"):
        reopen(book, Action.UNLOCK, book.records[:1], "toan")


def test_the_first_term_s_sealed_result_is_the_class_summary(db: Session) -> None:
    book = issued_book(db, term=Term.HK1)
    recall(book)
    summary = book.session.scalars(select(Document).where(Document.kind == "class_summary")).one()
    assert (summary.state, summary.sealed_at) == ("live", NOW)
    issue(book, book.records[:1])
    summaries = select(Document.part, Document.state).where(Document.kind == "class_summary").order_by(Document.part)
    assert [tuple(each) for each in book.session.execute(summaries)] == [(1, "live"), (2, "live")]


def test_the_summary_of_a_correction_falls_apart_alone(book: OpenBook) -> None:
    recall(book)
    recall(book, record=1)
    sign(book, book.records[:2], version=2)
    book.act(Action.HOLD, HOMEROOM, book.records[:1], reason_id=book.reason())
    states = select(Document.part, Document.state).where(Document.kind == "class_summary").order_by(Document.part)
    assert [tuple(each) for each in book.session.execute(states)] == [(1, "live"), (2, "void")]
