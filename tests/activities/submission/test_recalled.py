"""A frozen record that is recalled: permission, CANCEL, the next version as NEW, and the next freeze takes it in."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.duties import Duty
from domain.matters import MatterKind
from domain.matters.corrections import Deed
from domain.submission.states import Result
from signing.authority import DevelopmentAuthority
from storage.campaigns import progress
from storage.database import Sessions
from storage.submission import freezing, outbox, packets
from storage.tables import Document, StoreRecord
from tests.correcting import Correction
from tests.issued import approve_and_issue, enrolment, sign
from tests.submitting import Sender, make_sender, sealed_pdf


@pytest.fixture
def sender(db: Session, sessions: Sessions, tmp_path: Path, issuer: DevelopmentAuthority) -> Sender:
    """Three records are issued, and wait for the city's store, which is our own."""
    sender = make_sender(db, sessions, tmp_path, issuer)
    sender.approve()
    issue(sender, sender.book.records)
    progress.refresh(db, [sender.book.id])
    db.commit()
    return sender


def issue(sender: Sender, records: tuple[str, ...], version: int = 1) -> None:
    """With files that a packet can be made of."""
    book = sender.book
    sign(book, records, version=version)
    for at, record in enumerate(book.records):
        if record in records:
            _put_file(sender, at, version)
    approve_and_issue(book, records)
    sender.session.commit()


def _put_file(sender: Sender, at: int, version: int) -> None:
    uid = enrolment(sender.book, at).record_uid
    mine = select(Document).where(Document.record_uid == uid, Document.state == "live")
    paper = sender.session.scalars(mine).one()
    pdf = sealed_pdf(sender.school.code, str(uid), at + 1, version=version, school_year=sender.school_year)
    paper.sha256 = sender.objects.put(pdf)
    sender.session.flush()


def submit(sender: Sender) -> list[tuple[Result, str]]:
    """One packet of what waits, to the store and back."""
    sender.pack()
    packet_id = sender.packet().id
    packets.begin_attempt(sender.session, packet_id, datetime.now(UTC))
    sender.session.commit()
    answers = list(sender.receiving.take_in(sender.packed_bytes(), datetime.now(UTC)).answers)
    packets.settle(sender.session, packet_id, answers, datetime.now(UTC))
    sender.session.commit()
    return [(each.result, each.reason) for each in answers]


def freeze(sender: Sender) -> int:
    found = freezing.freeze(sender.session, [sender.school.id], "2025-2026", 1, datetime.now(UTC))
    sender.session.commit()
    return found


def kept(sender: Sender, record: int = 0) -> list[tuple[str, int, str]]:
    sender.session.expire_all()
    uid = str(enrolment(sender.book, record).record_uid)
    query = select(StoreRecord.event, StoreRecord.version, StoreRecord.state).where(StoreRecord.record_uid == uid)
    rows = sender.session.execute(query.order_by(StoreRecord.version))
    return [(event, version, state) for event, version, state in rows]


def recall(sender: Sender, head: UUID | None) -> Correction:
    matter = Correction(sender.book, MatterKind.RECALL, at=datetime.now(UTC) - timedelta(hours=1))
    matter.do(Deed.ASK, sender.book.cast.homeroom, record_ids=sender.book.records[:1], slots=("toan",))
    matter.do(Deed.GRANT, sender.book.cast.school.principal)
    if head is not None:
        assert matter.state == "authority"
        matter.do(Deed.ALLOW, head)
    matter.tell_books()
    sender.session.commit()
    return matter


def test_from_the_freeze_to_the_next_freeze(sender: Sender) -> None:
    assert [each for each, _reason in submit(sender)] == [Result.ACCEPTED] * 3
    assert freeze(sender) == 3
    matter = recall(sender, sender.officer(Duty.OFFICE_HEAD))
    assert submit(sender) == [(Result.ACCEPTED, "")]
    issue(sender, sender.book.records[:1], version=2)
    assert matter.state == "settled"
    assert submit(sender) == [(Result.ACCEPTED, "")]
    assert kept(sender) == [("NEW", 1, "frozen"), ("CANCEL", 2, "accepted"), ("NEW", 3, "accepted")]
    assert freeze(sender) == 1
    assert kept(sender) == [("NEW", 1, "frozen"), ("CANCEL", 2, "accepted"), ("NEW", 3, "frozen")]
    assert kept(sender, 1) == [("NEW", 1, "frozen")]


def test_before_the_freeze_nobody_is_asked(sender: Sender) -> None:
    submit(sender)
    recall(sender, None)
    assert submit(sender) == [(Result.ACCEPTED, "")]
    issue(sender, sender.book.records[:1], version=2)
    submit(sender)
    assert kept(sender) == [("NEW", 1, "accepted"), ("CANCEL", 2, "accepted"), ("NEW", 3, "accepted")]


def test_a_new_version_waits_for_the_cancellation_of_the_former(sender: Sender) -> None:
    recall(sender, None)
    issue(sender, sender.book.records[:1], version=2)
    assert [len(submit(sender)) for _ in range(3)] == [3, 1, 1]
    assert [event for event, *_ in kept(sender)] == ["NEW", "CANCEL", "NEW"]


def test_a_cancellation_that_meets_a_freeze_waits_for_the_permission(sender: Sender) -> None:
    submit(sender)
    recall(sender, None)
    freeze(sender)
    ((result, reason),) = submit(sender)
    assert (result, "chốt" in reason) == (Result.REFUSED, True)
    head, uid = sender.officer(Duty.OFFICE_HEAD), str(enrolment(sender.book).record_uid)
    permission = freezing.Permission(uid, head, "Trường đã thu hồi trước khi chốt.")
    freezing.allow_recall(sender.session, permission, [sender.school.id], datetime.now(UTC))
    sender.session.commit()
    refused = [each.id for each in sender.rows() if each.state == "refused"]
    outbox.send_again(sender.session, sender.school.id, refused, datetime.now(UTC))
    sender.session.commit()
    assert submit(sender) == [(Result.ACCEPTED, "")]
