"""A small time-stamp authority: a root, perhaps an issuing CA, and a TSA whose certificate is valid when a test wants.

Tokens come from certomancer's TimeStamper, revocation data from cryptography's builders.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto.algos import DigestAlgorithm
from asn1crypto.cms import CMSAttributes, ContentInfo
from asn1crypto.core import Boolean, OctetString
from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.tsp import MessageImprint, TimeStampReq
from certomancer.services import TimeStamper
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signing.cms_template import asn1_certificate

TIME_STAMPING = (ExtendedKeyUsageOID.TIME_STAMPING,)


@dataclass(frozen=True)
class Holder:
    key: EllipticCurvePrivateKey
    certificate: x509.Certificate


@dataclass(frozen=True)
class StampAuthority:
    """`issuer` signs the TSA's certificate and its revocation data; it is the root itself unless told otherwise."""

    root: Holder
    issuer: Holder
    tsa: Holder
    digest: str = "sha256"

    @property
    def roots(self) -> list[x509.Certificate]:
        return [self.root.certificate]

    def token(self, digest: bytes, at: datetime, algorithm: str = "sha256", *, nonce: int | None = None) -> bytes:
        request = TimeStampReq({"version": "v1", "message_imprint": _imprint(digest, algorithm)})
        if nonce is not None:
            request["nonce"] = nonce
        response = self.stamper(at).request_tsa_response(request)
        der: bytes = response["time_stamp_token"].dump()
        return der

    def stamper(self, at: datetime) -> TimeStamper:
        key = self.tsa.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return TimeStamper(
            asn1_certificate(self.tsa.certificate), PrivateKeyInfo.load(key), fixed_dt=at, md_algorithm=self.digest
        )

    def crl(self, issued_at: datetime, *, revoked_at: datetime | None = None) -> bytes:
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.issuer.certificate.subject)
            .last_update(issued_at)
            .next_update(issued_at + timedelta(days=7))
        )
        if revoked_at:
            serial = self.tsa.certificate.serial_number
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(revoked_at).build()
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(self.issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def ocsp(self, issued_at: datetime, *, revoked_at: datetime | None = None, delegated: bool = False) -> bytes:
        responder = self._responder() if delegated else self.issuer
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                self.tsa.certificate,
                self.issuer.certificate,
                hashes.SHA256(),
                ocsp.OCSPCertStatus.REVOKED if revoked_at else ocsp.OCSPCertStatus.GOOD,
                issued_at,
                issued_at + timedelta(days=2),
                revoked_at,
                None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.NAME, responder.certificate)
            .certificates([responder.certificate])
        )
        return builder.sign(responder.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _responder(self) -> Holder:
        span = (self.tsa.certificate.not_valid_before_utc, self.tsa.certificate.not_valid_after_utc)
        return _certified("Responder", self.issuer, span, usage=[ExtendedKeyUsageOID.OCSP_SIGNING])


def found(
    name: str,
    since: datetime,
    until: datetime,
    *,
    usage: Sequence[x509.ObjectIdentifier] = TIME_STAMPING,
    critical: bool = True,
    issuing_until: datetime | None = None,
) -> StampAuthority:
    """An authority whose TSA certificate is valid from `since` to `until`; with an issuing CA if that has an end."""
    founded = datetime(2020, 1, 1, tzinfo=UTC)
    root = _certified(f"{name} Root", None, (founded, datetime(2080, 1, 1, tzinfo=UTC)), is_authority=True)
    issuer = root
    if issuing_until:
        issuer = _certified(f"{name} Issuing", root, (founded, issuing_until), is_authority=True)
    return StampAuthority(root, issuer, _certified(f"{name} TSA", issuer, (since, until), usage, critical=critical))


def awkward(token: bytes) -> bytes:
    """The token with an unsigned attribute that makes its length end in 0x80 and is not in DER: `dump` rewrites it."""
    return next(longer for size in range(256, 512) if (longer := _longer(token, size))[3] == 0x80)


def _longer(token: bytes, size: int) -> bytes:
    info = ContentInfo.load(token)
    values = [Boolean(True), OctetString(bytes(size))]
    info["content"]["signer_infos"][0]["unsigned_attrs"] = CMSAttributes([{"type": "1.2.3.4", "values": values}])
    der: bytes = info.dump(force=True)
    at = der.rindex(Boolean(True).dump())
    return der[:at] + b"\x01\x01\x01" + der[at + 3 :]


def _certified(
    name: str,
    issuer: Holder | None,
    span: tuple[datetime, datetime],
    usage: Sequence[x509.ObjectIdentifier] = (),
    *,
    critical: bool = True,
    is_authority: bool = False,
) -> Holder:
    key = generate_private_key(SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(span[0])
        .not_valid_after(span[1])
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if usage:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical)
    return Holder(key, builder.sign(issuer.key if issuer else key, hashes.SHA256()))


def _imprint(digest: bytes, algorithm: str) -> MessageImprint:
    return MessageImprint({"hash_algorithm": DigestAlgorithm({"algorithm": algorithm}), "hashed_message": digest})
