"""Status of certificates asked of running services: OCSP first, then the CRL; nothing is believed without proof."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from starlette.requests import Request
from starlette.responses import Response

from signing.authority import DevelopmentAuthority, IssuedKey, KeyKind
from signing.authority.certificates import Holder
from signing.authority.status import crl, ocsp_answer
from signing.cms_template import asn1_certificate
from signing.coroutines import run_coroutine
from signing.errors import ProviderUnavailable, SigningRefused
from signing.revocation import Collected, RevocationService, StatusUnavailable
from signing.status_checks import Source, Status, StatusCheck
from signing.timestamps import TimeStampService
from tests.signing.pki import Page, Stage, answering, closed_address, staged

NAME = "Giáo viên thử"
Chain = tuple[x509.Certificate, ...]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("pki")) as stage:
        yield stage


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory, running: Stage) -> DevelopmentAuthority:
    return DevelopmentAuthority.open(tmp_path_factory.mktemp("stranger"), KeyKind.P_256, running.url)


@pytest.fixture
def stage(running: Stage) -> Stage:
    running.reset()
    return running


@pytest.fixture
def service(stage: Stage) -> Iterator[RevocationService]:
    opened = RevocationService([stage.authority.root], is_local, timeout_s=2)
    with closing(opened):
        yield opened


@pytest.fixture
def chain(stage: Stage) -> Chain:
    return person(stage)


def is_local(host: str) -> bool:
    return host == "127.0.0.1"


def now() -> datetime:
    return datetime.now(UTC)


def person(stage: Stage) -> Chain:
    return stage.authority.issue_person(NAME, "079190000011").certificates


def serial(chain: Chain) -> int:
    return chain[0].serial_number


def sha256(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def answered_by(responder: Holder, issuing: x509.Certificate, stage: Stage, age: timedelta = timedelta()) -> Page:
    """An OCSP service with another key, of another authority, or with old answers."""

    async def page(request: Request) -> Response:
        der = await request.body()
        answer = ocsp_answer(
            der, issuing=issuing, responder=responder, revocations=stage.authority.revocations, now=now() - age
        )
        return Response(answer)

    return page


def unavailable(service: RevocationService, chain: Chain) -> str:
    with pytest.raises(StatusUnavailable) as error:
        service.check(chain, now())
    assert isinstance(error.value, ProviderUnavailable)
    assert NAME not in error.value.message
    assert f"{serial(chain):x}"[:16] in error.value.message
    return error.value.message


def test_a_good_certificate_is_good_by_ocsp(service: RevocationService, chain: Chain) -> None:
    at = now()
    check = service.check(chain, at)
    assert (check.status, check.source, check.host) == (Status.GOOD, Source.OCSP, "127.0.0.1")
    assert (check.sha256, check.revoked_at, check.reason, check.checked_at) == (sha256(chain[0]), None, None, at)
    assert check.next_update is not None
    assert check.next_update - check.this_update == timedelta(days=2)


def test_what_is_above_the_signer_is_checked_by_the_roots_list(service: RevocationService, chain: Chain) -> None:
    checks = service.collect([chain], now()).checks
    assert [(check.sha256, check.source) for check in checks] == [
        (sha256(chain[0]), Source.OCSP),
        (sha256(chain[1]), Source.CRL),
    ]


def test_a_revoked_certificate_is_a_result(stage: Stage, service: RevocationService, chain: Chain) -> None:
    at = datetime(2026, 9, 5, 1, 2, 3, tzinfo=UTC)
    stage.authority.revocations.revoke(serial(chain), x509.ReasonFlags.superseded, at)
    check = service.check(chain, now())
    assert (check.status, check.revoked_at, check.reason) == (Status.REVOKED, at, "superseded")


def test_a_revocation_after_the_moment_of_asking_counts(stage: Stage, service: RevocationService, chain: Chain) -> None:
    stage.authority.revocations.revoke(serial(chain))
    assert service.check(chain, now() - timedelta(minutes=1)).status is Status.REVOKED


def test_a_suspended_certificate_is_a_result_until_it_is_resumed(
    stage: Stage, service: RevocationService, chain: Chain
) -> None:
    stage.authority.revocations.suspend(serial(chain))
    check = service.check(chain, now())
    assert (check.status, check.reason) == (Status.SUSPENDED, "certificate_hold")
    stage.authority.revocations.resume(serial(chain))
    assert service.check(chain, now()).status is Status.GOOD


def test_a_revoked_issuing_authority_is_the_result(tmp_path: Path) -> None:
    with staged(tmp_path) as stage, closing(RevocationService([stage.authority.root], is_local)) as service:
        chain = person(stage)
        stage.authority.revocations.revoke(chain[1].serial_number, x509.ReasonFlags.ca_compromise)
        check = service.check(chain, now())
    assert (check.sha256, check.status, check.reason) == (sha256(chain[1]), Status.REVOKED, "ca_compromise")


def test_each_certificate_and_each_list_is_asked_for_once(stage: Stage, service: RevocationService) -> None:
    chains = [person(stage) for _ in range(3)]
    collected = service.collect([*chains, *chains], now())
    assert stage.asked == {"/ocsp": 3, "/crl/root.crl": 1}
    assert len(collected.checks) == 4
    assert len(stage.visitors) <= 4


def test_the_material_is_the_same_in_any_order_and_without_the_root(stage: Stage, service: RevocationService) -> None:
    chains = [person(stage) for _ in range(3)]
    material = service.collect(chains, now()).material
    again = service.collect(chains[::-1], now()).material
    expected = {each.public_bytes(Encoding.DER) for chain in chains for each in chain}
    assert material.certificates == again.certificates == tuple(sorted(expected))
    assert material.ocsps == tuple(sorted(material.ocsps))
    assert (len(material.ocsps), len(material.crls)) == (3, 1)


def test_the_material_proves_everything_offline(stage: Stage, service: RevocationService, chain: Chain) -> None:
    assert is_proven_offline(service.collect([chain], now()), [stage.authority.root], chain)


def test_the_time_stamp_service_is_checked_like_everybody(stage: Stage, service: RevocationService) -> None:
    roots = [stage.authority.root]
    with closing(TimeStampService(f"{stage.url}/tsa", roots)) as stamps:
        chain = stamps.service_certificates()
    assert is_proven_offline(service.collect([chain], now()), roots, chain)


def is_proven_offline(collected: Collected, roots: Sequence[x509.Certificate], chain: Chain) -> bool:
    context = ValidationContext(
        trust_roots=[asn1_certificate(root) for root in roots],
        other_certs=[Certificate.load(der) for der in collected.material.certificates],
        ocsps=list(collected.material.ocsps),
        crls=list(collected.material.crls),
        moment=collected.fresh_until - timedelta(hours=1),
        revocation_mode="require",
    )
    path = run_coroutine(CertificateValidator(asn1_certificate(chain[0]), None, context).async_validate_path())
    return bool(path)


def test_answers_are_fresh_until_the_first_of_them_is_not(service: RevocationService, chain: Chain) -> None:
    collected = service.collect([chain], now())
    updates = [check.next_update for check in collected.checks if check.next_update]
    assert collected.fresh_until == min(updates)


@pytest.mark.parametrize("kind", [KeyKind.RSA_2048, KeyKind.P_384])
def test_an_authority_may_have_keys_of_any_kind(tmp_path: Path, kind: KeyKind) -> None:
    with staged(tmp_path, kind) as stage, closing(RevocationService([stage.authority.root], is_local)) as service:
        assert service.check(person(stage), now()).status is Status.GOOD


def test_without_ocsp_the_list_is_asked(stage: Stage, service: RevocationService, chain: Chain) -> None:
    stage.put("/ocsp", answering(b"", status=503))
    check = service.check(chain, now())
    assert (check.status, check.source) == (Status.GOOD, Source.CRL)
    stage.authority.revocations.revoke(serial(chain), x509.ReasonFlags.superseded)
    check = service.check(chain, now())
    assert (check.status, check.source, check.reason) == (Status.REVOKED, Source.CRL, "superseded")


def test_the_list_knows_suspended_certificates_too(stage: Stage, service: RevocationService, chain: Chain) -> None:
    stage.put("/ocsp", answering(b"", status=503))
    stage.authority.revocations.suspend(serial(chain))
    assert service.check(chain, now()).status is Status.SUSPENDED


def test_a_service_that_does_not_answer_is_not_asked_again(stage: Stage) -> None:
    async def late(_: Request) -> Response:
        await asyncio.sleep(0.4)
        return Response()

    stage.put("/ocsp", late)
    chains = [person(stage) for _ in range(3)]
    with closing(RevocationService([stage.authority.root], is_local, timeout_s=0.2, parallel=1)) as service:
        collected = service.collect(chains, now())
    assert stage.asked == {"/ocsp": 1, "/crl/issuing.crl": 1, "/crl/root.crl": 1}
    assert {check.source for check in collected.checks} == {Source.CRL}


def test_when_nobody_answers_the_status_is_unavailable(tmp_path: Path) -> None:
    authority = DevelopmentAuthority.open(tmp_path, KeyKind.P_256, closed_address())
    chain = authority.issue_person(NAME, "079190000011").certificates
    with closing(RevocationService([authority.root], is_local)) as service:
        message = unavailable(service, chain)
    assert "Không kết nối được với dịch vụ tra cứu trạng thái chứng thư số 127.0.0.1." in message
    assert "Không kết nối được với nơi công bố danh sách chứng thư số bị thu hồi 127.0.0.1." in message


def another_persons_answer(stage: Stage, _: DevelopmentAuthority) -> Page:
    issuing, other = stage.authority.issuing.certificate, person(stage)[0]
    request = ocsp.OCSPRequestBuilder().add_certificate(other, issuing, hashes.SHA1()).build()  # noqa: S303
    der = request.public_bytes(Encoding.DER)
    revocations = stage.authority.revocations
    return answering(
        ocsp_answer(der, issuing=issuing, responder=stage.services.ocsp, revocations=revocations, now=now())
    )


def a_strangers_answer(stage: Stage, stranger: DevelopmentAuthority) -> Page:
    assert stranger.services is not None
    return answered_by(stranger.services.ocsp, stage.authority.issuing.certificate, stage)


def answered_by_a_subscriber(stage: Stage, _: DevelopmentAuthority) -> Page:
    issued: IssuedKey = stage.authority.issue_person(NAME, "079190000012")
    return answered_by(Holder(issued.private_key, issued.certificate), issued.certificates[1], stage)


def a_changed_answer(stage: Stage, _: DevelopmentAuthority) -> Page:
    async def page(request: Request) -> Response:
        answer = await answered(request)
        return Response(bytes(answer.body)[:-1] + b"\x00")

    answered = answered_by(stage.services.ocsp, stage.authority.issuing.certificate, stage)
    return page


@pytest.mark.parametrize(
    "lying",
    [
        another_persons_answer,
        a_strangers_answer,
        answered_by_a_subscriber,
        a_changed_answer,
        lambda *_: answering(b"<html></html>", media_type="text/html"),
        lambda *_: answering(b""),
        lambda *_: answering(ocsp_refusal()),
    ],
)
def test_an_ocsp_answer_that_proves_nothing_is_not_believed(
    stage: Stage,
    stranger: DevelopmentAuthority,
    service: RevocationService,
    chain: Chain,
    lying: Callable[[Stage, DevelopmentAuthority], Page],
) -> None:
    stage.put("/ocsp", lying(stage, stranger))
    assert service.check(chain, now()).source is Source.CRL
    stage.put("/crl/issuing.crl", answering(b"", status=503))
    assert "không đúng, hoặc không phải của nơi cấp" in unavailable(service, chain)


def ocsp_refusal() -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER).public_bytes(Encoding.DER)


def test_a_stale_answer_is_not_believed(stage: Stage, service: RevocationService, chain: Chain) -> None:
    old = answered_by(stage.services.ocsp, stage.authority.issuing.certificate, stage, timedelta(days=3))
    stage.put("/ocsp", old)
    assert service.check(chain, now()).source is Source.CRL
    stage.put("/crl/issuing.crl", answering(crl(stage.authority.issuing, [], now() - timedelta(days=8))))
    message = unavailable(service, chain)
    assert message.count("đã quá hạn dùng") == 2


def test_an_endless_answer_is_not_read(stage: Stage, service: RevocationService, chain: Chain) -> None:
    stage.put("/ocsp", answering(bytes(200_000)))
    stage.put("/crl/issuing.crl", answering(b"", status=404))
    assert "dài bất thường" in unavailable(service, chain)


@pytest.mark.parametrize("whose", ["stranger", "root"])
def test_a_list_of_somebody_else_is_not_believed(
    stage: Stage, stranger: DevelopmentAuthority, service: RevocationService, chain: Chain, whose: str
) -> None:
    stage.put("/ocsp", answering(b"", status=503))
    issuer = stranger.issuing if whose == "stranger" else stage.services.root
    stage.put("/crl/issuing.crl", answering(crl(issuer, [], now())))
    assert "không phải của nơi cấp" in unavailable(service, chain)


def unhelpful(stage: Stage, next_update: datetime | None, status: ocsp.OCSPCertStatus) -> Page:
    """An OCSP service that answers in its own way."""
    holder = stage.services.ocsp

    async def page(request: Request) -> Response:
        asked = ocsp.load_der_ocsp_request(await request.body())
        names = (asked.issuer_name_hash, asked.issuer_key_hash, asked.serial_number, asked.hash_algorithm)
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(*names, status, now(), next_update, None, None)
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, holder.certificate)
        signed = builder.certificates([holder.certificate]).sign(holder.key, hashes.SHA256())
        return Response(signed.public_bytes(Encoding.DER))

    return page


def test_a_responder_that_does_not_know_is_a_result(stage: Stage, service: RevocationService, chain: Chain) -> None:
    stage.put("/ocsp", unhelpful(stage, now() + timedelta(days=1), ocsp.OCSPCertStatus.UNKNOWN))
    check = service.check(chain, now())
    assert (check.status, check.source, check.revoked_at) == (Status.UNKNOWN, Source.OCSP, None)


def test_an_answer_without_an_end_is_fresh_for_half_an_hour(
    stage: Stage, service: RevocationService, chain: Chain
) -> None:
    stage.put("/ocsp", unhelpful(stage, None, ocsp.OCSPCertStatus.GOOD))
    check: StatusCheck = service.check(chain, now())
    assert check.next_update is None
    assert check.fresh_until == check.this_update + timedelta(minutes=30)


def test_only_allowed_hosts_are_asked(stage: Stage, chain: Chain) -> None:
    asked: list[str] = []

    def never(host: str) -> bool:
        asked.append(host)
        return False

    with closing(RevocationService([stage.authority.root], never)) as service:
        assert "127.0.0.1 không nằm trong danh sách được phép hỏi" in unavailable(service, chain)
    assert set(asked) == {"127.0.0.1"}
    assert not stage.asked


def test_a_certificate_without_addresses_cannot_be_checked(tmp_path: Path) -> None:
    authority = DevelopmentAuthority.open(tmp_path, KeyKind.P_256)
    chain = authority.issue_person(NAME, "079190000011").certificates
    with closing(RevocationService([authority.root], is_local)) as service:
        assert "không ghi địa chỉ tra cứu" in unavailable(service, chain)


def test_a_chain_to_another_root_is_refused(
    stranger: DevelopmentAuthority, stage: Stage, service: RevocationService
) -> None:
    with pytest.raises(SigningRefused, match="không do tổ chức được tin cậy cấp"):
        service.check(stranger.issue_person(NAME, "079190000011").certificates, now())
    assert not stage.asked


def test_an_expired_certificate_is_refused(stage: Stage, service: RevocationService) -> None:
    issued = stage.authority.issue_person(NAME, "079190000011", not_after=now() - timedelta(days=1))
    with pytest.raises(SigningRefused, match="không còn hiệu lực"):
        service.check(issued.certificates, now())


def test_a_root_is_no_signer(stage: Stage, service: RevocationService) -> None:
    with pytest.raises(SigningRefused, match="Chứng thư số gốc"):
        service.check([stage.authority.root], now())
