"""What is asked before anything is prepared: whose certificate, how it stands, and what a seal will carry."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from cryptography import x509
from sqlalchemy import select, update
from temporalio.exceptions import ApplicationError

from activities.preflight import Preflight
from activities.workbench import ProofTask
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Action
from domain.errors import NotAllowed
from signing.dss import ValidationMaterial
from signing.errors import ProviderUnavailable, SigningRefused
from signing.revocation import RevocationService
from signing.timestamps import NoTimeStampService, TimeStampService
from storage import orders
from storage.tables import CertificateRow, EvidenceBatch, SignatureCheck, SigningOrder, Staff, ValidationObject
from tests.activities.certificates import certificate, serial
from tests.activities.signing_office import Office
from tests.factories import OpenBook
from tests.signing.pki import Stage, answering

Changes = Callable[[Office, int], None]


def checks(office: Office) -> list[SignatureCheck]:
    office.session.expire_all()
    return list(office.session.scalars(select(SignatureCheck).order_by(SignatureCheck.checked_at)))


def no_answer(stage: Stage) -> None:
    for path in ("/ocsp", "/crl/issuing.crl"):
        stage.put(path, answering(b"", 503))


def test_a_signer_s_status_is_asked_and_kept(office: Office, book: OpenBook, stage: Stage) -> None:
    order_id = office.open_order(book, Action.SIGN, "toan")
    assert office.preflight.clear(UUID(order_id)) is None
    [check] = checks(office)
    assert (check.status, check.source, str(check.order_id)) == ("good", "ocsp", order_id)
    kinds = office.session.scalars(select(ValidationObject.kind)).all()
    assert sorted(kinds) == ["certificate", "certificate", "crl", "ocsp"]
    assert stage.asked["/ocsp"] == 1


def test_an_answer_of_a_moment_ago_is_not_asked_for_again(office: Office, book: OpenBook, stage: Stage) -> None:
    for slot in ("toan", "dao_duc"):
        office.preflight.clear(UUID(office.open_order(book, Action.SIGN, slot)))
    assert (len(checks(office)), stage.asked["/ocsp"]) == (1, 1)


def test_an_older_answer_is_asked_for_again(office: Office, book: OpenBook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.preflight.ANSWER_LASTS", timedelta(0))
    for slot in ("toan", "dao_duc"):
        office.preflight.clear(UUID(office.open_order(book, Action.SIGN, slot)))
    assert len(checks(office)) == 2


@pytest.mark.parametrize(
    ("change", "state", "words"),
    [
        (lambda office, number: office.authority.revocations.revoke(number), "revoked", "đã bị thu hồi"),
        (lambda office, number: office.authority.revocations.suspend(number), "suspended", "tạm dừng"),
    ],
)
def test_a_stopped_certificate_does_not_sign(
    office: Office, book: OpenBook, change: Changes, state: str, words: str
) -> None:
    order_id = office.open_order(book, Action.SIGN, "toan")
    change(office, serial(certificate(office, order_id)))
    with pytest.raises(NotAllowed, match=words):
        office.preflight.clear(UUID(order_id))
    row = certificate(office, order_id)
    assert (row.state, row.state_since is not None) == (state, True)
    assert checks(office)[-1].status == state


def test_a_suspension_that_ended_lets_its_owner_sign_again(office: Office, book: OpenBook) -> None:
    order_id = office.open_order(book, Action.SIGN, "toan")
    number = serial(certificate(office, order_id))
    office.authority.revocations.suspend(number)
    with pytest.raises(NotAllowed):
        office.preflight.clear(UUID(order_id))
    office.authority.revocations.resume(number)
    office.preflight.clear(UUID(order_id))
    assert certificate(office, order_id).state == "valid"


def test_who_cannot_be_checked_is_warned_and_signs_all_the_same(office: Office, book: OpenBook, stage: Stage) -> None:
    no_answer(stage)
    order_id = office.open_order(book, Action.SIGN, "toan")
    office.preflight.clear(UUID(order_id))
    assert "Chưa tra cứu được trạng thái" in office.order(order_id).warning
    assert [(check.status, check.source) for check in checks(office)] == [("unknown", "")]


def test_somebody_else_s_certificate_does_not_sign(office: Office, book: OpenBook) -> None:
    order_id = office.open_order(book, Action.SIGN, "toan")
    person = office.session.get_one(Staff, office.order(order_id).staff_id)
    person.personal_id = "001190000099"
    office.session.commit()
    with pytest.raises(NotAllowed, match="mã định danh"):
        office.preflight.clear(UUID(order_id))


def test_a_mechanism_that_policy_does_not_allow_does_not_sign(
    office: Office, book: OpenBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.preflight.is_allowed_at", lambda *_: False)
    with pytest.raises(NotAllowed, match="không còn được phép"):
        office.preflight.clear(UUID(office.open_order(book, Action.SIGN, "toan")))


def test_a_certificate_that_nobody_trusted_issued_does_not_sign(
    office: Office, book: OpenBook, stamps: TimeStampService
) -> None:
    nobody = RevocationService([], lambda _: True)
    preflight = Preflight(office.preflight._sessions, office.objects, nobody, stamps)
    with pytest.raises(SigningRefused):
        preflight.clear(UUID(office.open_order(book, Action.SIGN, "toan")))
    nobody.close()


def test_a_refusal_of_the_preflight_is_the_preparation_s_answer(office: Office, book: OpenBook) -> None:
    order_id = office.open_order(book, Action.SIGN, "toan")
    office.authority.revocations.revoke(serial(certificate(office, order_id)))
    with pytest.raises(ApplicationError, match="đã bị thu hồi") as refused:
        office.prepare(order_id)
    assert (refused.value.type, refused.value.non_retryable) == ("NotAllowed", True)


def seal_proof(office: Office, approved: OpenBook) -> tuple[SigningOrder, ProofTask]:
    order_id = office.open_order(approved, Action.SEAL, SEAL)
    proof = office.preflight.clear(UUID(order_id))
    assert proof is not None
    return office.order(order_id), proof


def test_a_seal_carries_everybody_s_validation_data(office: Office, approved: OpenBook) -> None:
    order, proof = seal_proof(office, approved)
    material = ValidationMaterial.loads(office.objects.get(proof.material_sha256))
    names = {x509.load_der_x509_certificate(der).subject.rfc4514_string() for der in material.certificates}
    signers = office.session.scalars(select(CertificateRow)).all()
    for row in signers:
        if row.school_id or row.staff_id in {approved.cast.who(HOMEROOM), approved.cast.who(PRINCIPAL)}:
            assert x509.load_pem_x509_certificate(row.chain_pem.encode()).subject.rfc4514_string() in names
    assert len(material.ocsps) == 4  # homeroom, principal, school, time stamps
    assert (order.level, order.material_sha256, proof.token_bytes > 1000) == ("B-LT", proof.material_sha256, True)
    assert order.fresh_until is not None
    assert order.fresh_until > datetime.now(UTC) + timedelta(hours=1)


def test_by_the_batch_policy_a_seal_leaves_no_room_for_a_stamp_of_its_own(
    office: Office, approved: OpenBook, revocation: RevocationService, stamps: TimeStampService
) -> None:
    order_id = office.open_order(approved, Action.SEAL, SEAL)
    sessions = office.preflight._sessions
    proof = Preflight(sessions, office.objects, revocation, stamps, "batch").clear(UUID(order_id))
    assert proof is not None
    assert (office.order(order_id).level, proof.token_bytes) == ("B-B+ERS", 0)


@pytest.mark.parametrize("path", ["/tsa", "/ocsp"])
def test_a_seal_waits_for_a_service_that_does_not_answer(
    office: Office, approved: OpenBook, stage: Stage, path: str
) -> None:
    no_answer(stage)
    stage.put(path, answering(b"", 503))
    order_id = office.open_order(approved, Action.SEAL, SEAL)
    with pytest.raises(ApplicationError) as waits:
        office.prepare(order_id)
    assert (waits.value.type, waits.value.non_retryable) == ("NotYet", False)
    assert office.order(order_id).trouble_code == "ProviderUnavailable"
    assert "127.0.0.1" in office.order(order_id).trouble
    stage.reset()
    assert office.prepare(order_id).papers == 4
    assert office.order(order_id).trouble_code == ""


def test_without_a_time_stamp_service_a_seal_waits(office: Office, approved: OpenBook) -> None:
    preflight = Preflight(
        office.preflight._sessions, office.objects, office.preflight._revocation, NoTimeStampService()
    )
    with pytest.raises(ProviderUnavailable, match="Chưa cấu hình"):
        preflight.clear(UUID(office.open_order(approved, Action.SEAL, SEAL)))


def revoke_principal(office: Office, approved: OpenBook) -> None:
    principal = office.session.query(CertificateRow).filter_by(staff_id=approved.cast.who(PRINCIPAL)).one()
    office.authority.revocations.revoke(serial(principal))


def test_a_signer_revoked_before_the_seal_stops_it_unless_the_signature_is_proven_older(
    office: Office, approved: OpenBook
) -> None:
    revoke_principal(office, approved)
    order_id = office.open_order(approved, Action.SEAL, SEAL)
    with pytest.raises(NotAllowed, match="chưa có bằng chứng"):
        office.preflight.clear(UUID(order_id))


def test_a_signature_proven_before_the_revocation_is_sealed(office: Office, approved: OpenBook) -> None:
    proven = datetime.now(UTC) - timedelta(hours=1)
    office.session.add_all(
        [
            batch := EvidenceBatch(
                algorithm="sha256", root=b"", token=b"", stamped_at=proven, proves_until=proven + timedelta(days=999)
            )
        ]
    )
    office.session.flush()
    office.session.execute(update(SigningOrder).values(evidence_id=batch.id))
    office.session.commit()
    revoke_principal(office, approved)
    assert seal_proof(office, approved)[0].level == "B-LT"


def test_a_revoked_seal_certificate_seals_nothing(office: Office, approved: OpenBook) -> None:
    order_id = office.open_order(approved, Action.SEAL, SEAL)
    office.authority.revocations.revoke(serial(certificate(office, order_id)))
    with pytest.raises(NotAllowed, match="đã bị thu hồi"):
        office.preflight.clear(UUID(order_id))
    assert orders.items(office.session, UUID(order_id)) == []
