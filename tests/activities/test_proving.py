"""When a seal's time is proven: a stamp for each record or one for the batch, and never by a silent way round."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from activities.evidence import evidence_of
from activities.preflight import Preflight
from activities.proving import Proving
from domain.curriculum import SEAL
from domain.decisions import Action
from domain.errors import Conflict
from signing.errors import ProviderUnavailable
from signing.evidence.checking import check_evidence
from signing.revocation import RevocationService
from signing.timestamps import NoTimeStampService, TimeStampService
from signing.tokens import read_token
from storage import orders
from storage.tables import Document, OrderItem, SignatureRow, SigningOrder
from tests.activities.signing_office import PASSPHRASE, Office
from tests.factories import OpenBook
from tests.signing.pki import Stage, answering, closed_address


def signed_seal(office: Office, approved: OpenBook) -> UUID:
    """The clerk has confirmed; no time is proven yet."""
    order_id = office.open_order(approved, Action.SEAL, SEAL)
    office.prepare(order_id)
    refused = office.confirming.begin([office.order(order_id)], SecretStr(PASSPHRASE), datetime.now(UTC))
    assert refused == {}
    return UUID(order_id)


def items(office: Office, order_id: UUID) -> list[OrderItem]:
    office.session.expire_all()
    return list(orders.items(office.session, order_id))


def complete(office: Office, approved: OpenBook, order_id: UUID) -> None:
    work = approved.next(approved.decision(Action.SEAL, SEAL, order_id=str(order_id)))
    assert office.complete(work).done == approved.records


@pytest.fixture
def batch_office(office: Office, revocation: RevocationService, stamps: TimeStampService) -> Office:
    sessions = office.preflight._sessions
    office.activities._preflight = Preflight(sessions, office.objects, revocation, stamps, "batch")
    return office


def test_each_record_of_a_seal_gets_a_stamp_of_its_signature(office: Office, approved: OpenBook) -> None:
    order_id = signed_seal(office, approved)
    office.proving.prove(order_id)
    before = office.rows()
    office.proving.prove(order_id)
    assert office.rows() == before
    found = items(office, order_id)
    assert all(item.token and item.stamped_at == read_token(item.token).gen_time for item in found)
    complete(office, approved, order_id)
    sealed = office.session.scalars(select(SignatureRow).where(SignatureRow.field == "seal")).all()
    assert {(row.level, row.stamped_at is not None) for row in sealed} == {("B-LT", True)}
    office.proving.prove(order_id)  # a completed order asks for nothing more
    assert {len(office.objects.get(row.sha256)) > 0 for row in sealed} == {True}


def test_what_was_stamped_before_the_service_went_away_stays(
    office: Office, approved: OpenBook, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.proving.AT_ONCE", 1)
    order_id = signed_seal(office, approved)
    monkeypatch.setattr("activities.proving.BUDGET_SECONDS", -1.0)
    with pytest.raises(ProviderUnavailable, match="còn 4 văn bản"):
        office.proving.prove(order_id)
    monkeypatch.setattr("activities.proving.BUDGET_SECONDS", 60.0)
    first = items(office, order_id)[0]
    token = office.proving._stamps.stamp(b"\1" * 32)
    office.session.execute(
        update(OrderItem)
        .where(OrderItem.order_id == order_id, OrderItem.position == first.position)
        .values(token=token.der, stamped_at=token.gen_time)
    )
    office.session.commit()
    stage.put("/tsa", answering(b"", 503))
    with pytest.raises(ProviderUnavailable, match=r"127\.0\.0\.1"):
        office.proving.prove(order_id)
    assert [item.token is not None for item in items(office, order_id)] == [True, False, False, False]
    stage.reset()
    office.proving.prove(order_id)
    assert items(office, order_id)[0].token == token.der
    assert all(item.token for item in items(office, order_id))


@pytest.mark.parametrize("body", [b"<html>maintenance</html>", b""])
def test_a_service_that_lies_makes_the_seal_wait(office: Office, approved: OpenBook, stage: Stage, body: bytes) -> None:
    order_id = signed_seal(office, approved)
    stage.put("/tsa", answering(body))
    with pytest.raises(ProviderUnavailable):
        office.proving.prove(order_id)
    assert not any(item.token for item in items(office, order_id))
    assert office.order(str(order_id)).level == "B-LT"


def test_without_a_service_the_seal_waits(office: Office, approved: OpenBook) -> None:
    order_id = signed_seal(office, approved)
    proving = Proving(office.preflight._sessions, office.proving._pool, NoTimeStampService(), office.keeper)
    with pytest.raises(ProviderUnavailable, match="Chưa cấu hình"):
        proving.prove(order_id)


def test_a_service_that_is_gone_is_named(office: Office, approved: OpenBook) -> None:
    order_id = signed_seal(office, approved)
    gone = TimeStampService(closed_address(), [office.authority.root], timeout_s=1)
    proving = Proving(office.preflight._sessions, office.proving._pool, gone, office.keeper)
    with pytest.raises(ProviderUnavailable, match=r"127\.0\.0\.1"):
        proving.prove(order_id)
    gone.close()


def test_validation_data_that_has_aged_needs_a_new_seal(office: Office, approved: OpenBook) -> None:
    order_id = signed_seal(office, approved)
    past = datetime.now(UTC) - timedelta(hours=1)
    office.session.execute(update(SigningOrder).where(SigningOrder.id == order_id).values(fresh_until=past))
    office.session.commit()
    with pytest.raises(Conflict, match="đóng dấu lại"):
        office.proving.prove(order_id)


def test_by_the_batch_policy_one_stamp_proves_all_sealed_files(batch_office: Office, approved: OpenBook) -> None:
    office = batch_office
    order_id = signed_seal(office, approved)
    office.proving.prove(order_id)
    before = office.rows()
    office.proving.prove(order_id)
    assert office.rows() == before
    assert not any(item.token for item in items(office, order_id))
    complete(office, approved, order_id)
    for document in office.session.scalars(select(Document)):
        record = evidence_of(office.session, document.sha256)
        assert record is not None
        proof = check_evidence(
            record, {"sha256": bytes.fromhex(document.sha256)}, [office.authority.root], moment=datetime.now(UTC)
        )
        assert abs(proof.time - datetime.now(UTC)) < timedelta(minutes=1)
    assert office.order(str(order_id)).level == "B-B+ERS"


def test_by_the_batch_policy_a_seal_waits_for_the_stamp_too(
    batch_office: Office, approved: OpenBook, stage: Stage
) -> None:
    order_id = signed_seal(batch_office, approved)
    stage.put("/tsa", answering(b"", 503))
    with pytest.raises(ProviderUnavailable):
        batch_office.proving.prove(order_id)
    assert batch_office.order(str(order_id)).evidence_id is None
    stage.reset()
    batch_office.proving.prove(order_id)
    assert batch_office.order(str(order_id)).evidence_id is not None


def test_a_person_s_order_needs_no_proof_of_its_own(office: Office, book: OpenBook, stage: Stage) -> None:
    stage.put("/tsa", answering(b"", 503))
    office.sign(book, Action.SIGN, "toan")
    assert stage.asked["/tsa"] == 0
