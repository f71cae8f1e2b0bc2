"""Chores: evidence for what was signed, the history log, certificates watched, proofs renewed; each run twice."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.x509 import load_pem_x509_certificates
from sqlalchemy import func, select, text, update
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.evidence import EvidenceKeeper, evidence_of
from activities.handover import handover
from activities.history import HistoryKeeper, LogBook
from activities.upkeep import Chore, UpkeepActivities
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Action, Decision
from domain.errors import NotFound
from domain.matters.handovers import HandoverKind
from signing.container import unpack
from signing.errors import ProviderUnavailable
from signing.evidence.checking import check_evidence
from signing.log.events import EventKind, HistoryEvent, record_tag
from signing.log.log import HistoryLog
from signing.log.signers import NoteSigner
from signing.log.store import LocalTiles
from signing.timestamps import NoTimeStampService
from signing.verification.verdicts import Verdict
from signing.verification.verify import verify
from storage import evidence, orders
from storage.database import Sessions
from storage.rosters import previews
from storage.staffing import Person
from storage.tables import (
    CertificateRow,
    Document,
    Enrolment,
    EvidenceBatch,
    EvidencePath,
    LogCheckpoint,
    LogEvent,
    Notice,
    SignatureCheck,
    SigningOrder,
)
from tests.activities.signing_office import Office
from tests.factories import OpenBook, make_school
from tests.signing.pki import Stage, answering
from tests.storage.handovers.playing import Stage as Handing

SECRET = b"a secret of the tests"
TABLES = ("evidence_batches", "evidence_paths", "log_events", "log_checkpoints", "notices")


@pytest.fixture
def book_of_log(tmp_path: Path) -> LogBook:
    files = LocalTiles(tmp_path / "log")
    log = HistoryLog(files, NoteSigner.open(tmp_path / "key", "hocba.example/log"), "hocba.example/log")
    return LogBook(log, files, SECRET)


@pytest.fixture
def upkeep(sessions: Sessions, office: Office, book_of_log: LogBook) -> UpkeepActivities:
    history = HistoryKeeper(sessions, book_of_log)
    return UpkeepActivities(sessions, office.keeper, history, office.preflight, office.objects)


def rows(office: Office) -> list[object]:
    office.session.expire_all()
    return [office.session.execute(text(f"SELECT * FROM {name} ORDER BY 1, 2")).all() for name in TABLES]  # noqa: S608


def count(office: Office, table: type) -> int:
    return office.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def issued(office: Office, approved: OpenBook) -> OpenBook:
    order_id = office.open_order(approved, Action.SEAL, SEAL)
    office.prepare(order_id)
    office.confirm(order_id)
    seal = approved.next(approved.decision(Action.SEAL, SEAL, order_id=order_id))
    approved.follow(seal)
    issue = approved.next(Decision(Action.ISSUE, SEAL, tuple(approved.records)))
    assert office.complete(seal, issue).issued
    return approved


def test_every_order_gets_its_evidence_and_a_younger_status(
    office: Office, upkeep: UpkeepActivities, temporal: ActivityEnvironment, approved: OpenBook
) -> None:
    assert temporal.run(upkeep.do_chore, Chore.PROVE) == 4  # two orders, two signers
    before = rows(office)
    assert temporal.run(upkeep.do_chore, Chore.PROVE) == 0
    assert rows(office) == before
    for order in office.session.scalars(select(SigningOrder)):
        batch = office.session.get_one(EvidenceBatch, order.evidence_id)
        newest = select(func.max(SignatureCheck.checked_at)).where(
            SignatureCheck.certificate_id == order.certificate_id
        )
        checked = office.session.scalar(newest)
        assert checked is not None
        assert checked + timedelta(seconds=1) > batch.stamped_at
    for document in office.session.scalars(select(Document)):
        record = evidence_of(office.session, document.sha256)
        assert record is not None
        check_evidence(
            record, {"sha256": bytes.fromhex(document.sha256)}, [office.authority.root], moment=datetime.now(UTC)
        )


def test_prepared_papers_go_once_their_order_is_over(
    office: Office,
    upkeep: UpkeepActivities,
    temporal: ActivityEnvironment,
    approved: OpenBook,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prepared = office.objects.prepared
    open_order = office.open_order(approved, Action.SEAL, SEAL)
    office.prepare(open_order)
    waiting = {item.prepared_sha256 for item in orders.items(office.session, UUID(open_order))}
    assert len({*prepared.names()}) > len(waiting) > 0
    temporal.run(upkeep.do_chore, Chore.SWEEP)
    assert len({*prepared.names()}) > len(waiting)  # not yet
    monkeypatch.setattr("activities.upkeep.PREPARED_KEPT", timedelta(days=-1))
    temporal.run(upkeep.do_chore, Chore.SWEEP)
    assert {*prepared.names()} == waiting
    temporal.run(upkeep.do_chore, Chore.SWEEP)
    office.confirm(open_order)
    assert office.complete(approved.next(approved.decision(Action.SEAL, SEAL, order_id=open_order))).recorded
    for document in office.session.scalars(select(Document)):
        assert office.objects.get(document.sha256)


def test_a_file_that_nobody_stamped_has_no_evidence(office: Office) -> None:
    assert evidence_of(office.session, "0" * 64) is None


def test_a_document_is_handed_over_with_all_that_proves_it(
    office: Office, upkeep: UpkeepActivities, temporal: ActivityEnvironment, book: OpenBook, stage: Stage
) -> None:
    office.sign(book, Action.SIGN, "toan")
    [document] = office.session.scalars(select(Document)).all()
    with pytest.raises(NotFound, match="chưa có bằng chứng"):
        handover(office.session, office.objects, document.id)
    stage.put("/ocsp", answering(b"", 503))
    stage.put("/crl/issuing.crl", answering(b"", 503))
    with pytest.raises(ApplicationError):
        temporal.run(upkeep.do_chore, Chore.PROVE)
    office.session.expire_all()
    with pytest.raises(NotFound, match="đang hỏi nơi cấp"):
        handover(office.session, office.objects, document.id)
    assert not office.session.scalar(select(evidence.is_proven()).where(Document.id == document.id))
    stage.reset()
    temporal.run(upkeep.do_chore, Chore.PROVE)
    office.session.expire_all()
    assert office.session.scalar(select(evidence.is_proven()).where(Document.id == document.id))
    container = unpack(handover(office.session, office.objects, document.id))
    assert container.pdf == office.objects.get(document.sha256)
    found = verify(container.pdf, [office.authority.root], evidence=[container.evidence], archive=container.material)
    assert found.verdict is Verdict.VALID, found
    assert verify(container.pdf, [office.authority.root]).verdict is Verdict.INDETERMINATE


def test_what_somebody_signed_who_has_left_since_keeps_verifying(
    office: Office, upkeep: UpkeepActivities, temporal: ActivityEnvironment, book: OpenBook
) -> None:
    """Retired, the certificate is revoked here and by its authority; the proof of the time is older."""
    office.sign(book, Action.SIGN, "toan")
    temporal.run(upkeep.do_chore, Chore.PROVE)
    office.session.expire_all()
    [document] = office.session.scalars(select(Document)).all()
    now = datetime.now(UTC)
    Handing(office.session, book, now).open(HandoverKind.RETIREMENT, {}, at=now)
    row = office.session.scalars(select(CertificateRow).where(CertificateRow.staff_id == book.cast.homeroom)).one()
    assert row.state == "revoked"
    leaf = load_pem_x509_certificates(row.chain_pem.encode())[0]
    office.authority.revocations.revoke(leaf.serial_number)
    container = unpack(handover(office.session, office.objects, document.id))
    found = verify(container.pdf, [office.authority.root], evidence=[container.evidence], archive=container.material)
    assert found.verdict is Verdict.VALID, found


def test_evidence_waits_for_the_service_and_goes_on(
    office: Office, upkeep: UpkeepActivities, temporal: ActivityEnvironment, approved: OpenBook, stage: Stage
) -> None:
    stage.put("/tsa", answering(b"", 503))
    with pytest.raises(ApplicationError) as waits:
        temporal.run(upkeep.do_chore, Chore.PROVE)
    assert not waits.value.non_retryable
    assert count(office, EvidencePath) == 0
    stage.reset()
    temporal.run(upkeep.do_chore, Chore.PROVE)
    assert count(office, EvidencePath) == 8


def test_what_was_issued_is_in_the_log_once(
    office: Office, upkeep: UpkeepActivities, temporal: ActivityEnvironment, issued: OpenBook, book_of_log: LogBook
) -> None:
    assert temporal.run(upkeep.do_chore, Chore.PUBLISH) == 4
    before = rows(office)
    assert temporal.run(upkeep.do_chore, Chore.PUBLISH) == 4
    assert rows(office) == before
    events = [HistoryEvent.from_leaf(leaf) for leaf in book_of_log.log.entries(0, 4)]
    assert {event.kind for event in events} == {EventKind.ISSUED}
    documents = {document.sha256: document for document in office.session.scalars(select(Document))}
    assert {event.sha256 for event in events} == set(documents)
    for event in events:
        document = documents[event.sha256]
        enrolment = office.session.get(Enrolment, document.enrolment_id) if document.enrolment_id else None
        assert event.record == record_tag(SECRET, enrolment.record_uid if enrolment else document.id)
    [checkpoint] = office.session.scalars(select(LogCheckpoint)).all()
    assert (checkpoint.size, checkpoint.batch_id is not None) == (4, True)
    assert evidence_of(office.session, checkpoint.sha256) is not None


def test_a_log_that_fell_behind_its_database_catches_up(
    office: Office, upkeep: UpkeepActivities, temporal: ActivityEnvironment, issued: OpenBook, book_of_log: LogBook,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    with monkeypatch.context() as broken:
        broken.setattr(LocalTiles, "write", _full_disk)
        with pytest.raises(OSError, match="full"):
            temporal.run(upkeep.do_chore, Chore.PUBLISH)
    assert book_of_log.log.checkpoint().size == 0
    assert office.session.scalar(select(func.max(LogEvent.position))) == 3
    assert temporal.run(upkeep.do_chore, Chore.PUBLISH) == 4
    assert book_of_log.log.check().size == 4


def _full_disk(*_: object) -> None:
    raise OSError("the disk is full")


def test_a_numbered_event_never_changes(
    office: Office, upkeep: UpkeepActivities, temporal: ActivityEnvironment, issued: OpenBook
) -> None:
    temporal.run(upkeep.do_chore, Chore.PUBLISH)
    with pytest.raises(Exception, match="history log"):
        office.session.execute(update(LogEvent).values(position=LogEvent.position + 10))


def test_certificates_are_watched_and_people_are_told_once(
    office: Office, upkeep: UpkeepActivities, temporal: ActivityEnvironment, approved: OpenBook
) -> None:
    homeroom, principal = (
        office.session.query(CertificateRow).filter_by(staff_id=approved.cast.who(slot)).one()
        for slot in (HOMEROOM, PRINCIPAL)
    )
    number = x509.load_pem_x509_certificate(principal.chain_pem.encode()).serial_number
    office.authority.revocations.revoke(number)
    homeroom.not_after = datetime.now(UTC) + timedelta(days=59)
    office.session.commit()
    assert temporal.run(upkeep.do_chore, Chore.WATCH) == 2
    before = rows(office)
    temporal.run(upkeep.do_chore, Chore.WATCH)
    assert rows(office) == before
    office.session.expire_all()
    assert (homeroom.state, principal.state) == ("valid", "revoked")
    told = {(notice.staff_id, notice.subject_ref.split("/")[1]) for notice in office.session.scalars(select(Notice))}
    clerk = approved.cast.who(SEAL)
    assert told == {
        (approved.cast.who(HOMEROOM), "expiring"), (approved.cast.who(PRINCIPAL), "revoked"),
        (clerk, "expiring"), (clerk, "revoked"),
    }  # fmt: skip


def test_one_authority_that_is_silent_does_not_hide_the_others(
    office: Office, upkeep: UpkeepActivities, temporal: ActivityEnvironment, approved: OpenBook, stage: Stage
) -> None:
    homeroom = office.session.query(CertificateRow).filter_by(staff_id=approved.cast.who(HOMEROOM)).one()
    homeroom.not_after = datetime.now(UTC) + timedelta(days=10)
    office.session.commit()
    for path in ("/ocsp", "/crl/issuing.crl"):
        stage.put(path, answering(b"", 503))
    with pytest.raises(ApplicationError):
        temporal.run(upkeep.do_chore, Chore.WATCH)
    assert count(office, Notice) == 2


def test_proofs_that_lapse_are_renewed_by_one_stamp(
    office: Office,
    upkeep: UpkeepActivities,
    temporal: ActivityEnvironment,
    approved: OpenBook,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("activities.upkeep.AT_ONCE", 1)  # a stamp for each order
    temporal.run(upkeep.do_chore, Chore.PROVE)
    assert temporal.run(upkeep.do_chore, Chore.RENEW) == 0
    soon = datetime.now(UTC) + timedelta(days=300)
    office.session.execute(update(EvidenceBatch).values(proves_until=soon))
    office.session.commit()
    assert temporal.run(upkeep.do_chore, Chore.RENEW) == 2
    before = rows(office)
    assert temporal.run(upkeep.do_chore, Chore.RENEW) == 0
    assert rows(office) == before
    for document in office.session.scalars(select(Document)):
        record = evidence_of(office.session, document.sha256)
        assert record is not None
        hashes = {"sha256": bytes.fromhex(document.sha256)}
        assert len(check_evidence(record, hashes, [office.authority.root], moment=datetime.now(UTC)).tokens) == 2


def test_orders_that_wait_share_one_stamp(
    office: Office, upkeep: UpkeepActivities, temporal: ActivityEnvironment, approved: OpenBook
) -> None:
    temporal.run(upkeep.do_chore, Chore.PROVE)
    proven = office.session.scalars(select(SigningOrder.evidence_id).where(SigningOrder.state == "completed")).all()
    assert len(proven) > 1
    assert len(set(proven)) == 1
    assert None not in proven


def test_without_a_service_nothing_is_stamped(sessions: Sessions, office: Office, approved: OpenBook) -> None:
    order = office.session.scalars(select(SigningOrder)).first()
    assert order is not None
    with pytest.raises(ProviderUnavailable, match="Chưa cấu hình"):
        EvidenceKeeper(sessions, NoTimeStampService()).stamp_orders({order.id: ["0" * 64]})


def test_evidence_stays_as_it_is(
    office: Office, upkeep: UpkeepActivities, temporal: ActivityEnvironment, approved: OpenBook
) -> None:
    temporal.run(upkeep.do_chore, Chore.PROVE)
    with pytest.raises(Exception, match="append-only"):
        office.session.execute(update(EvidencePath).values(path=b""))


def test_class_lists_that_nobody_confirmed_go(
    office: Office, upkeep: UpkeepActivities, temporal: ActivityEnvironment
) -> None:
    school = make_school(office.session)
    clerk = Person(school.clerk, school.school_id, "Văn thư", frozenset({"seal_clerk"}))
    previews.keep(office.session, clerk, {}, datetime.now(UTC) - timedelta(days=1))
    office.session.commit()
    assert temporal.run(upkeep.do_chore, Chore.SWEEP) == 1
    assert temporal.run(upkeep.do_chore, Chore.SWEEP) == 0
