"""Preparing and completing signing orders, each twice, with real papers and real keys."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session
from temporalio.exceptions import ApplicationError

from activities.papers import PaperPool
from bench.parts.costs import statements
from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Action, Decision, Failure
from domain.documents import DocumentKind
from signing.verification.verdicts import Check, Verdict
from signing.verification.verify import verify
from storage import orders
from storage.projection import Projection
from storage.tables import (
    Assessment,
    AuditEntry,
    ClassTermRow,
    Document,
    Enrolment,
    OrderItem,
    PupilRow,
    SigningOrder,
    TermRecord,
)
from tests.activities.signing_office import Office
from tests.factories import SUBJECTS, OpenBook, make_class, make_school, open_book


def leave_unsigned(office: Office, order_id: str) -> None:
    """As if the key's keeper had left out the first paper."""
    first = update(OrderItem).where(OrderItem.order_id == UUID(order_id), OrderItem.position == 0)
    office.session.execute(first.values(raw_signature=None))
    office.session.commit()


def test_an_order_prepared_twice_has_the_same_papers(office: Office, year: OpenBook) -> None:
    order_id = office.open_order(year, Action.SIGN, HOMEROOM)
    first = office.prepare(order_id)
    before = office.rows()
    assert office.prepare(order_id) == first
    assert office.rows() == before
    assert (first.papers, first.record_ids, first.failed) == (4, year.records, ())


def test_a_preparation_that_was_lost_gives_the_same_papers_again(office: Office, year: OpenBook) -> None:
    order_id = office.open_order(year, Action.SIGN, HOMEROOM)
    office.prepare(order_id)
    prepared = office.rows()
    office.session.execute(delete(OrderItem))
    office.session.execute(update(SigningOrder).values(state="preparing"))
    office.session.commit()
    office.prepare(order_id)
    assert office.rows() == prepared


def test_an_order_completed_twice_gives_the_same_answer_and_rows(office: Office, year: OpenBook) -> None:
    order_id = office.open_order(year, Action.SIGN, HOMEROOM)
    office.prepare(order_id)
    office.confirm(order_id)
    work = year.next(year.decision(Action.SIGN, HOMEROOM, order_id=order_id))
    first = office.complete(work)
    before = office.rows()
    assert office.complete(work) == first
    assert office.rows() == before
    assert (first.done, first.failed, first.recorded) == (year.records, (), True)


def test_the_papers_of_a_term_hold_before_a_stranger(office: Office, book: OpenBook) -> None:
    office.sign(book, Action.SIGN, "toan")
    for slot in SUBJECTS:
        if slot != "toan":
            book.act(Action.SIGN, slot)
    for action, slot in ((Action.SIGN, HOMEROOM), (Action.APPROVE, PRINCIPAL), (Action.SEAL, SEAL)):
        assert office.sign(book, action, slot).done == book.records
    found = {document.kind: document for document in book.session.scalars(select(Document))}
    expected = {"subject_sheet": ["subject_teacher"], "class_summary": ["homeroom", "principal", "seal"]}
    assert set(found) == set(expected)
    for kind, fields in expected.items():
        report = verify(office.objects.get(found[kind].sha256), [office.authority.root])
        # A sheet bears no seal: until its evidence is at hand, only the time of its signature is open.
        is_sealed = kind == "class_summary"
        assert report.verdict is (Verdict.VALID if is_sealed else Verdict.INDETERMINATE)
        assert set(report.failures()) == (set() if is_sealed else {Check.TIME, Check.IN_FORCE})
        assert [signature.field for signature in report.signatures] == fields


def test_a_year_s_records_are_signed_one_by_one_and_sealed(office: Office, year: OpenBook) -> None:
    for action, slot in ((Action.SIGN, HOMEROOM), (Action.APPROVE, PRINCIPAL), (Action.SEAL, SEAL)):
        assert office.sign(year, action, slot).failed == ()
    documents = year.session.scalars(select(Document)).all()
    assert sorted(document.kind for document in documents) == ["class_summary", *["year_record"] * 3]
    for document in documents:
        pdf = office.objects.get(document.sha256)
        assert verify(pdf, [office.authority.root]).holds
        assert (len(pdf), document.sealed_at is not None) == (document.size, True)


def test_no_order_reads_through_what_a_whole_city_has(office: Office, year: OpenBook) -> None:
    """PostgreSQL takes the whole table for `NOT IN (SELECT ...)`, which no small school's test would notice."""
    with statements() as asked:
        for action, slot in ((Action.SIGN, HOMEROOM), (Action.APPROVE, PRINCIPAL), (Action.SEAL, SEAL)):
            office.sign(year, action, slot)
    assert len(asked.texts) > 100
    assert [text for text in asked.texts if "NOT IN (SELECT" in " ".join(text.split())] == []


