"""What the audit reads: every batch once and in order, and nothing is passed over because something else is missing."""

import hashlib
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from domain.assessment import Term
from storage import auditing, history
from storage.objects import ObjectMissing, Objects
from storage.tables import Document, EvidenceBatch, LogCheckpoint, LogEvent, TermRecord
from tests.factories import NOW, OpenBook, make_class, make_school, open_book
from tests.storage.papers import make_document, make_signature


def issue(book: OpenBook, *papers: Document) -> None:
    """The records are issued; only these papers are sealed and noted."""
    mine = update(TermRecord).where(TermRecord.id.in_(book.opened.record_ids))
    book.session.execute(mine.values(stage="issued", issued_at=NOW))
    for paper in papers:
        paper.sealed_at = NOW
    book.session.flush()
    history.add_issued(book.session, book.opened.record_ids, NOW)


def test_what_lies_under_a_name_is_told_whatever_it_is(tmp_path: Path) -> None:
    objects = Objects(tmp_path)
    sha256 = objects.put(b"sealed")
    assert objects.found(sha256) == (sha256, 6)
    (tmp_path / sha256[:2] / sha256).write_bytes(b"other")
    assert objects.found(sha256) == (hashlib.sha256(b"other").hexdigest(), 5)
    with pytest.raises(ObjectMissing):
        objects.found("0" * 64)


def test_every_sealed_paper_comes_once_in_the_order_of_keys(db: Session, book: OpenBook) -> None:
    papers = [make_document(book, kind="year_record", record=at, sealed_at=NOW) for at in range(3)]
    make_document(book)  # not sealed
    seen: list[UUID] = []
    while found := auditing.sealed_papers(db, str(seen[-1]) if seen else "", 2):
        seen += [each.document.id for each in found]
    assert seen == sorted(paper.id for paper in papers)


def test_a_sealed_paper_comes_with_what_stands_for_it_or_none(db: Session, book: OpenBook) -> None:
    bare, full = (make_document(book, kind="year_record", record=at, sealed_at=NOW) for at in range(2))
    make_signature(db, full, book, "homeroom")
    seal = make_signature(db, full, book, "seal")
    db.add(LogEvent(document_id=full.id, kind="issued", happened_at=NOW))
    db.flush()
    found = {each.document.id: each for each in auditing.sealed_papers(db, "", 9)}
    assert (found[bare.id].seal_sha256, found[bare.id].event, found[bare.id].path) == (None, None, None)
    event = found[full.id].event
    assert event is not None
    assert (found[full.id].seal_sha256, event.kind, found[full.id].batch) == (seal.sha256, "issued", None)


def test_an_event_comes_with_the_very_facts_from_which_it_was_noted(db: Session, book: OpenBook) -> None:
    issue(book, make_document(book, kind="year_record", record=0), make_document(book))
    noted = history.unnumbered(db, 9)
    history.number(db, [(each.event_id, b"leaf") for each in noted])
    db.expire_all()
    found = auditing.events(db, 0, auditing.numbered(db))
    assert [each.facts for each in found] == noted
    assert [each.position for each in found] == [0, 1]
    assert auditing.events(db, 2, 9) == []


def test_nothing_is_numbered_at_first(db: Session) -> None:
    assert auditing.numbered(db) == 0


@pytest.mark.parametrize(("term", "suffices"), [(Term.HK1, True), (Term.YEAR_END, False)])
def test_at_years_end_a_summary_does_not_stand_for_the_year_record(db: Session, term: Term, *, suffices: bool) -> None:
    book = open_book(db, term=term)
    issue(book, make_document(book))
    found = auditing.issued_records(db, "", 9)
    assert [each.id for each in found] == sorted(book.opened.record_ids)
    assert {(each.has_paper, each.has_event) for each in found} == {(suffices, suffices)}


def test_a_record_misses_the_event_of_its_paper(db: Session) -> None:
    book = open_book(db, term=Term.YEAR_END)
    issue(book)
    make_document(book, kind="year_record", record=0, sealed_at=NOW)
    found = {each.id: (each.has_paper, each.has_event) for each in auditing.issued_records(db, "", 9)}
    first, *others = book.opened.record_ids
    assert found[first] == (True, False)
    assert {found[each] for each in others} == {(False, False)}


def test_a_hash_has_its_owners_by_row_by_signature_and_by_the_log(db: Session, book: OpenBook) -> None:
    by_row, by_signature, by_entry = (make_document(book, kind="year_record", record=at) for at in range(3))
    signed = make_signature(db, by_signature, book)
    db.execute(update(Document).where(Document.id == by_signature.id).values(sha256="1" * 64))
    leaf = b'{"event":"issued","sha256":"%s","version":1}' % (b"2" * 64)
    db.add(LogEvent(document_id=by_entry.id, kind="issued", happened_at=NOW, leaf=leaf, position=0))
    db.flush()
    asked = {by_row.sha256, signed.sha256, "2" * 64, "3" * 64}
    assert auditing.owners(db, asked) == {
        (by_row.sha256, by_row.id), (signed.sha256, by_signature.id), ("2" * 64, by_entry.id)
    }  # fmt: skip
    assert auditing.owners(db, set()) == set()


def test_checkpoints_batches_and_class_terms_come_in_order(db: Session, book: OpenBook) -> None:
    other = open_book(db, make_class(db, make_school(db, 2)))
    assert auditing.class_terms(db, "", 9) == sorted([book.id, other.id])
    first, second = (_batch() for _ in range(2))
    db.add_all([first, second])
    db.flush()
    first.renewed_by = second.id
    db.add_all([LogCheckpoint(size=size, note="", sha256="", batch_id=second.id if size else None) for size in (9, 0)])
    db.flush()
    pairs = {batch.id: newer and newer.id for batch, newer in auditing.batches(db, "", 9)}
    assert pairs == {first.id: second.id, second.id: None}
    assert list(pairs) == sorted(pairs)
    assert [each.size for each in auditing.checkpoints(db, -1, 9)] == [0, 9]
    assert [each.size for each in auditing.checkpoints(db, 0, 9)] == [9]
    assert auditing.stamped_checkpoints(db) == [(9, NOW)]


def _batch() -> EvidenceBatch:
    return EvidenceBatch(
        id=uuid4(), algorithm="sha256", root=bytes(32), token=b"", stamped_at=NOW, proves_until=NOW
    )  # fmt: skip
