"""The projection writes what the workflow decided: once, in order, with its audit row."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.errors import Conflict, Incomplete, NotFound
from domain.scales import CellKind
from domain.stages import Stage
from storage import journal, projection, saving
from storage.tables import AuditEntry, ClassProgress, ClassTermRow, Command, RecordSlot, TermRecord
from tests.factories import OpenBook, edit, fill, make_class, open_book


def rows_of(book: OpenBook) -> list[object]:
    """Everything the projection writes, to compare before and after."""
    tables = ("class_terms", "term_records", "record_slots", "commands", "audit_entries")
    book.session.flush()
    return [book.session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).all() for table in tables]  # noqa: S608


def slot_row(book: OpenBook, slot: str, record: int = 0) -> RecordSlot:
    return book.session.get_one(RecordSlot, (book.opened.record_ids[record], slot))


def test_a_submission_freezes_its_slot_and_leaves_the_others_open(book: OpenBook) -> None:
    fill(book, ["toan"])
    book.act(Action.SUBMIT, "toan")
    assert slot_row(book, "toan").state == "submitted"
    assert slot_row(book, "am_nhac").state == "open"
    assert book.session.get_one(ClassTermRow, book.id).wf_seq == 1


def test_the_same_number_twice_leaves_the_same_rows(book: OpenBook) -> None:
    fill(book, ["toan"])
    work = book.take(book.decision(Action.SUBMIT, "toan"))
    before = rows_of(book)
    assert not projection.project(book.session, work)
    assert rows_of(book) == before


def test_a_skipped_number_is_a_conflict(book: OpenBook) -> None:
    fill(book, ["toan"])
    skipped = replace(book.next(book.decision(Action.SUBMIT, "toan")), seq=2)
    with pytest.raises(Conflict):
        projection.project(book.session, skipped)


def test_an_unknown_class_term_is_not_found(book: OpenBook) -> None:
    unknown = replace(book.next(book.decision(Action.SUBMIT, "toan")), class_term_id=str(uuid4()))
    with pytest.raises(NotFound):
        projection.project(book.session, unknown)


def test_a_command_id_never_takes_effect_twice(book: OpenBook) -> None:
    fill(book, ["toan", "am_nhac"])
    first = book.act(Action.SUBMIT, "toan")
    before = rows_of(book)
    again = book.next(book.decision(Action.SUBMIT, "am_nhac"), first.command_id)
    with pytest.raises(Conflict, match="Mã lệnh"):
        projection.project(book.session, again)
    assert rows_of(book) == before


def test_an_incomplete_submission_is_refused_before_any_write(book: OpenBook) -> None:
    fill(book, ["toan"], book.records[:2])
    before = rows_of(book)
    with pytest.raises(Incomplete) as refused:
        projection.project(book.session, book.next(book.decision(Action.SUBMIT, "toan")))
    assert refused.value.record_ids == book.records[2:]
    assert "Toán" in refused.value.message
    assert rows_of(book) == before


def test_the_frozen_hash_speaks_of_what_was_entered(book: OpenBook) -> None:
    fill(book, ["toan"])
    book.act(Action.SUBMIT, "toan")
    frozen = [slot_row(book, "toan", record).content_sha256 for record in range(3)]
    assert frozen == list(projection.content_hashes(book.session, "toan", book.opened.record_ids).values())
    book.act(Action.RETURN, HOMEROOM, book.records[:1], to_slot="toan", reason_id=book.reason())
    saving.save_cells(book.session, book.id, "toan", [edit(book, "toan", CellKind.SCORE, "8")], book.cast.homeroom)
    book.act(Action.SUBMIT, "toan", book.records[:1])
    assert slot_row(book, "toan").content_sha256 != frozen[0]
    assert slot_row(book, "toan", 1).content_sha256 == frozen[1]


def test_a_returned_record_reopens_one_slot_with_a_new_revision(book: OpenBook) -> None:
    book.submit_all()
    book.act(Action.RETURN, HOMEROOM, book.records[:1], to_slot="toan", reason_id=book.reason())
    record = book.session.get_one(TermRecord, UUID(book.records[0]))
    assert (record.stage, record.revision) == (Stage.ENTRY, 2)
    reopened = slot_row(book, "toan")
    assert (reopened.state, reopened.content_sha256, reopened.revision) == ("open", None, 2)
    assert slot_row(book, "am_nhac").state == "submitted"
    assert slot_row(book, "toan", 1).state == "submitted"


def test_a_signature_marks_its_slot_only(book: OpenBook) -> None:
    book.review_all()
    book.act(Action.SIGN, "toan", book.records[:2])
    signed = select(RecordSlot.slot).where(RecordSlot.is_signed)
    assert book.session.scalars(signed).all() == ["toan", "toan"]


def test_several_subjects_signed_at_once_are_all_marked_and_told(book: OpenBook) -> None:
    book.review_all()
    book.act(Action.SIGN, "toan", more_slots=("dao_duc",))
    signed = book.session.scalars(select(RecordSlot.slot).where(RecordSlot.is_signed).distinct())
    assert set(signed) == {"toan", "dao_duc"}
    newest = select(AuditEntry.detail).order_by(AuditEntry.wf_seq.desc()).limit(1)
    detail = book.session.scalars(newest).one()
    assert (detail["slot"], detail["more_slots"]) == ("toan", ["dao_duc"])
    assert journal.first_broken_link(book.session, book.id) is None


def test_a_returned_slot_is_no_longer_signed(book: OpenBook) -> None:
    book.review_all()
    book.act(Action.SIGN, "toan")
    book.act(Action.SIGN, "am_nhac")
    book.act(Action.RETURN, HOMEROOM, book.records[:1], to_slot="toan", reason_id=book.reason())
    assert not slot_row(book, "toan").is_signed
    assert slot_row(book, "toan", 1).is_signed
    assert slot_row(book, "am_nhac").is_signed


def test_issued_records_have_their_time(book: OpenBook) -> None:
    book.review_all()
    for slot in book.term.slots():
        book.act(Action.SIGN, slot)
    book.act(Action.APPROVE, "principal")
    book.act(Action.SEAL, "seal")
    work = book.act(Action.ISSUE, "seal")
    records = book.session.scalars(select(TermRecord)).all()
    assert {(record.stage, record.issued_at) for record in records} == {("issued", work.decided_at)}
    assert book.session.get_one(ClassTermRow, book.id).stage == "issued"


def test_a_seal_and_what_it_issues_are_written_together_once_and_counted(book: OpenBook) -> None:
    book.review_all()
    for slot in book.term.slots():
        book.act(Action.SIGN, slot)
    book.act(Action.APPROVE, "principal")
    seal = book.next(book.decision(Action.SEAL, "seal"))
    book.follow(seal)
    issue = book.next(book.decision(Action.ISSUE, "seal"))
    assert projection.project(book.session, seal, issue)
    book.follow(issue)
    [counted] = book.session.scalars(select(ClassProgress)).all()
    assert (counted.approved, counted.issued, counted.pupils) == (3, 3, 3)
    written = rows_of(book)
    assert not projection.project(book.session, seal, issue)
    assert rows_of(book) == written
    assert journal.first_broken_link(book.session, book.id) is None


def test_the_command_and_the_audit_row_name_actor_reason_and_records(book: OpenBook) -> None:
    book.submit_all()
    reason_id = book.reason()
    work = book.act(Action.RETURN, HOMEROOM, book.records[:1], to_slot="toan", reason_id=reason_id)
    command = book.session.get_one(Command, work.command_id)
    assert (command.action, command.actor_id, str(command.reason_id)) == (
        "return_for_rework", book.cast.homeroom, reason_id
    )  # fmt: skip
    newest = select(AuditEntry.detail).order_by(AuditEntry.wf_seq.desc()).limit(1)
    assert book.session.scalar(newest) == projection.audit_detail(work)


def test_the_audit_chain_holds_for_each_class_term(db: Session, book: OpenBook) -> None:
    book.submit_all()
    other = open_book(db, make_class(db, book.cast.school, "1A2"))
    other.submit_all()
    assert db.scalar(select(func.count()).select_from(AuditEntry)) == 2 * book.seq
    assert journal.first_broken_link(db, book.id) is None
    assert journal.first_broken_link(db, other.id) is None


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ('UPDATE audit_entries SET detail = detail || \'{"actor": ""}\' WHERE wf_seq = 2', 2),
        ("UPDATE audit_entries SET hash = repeat('0', 64) WHERE wf_seq = 2", 2),
        ("DELETE FROM audit_entries WHERE wf_seq = 1", 2),
        ("DELETE FROM audit_entries WHERE wf_seq = 2", 3),
        ("DELETE FROM audit_entries WHERE wf_seq >= 9", 9),
        ("DELETE FROM audit_entries", 1),
    ],
)
def test_tampering_with_the_audit_chain_is_found(book: OpenBook, tampering: str, found: int) -> None:
    book.submit_all()
    book.session.flush()
    book.session.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER append_only"))
    book.session.execute(text(tampering))
    book.session.expire_all()
    assert journal.first_broken_link(book.session, book.id) == found
