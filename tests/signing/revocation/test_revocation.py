"""Status of certificates asked of running services: OCSP first, then the CRL, each once."""

import asyncio
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from starlette.requests import Request
from starlette.responses import Response

from signing.authority import DevelopmentAuthority, KeyKind
from signing.cms_template import asn1_certificate
from signing.coroutines import run_coroutine
from signing.errors import SigningRefused
from signing.revocation import Collected, RevocationService
from signing.status_checks import Source, Status
from signing.timestamps import TimeStampService
from tests.signing.pki import Stage, answering, closed_address, staged
from tests.signing.revocation.conftest import NAME, Chain, is_local, now, person, serial, sha256, unavailable


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
        await asyncio.sleep(1.2)
        return Response()

    stage.put("/ocsp", late)
    chains = [person(stage) for _ in range(3)]
    with closing(RevocationService([stage.authority.root], is_local, timeout_s=0.6, parallel=1)) as service:
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