def _sealing(office: Office, year: OpenBook) -> tuple[Projection, Projection]:
    """A confirmed seal of the class, and the issue that follows it."""
    for action, slot in ((Action.SIGN, HOMEROOM), (Action.APPROVE, PRINCIPAL)):
        office.sign(year, action, slot)
    order_id = office.open_order(year, Action.SEAL, SEAL)
    office.prepare(order_id)
    office.confirm(order_id)
    seal = year.next(year.decision(Action.SEAL, SEAL, order_id=order_id))
    year.follow(seal)
    return seal, year.next(Decision(Action.ISSUE, SEAL, tuple(year.records)))


def _standing(book: OpenBook) -> tuple[str, int]:
    row = book.session.get_one(ClassTermRow, book.id, populate_existing=True)
    return row.stage, row.wf_seq


def test_a_seal_and_its_issue_are_one_transaction_also_when_run_again(office: Office, year: OpenBook) -> None:
    seal, issue = _sealing(office, year)
    result = office.complete(seal, issue)
    kept = office.rows(), year.session.scalars(select(AuditEntry.hash)).all()
    assert (result.recorded, result.issued) == (True, True)
    assert _standing(year) == ("issued", issue.seq)
    assert office.complete(seal, issue) == result
    assert (office.rows(), year.session.scalars(select(AuditEntry.hash)).all()) == kept


def test_nothing_is_issued_when_a_paper_took_no_seal(office: Office, year: OpenBook) -> None:
    seal, issue = _sealing(office, year)
    leave_unsigned(office, str(seal.decision.order_id))
    result = office.complete(seal, issue)
    assert (result.recorded, result.issued) == (False, False)
    assert _standing(year)[1] == seal.seq - 1


@pytest.mark.parametrize(("beat_every", "expected"), [(0.0, [5, 6]), (60.0, [])])
def test_heartbeats_are_paced(
    office: Office,
    db: Session,
    pool: PaperPool,
    monkeypatch: pytest.MonkeyPatch,
    beat_every: float,
    expected: list[int],
) -> None:
    book = open_book(db, make_class(db, make_school(db), pupils=5), Term.YEAR_END)
    book.review_all()
    for slot in SUBJECTS:
        book.act(Action.SIGN, slot)
    db.commit()
    monkeypatch.setattr(pool, "beat_every", beat_every)
    beats: list[object] = []
    office.temporal.on_heartbeat = lambda *details: beats.append(details[0])
    office.prepare(office.open_order(book, Action.SIGN, HOMEROOM))
    assert beats == expected


def test_a_digest_that_came_back_unsigned_fails_its_record_only(office: Office, year: OpenBook) -> None:
    order_id = office.open_order(year, Action.SIGN, HOMEROOM)
    office.prepare(order_id)
    office.confirm(order_id)
    leave_unsigned(office, order_id)
    result = office.complete(year.next(year.decision(Action.SIGN, HOMEROOM, order_id=order_id)))
    assert result.done == ()
    assert sorted(failure.code for failure in result.failed) == ["NotSigned", "PaperMissing", "PaperMissing"]
    kinds = year.session.scalars(select(Document.kind)).all()
    assert kinds == [DocumentKind.YEAR_RECORD] * 2


def test_an_order_is_completed_only_once_it_is_confirmed(office: Office, book: OpenBook) -> None:
    order_id = office.open_order(book, Action.SIGN, "toan")
    office.prepare(order_id)
    with pytest.raises(ApplicationError, match="chưa được xác nhận") as refused:
        office.complete(book.next(book.decision(Action.SIGN, "toan", order_id=order_id)))
    assert refused.value.non_retryable


def test_an_order_serves_its_own_decision_only(office: Office, book: OpenBook) -> None:
    order_id = office.open_order(book, Action.SIGN, "toan")
    office.prepare(order_id)
    office.confirm(order_id)
    own, before = book.decision(Action.SIGN, "toan", order_id=order_id), office.rows()
    others = replace(own, slot="am_nhac"), replace(own, action=Action.SEAL), replace(own, record_ids=book.records[:1])
    for other in (*others, replace(own, actor_id=str(book.cast.music))):
        with pytest.raises(ApplicationError, match="không khớp"):
            office.complete(replace(book.next(own), decision=other))
    assert office.rows() == before


