"""What the development authority says about its certificates: OCSP answers and CRLs."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from signing.authority.certificates import Holder, signature_hash
from signing.authority.revocations import Revocation, Revocations

OCSP_LIFETIME = timedelta(days=2)  # a batch is stamped, and checked again, well within
CRL_LIFETIME = timedelta(days=7)


def ocsp_answer(
    der: bytes, *, issuing: x509.Certificate, responder: Holder, revocations: Revocations, now: datetime
) -> bytes:
    """DER of an OCSPResponse (RFC 6960 section 4.2.1) to the request in DER; every input gets one.

    Like the lightweight profile (RFC 5019 section 2.1.1) it takes one certificate a request, else `malformedRequest`;
    `unauthorized` for another issuer's. The authority keeps no list of what it issued: what is not revoked is good.
    """
    try:
        request = ocsp.load_der_ocsp_request(der)
        # The same question about the responder's own certificate: whatever the digest, the issuer's hashes must agree.
        own = ocsp.OCSPRequestBuilder().add_certificate(responder.certificate, issuing, request.hash_algorithm).build()
        nonces = [each for each in request.extensions if each.oid == x509.OCSPNonce.oid]
    except (ValueError, NotImplementedError, UnsupportedAlgorithm):
        return _refusal(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
    if (request.issuer_name_hash, request.issuer_key_hash) != (own.issuer_name_hash, own.issuer_key_hash):
        return _refusal(ocsp.OCSPResponseStatus.UNAUTHORIZED)
    builder = _answer(request, revocations.status(request.serial_number), now)
    for nonce in nonces:
        builder = builder.add_extension(nonce.value, nonce.critical)
    signed = (
        builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
        .certificates([responder.certificate])
        .sign(responder.key, signature_hash(responder.key))
    )
    return signed.public_bytes(Encoding.DER)


def crl(issuer: Holder, revoked: Iterable[Revocation], now: datetime) -> bytes:
    """DER of the issuer's complete CRL (RFC 5280 section 5). Its number is the second in which it was made."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now)
        .next_update(now + CRL_LIFETIME)
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
    )
    for each in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(each.serial).revocation_date(each.at)
        builder = builder.add_revoked_certificate(entry.add_extension(x509.CRLReason(each.reason), False).build())
    return builder.sign(issuer.key, signature_hash(issuer.key)).public_bytes(Encoding.DER)


def _answer(request: ocsp.OCSPRequest, revocation: Revocation | None, now: datetime) -> ocsp.OCSPResponseBuilder:
    return ocsp.OCSPResponseBuilder().add_response_by_hash(
        issuer_name_hash=request.issuer_name_hash,
        issuer_key_hash=request.issuer_key_hash,
        serial_number=request.serial_number,
        algorithm=request.hash_algorithm,
        cert_status=ocsp.OCSPCertStatus.REVOKED if revocation else ocsp.OCSPCertStatus.GOOD,
        this_update=now,
        next_update=now + OCSP_LIFETIME,
        revocation_time=revocation.at if revocation else None,
        revocation_reason=revocation.reason if revocation else None,
    )


def _refusal(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
