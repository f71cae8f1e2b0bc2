"""Answers about a certificate that prove nothing are not believed, whatever they say."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from starlette.requests import Request
from starlette.responses import Response

from signing.authority import DevelopmentAuthority, IssuedKey
from signing.authority.certificates import Holder
from signing.authority.status import crl, ocsp_answer
from signing.revocation import RevocationService
from signing.status_checks import Source, Status, StatusCheck
from tests.signing.pki import Page, Stage, answering
from tests.signing.revocation.conftest import NAME, Chain, now, person, unavailable


def answered_by(responder: Holder, issuing: x509.Certificate, stage: Stage, age: timedelta = timedelta()) -> Page:
    """An OCSP service with another key, of another authority, or with old answers."""

    async def page(request: Request) -> Response:
        der = await request.body()
        answer = ocsp_answer(
            der, issuing=issuing, responder=responder, revocations=stage.authority.revocations, now=now() - age
        )
        return Response(answer)

    return page


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