def test_an_order_that_is_completed_serves_no_other_subject(office: Office, book: OpenBook) -> None:
    office.sign(book, Action.SIGN, "toan")
    order_id = str(book.session.scalars(select(SigningOrder.id)).one())
    before = office.rows()
    other = book.next(book.decision(Action.SIGN, "dao_duc", order_id=order_id))
    with pytest.raises(ApplicationError, match="không khớp"):
        office.complete(other)
    assert office.rows() == before


def test_an_unknown_order_is_refused_for_good(office: Office, book: OpenBook) -> None:
    with pytest.raises(ApplicationError) as refused:
        office.prepare(str(book.id))
    assert (refused.value.type, refused.value.non_retryable) == ("NotFound", True)


def test_a_seal_that_was_broken_off_is_finished_by_the_next_order(office: Office, year: OpenBook) -> None:
    for action, slot in ((Action.SIGN, HOMEROOM), (Action.APPROVE, PRINCIPAL)):
        office.sign(year, action, slot)
    order_id = office.open_order(year, Action.SEAL, SEAL)
    office.prepare(order_id)
    office.confirm(order_id)
    leave_unsigned(office, order_id)
    assert office.complete(year.next(year.decision(Action.SEAL, SEAL, order_id=order_id))).done == ()
    again = office.open_order(year, Action.SEAL, SEAL)
    assert office.prepare(again).papers == 2
    office.confirm(again)
    assert office.complete(year.next(year.decision(Action.SEAL, SEAL, order_id=again))).done == year.records
    assert orders.get(year.session, UUID(again)).state == "completed"


def test_a_teacher_s_sheets_are_signed_at_once_but_for_one_that_cannot_be_written(
    office: Office, book: OpenBook
) -> None:
    poisoned = select(Assessment).where(Assessment.slot == "dao_duc", Assessment.kind == "comment").limit(1)
    office.session.execute(text("ALTER TABLE assessments DISABLE TRIGGER only_while_open"))
    office.session.scalars(poisoned).one().value += " \U0001f600"
    office.session.commit()
    order_id = office.open_order(book, Action.SIGN, "toan", "dao_duc", "tieng_viet")
    prepared = office.prepare(order_id)
    assert (prepared.papers, prepared.record_ids, prepared.slots) == (2, book.records, ("toan", "tieng_viet"))
    assert {(failure.code, failure.slot) for failure in prepared.failed} == {("Invalid", "dao_duc")}
    office.confirm(order_id)
    decision = book.decision(Action.SIGN, "toan", order_id=order_id, more_slots=("tieng_viet",))
    result = office.complete(book.next(decision))
    assert (result.done, result.slots, result.recorded) == (book.records, ("toan", "tieng_viet"), True)
    sheets = book.session.scalars(select(Document).where(Document.kind == DocumentKind.SUBJECT_SHEET)).all()
    assert sorted(sheet.slot for sheet in sheets) == ["tieng_viet", "toan"]
    for sheet in sheets:
        report = verify(office.objects.get(sheet.sha256), [office.authority.root])
        assert set(report.failures()) == {Check.TIME, Check.IN_FORCE}


def test_a_stage_never_lags_behind_a_signed_paper(office: Office, year: OpenBook) -> None:
    order_id = office.open_order(year, Action.SIGN, HOMEROOM)
    office.prepare(order_id)
    office.confirm(order_id)
    work = year.next(year.decision(Action.SIGN, HOMEROOM, order_id=order_id))
    with pytest.raises(ApplicationError, match="chưa ghi đủ"):
        office.complete(replace(work, seq=work.seq + 1))
    assert year.session.scalars(select(Document)).all() == []
    assert orders.get(year.session, UUID(order_id)).state == "signed"
    office.complete(work)
    stages = year.session.scalars(select(TermRecord.stage).where(TermRecord.class_term_id == year.id))
    assert set(stages) == {"homeroom_signed"}


def test_a_poisoned_record_stays_out_and_the_others_are_signed(office: Office, year: OpenBook) -> None:
    enrolment = office.session.get_one(TermRecord, UUID(year.records[0])).enrolment_id
    pupil = office.session.get_one(PupilRow, office.session.get_one(Enrolment, enrolment).pupil_id)
    pupil.full_name += " \U0001f600"
    office.session.commit()
    order_id = office.open_order(year, Action.SIGN, HOMEROOM)
    prepared = office.prepare(order_id)
    assert prepared.failed == (Failure(year.records[0], "Invalid"),)
    assert (prepared.record_ids, prepared.papers) == (year.records[1:], 3)
    office.confirm(order_id)
    decision = year.decision(Action.SIGN, HOMEROOM, prepared.record_ids, order_id=order_id)
    assert office.complete(year.next(decision)).done == year.records[1:]
