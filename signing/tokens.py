"""RFC 3161 time-stamp tokens: read, and checked against a digest and trusted roots, without network or clock."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Unpack

from asn1crypto.cms import ContentInfo, SignedData
from asn1crypto.core import Sequence as Asn1Sequence
from asn1crypto.parser import emit
from asn1crypto.tsp import PKIStatusInfo, TimeStampResp, TSTInfo
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID
from pyhanko.sign.general import check_ess_certid, extract_signer_info
from pyhanko.sign.validation.generic_cms import get_signing_cert_attr

from domain.errors import DomainError
from signing.cms_outline import certificates_in
from signing.remembered import Remembered, key_of
from signing.token_trust import Known, token_weakness

DIGEST_BYTES = {"sha256": 32, "sha384": 48, "sha512": 64}
MAX_TOKEN_BYTES = 64 * 1024
CLOCK_SKEW = timedelta(minutes=2)
_MAX_REASON = 200
_parsed = Remembered(8)
_TIME_STAMPING = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])


class TokenFault(StrEnum):
    """What is wrong with a token; the names are stable."""

    UNREADABLE = "unreadable"
    REFUSED = "refused"
    IMPRINT = "imprint"
    SIGNATURE = "signature"
    SIGNING_CERTIFICATE = "signing_certificate"
    USAGE = "usage"
    TIME = "time"
    EXPIRED = "expired"
    UNTRUSTED = "untrusted"
    REVOKED = "revoked"


_SENTENCES = {
    TokenFault.UNREADABLE: "Dấu thời gian không đọc được: dữ liệu bị hỏng hoặc không đúng chuẩn RFC 3161.",
    TokenFault.REFUSED: "Dịch vụ cấp dấu thời gian từ chối yêu cầu",
    TokenFault.IMPRINT: "Dấu thời gian được cấp cho dữ liệu khác, không phải dữ liệu này.",
    TokenFault.SIGNATURE: "Chữ ký trong dấu thời gian không đúng.",
    TokenFault.SIGNING_CERTIFICATE: "Dấu thời gian không chỉ rõ đúng chứng thư số đã ký nó.",
    TokenFault.USAGE: "Chứng thư số ký dấu thời gian không được cấp riêng cho việc cấp dấu thời gian.",
    TokenFault.TIME: "Thời điểm ghi trong dấu thời gian không hợp lý.",
    TokenFault.EXPIRED: "Chứng thư số của dịch vụ cấp dấu thời gian đã hết hạn.",
    TokenFault.UNTRUSTED: "Dấu thời gian không do tổ chức được tin cậy cấp.",
    TokenFault.REVOKED: "Chứng thư số của dịch vụ cấp dấu thời gian đã bị thu hồi.",
}


class TokenInvalid(DomainError):
    """A token or a time-stamp response that proves nothing; `fault` says why."""

    code = "TokenInvalid"

    def __init__(self, fault: TokenFault, reason: str = "") -> None:
        super().__init__(f"{_SENTENCES[fault]}: {reason}." if reason else _SENTENCES[fault])
        self.fault = fault


@dataclass(frozen=True)
class Token:
    """A TimeStampToken (RFC 3161 section 2.4.2) as read; nothing in it is proven before `check_token`.

    `gen_time` is in UTC; `certificates` are those in the token, the authority's own first.
    """

    der: bytes = field(repr=False)
    gen_time: datetime
    digest_algorithm: str
    imprint: bytes
    policy: str
    nonce: int | None
    certificates: tuple[x509.Certificate, ...]


def token_of_response(der: bytes) -> bytes:
    """DER of the token in a TimeStampResp (RFC 3161 section 2.4.2).

    Raises TokenInvalid: `refused` with the service's own text, `unreadable` for anything that is no such response.
    """
    with _only_token_invalid():
        _check_size(der)
        response = _Response.load(der, strict=True)
        status = response["status"]
        if status["status"].native not in {"granted", "granted_with_mods"}:
            raise TokenInvalid(TokenFault.REFUSED, _reason(status))
        return read_token(as_read(response["time_stamp_token"])).der


def read_token(der: bytes) -> Token:
    """What a token says. Raises TokenInvalid (`unreadable`) if it is none or lacks its signer's certificate."""
    with _only_token_invalid():
        signed = signed_data(der)
        info = signed["encap_content_info"]["content"].parsed
        if not isinstance(info, TSTInfo):
            raise TokenInvalid(TokenFault.UNREADABLE)
        found = certificates_in(signed)
        imprint = info["message_imprint"]
        return Token(
            der=der,
            gen_time=info["gen_time"].native.astimezone(UTC),
            digest_algorithm=imprint["hash_algorithm"]["algorithm"].native,
            imprint=imprint["hashed_message"].native,
            policy=info["policy"].dotted,
            nonce=info["nonce"].native,
            certificates=tuple(
                x509.load_der_x509_certificate(as_read(each)) for each in (found.signer_cert, *found.other_certs)
            ),
        )


def check_token(
    der: bytes, digest: bytes, roots: Sequence[x509.Certificate], *, at: datetime, **known: Unpack[Known]
) -> Token:
    """The token, if it proves at the time `at` that the digest (SHA-256, -384 or -512) existed at its `gen_time`.

    Checked: imprint, signature over TSTInfo, ESS certificate identifier (RFC 3161 section 2.4.1, RFC 5816), key usage
    (section 2.3), times, chain to a root at `at`, and that no CRL or OCSP response given says "revoked" before `at`.
    Raises TokenInvalid.
    """
    token = read_token(der)
    if DIGEST_BYTES.get(token.digest_algorithm) != len(digest) or token.imprint != digest:
        raise TokenInvalid(TokenFault.IMPRINT)
    with _only_token_invalid():
        leaf = _check_certificate(token, at)
        signed = signed_data(der)
        if not _names_its_certificate(signed):
            raise TokenInvalid(TokenFault.SIGNING_CERTIFICATE)
        weakness = token_weakness(signed, digest, token.certificates, roots, at, known)
        if weakness:
            raise TokenInvalid(TokenFault(weakness))
        # PyHanko does not judge a certificate by its dates if it is itself among the roots.
        if leaf.not_valid_after_utc < at:
            raise TokenInvalid(TokenFault.EXPIRED)
    return token


def as_read(value: Asn1Sequence) -> bytes:
    """DER of a SEQUENCE that was parsed, byte for byte.

    Not by `dump`: asn1crypto takes any length ending in 0x80 for an indefinite one and then writes the value anew in
    its own way, which one token or certificate in 256 might not survive.
    """
    return sequence_of(value.contents)


def sequence_of(*parts: bytes) -> bytes:
    """DER of a SEQUENCE of values that are DER already; they stay byte for byte what they are."""
    der: bytes = emit(0, 1, Asn1Sequence.tag, b"".join(parts))
    return der


class _Response(TimeStampResp):  # type: ignore[misc]
    """A refusal carries no token: RFC 3161 section 2.4.2 makes it optional, asn1crypto does not."""

    _fields = [("status", PKIStatusInfo), ("time_stamp_token", ContentInfo, {"optional": True})]  # noqa: RUF012


@contextmanager
def _only_token_invalid() -> Iterator[None]:
    # Bytes made to deceive make parsers raise anything.
    try:
        yield
    except TokenInvalid:
        raise
    except Exception as error:
        raise TokenInvalid(TokenFault.UNREADABLE) from error


def _check_size(der: bytes) -> None:
    if len(der) > MAX_TOKEN_BYTES:
        raise TokenInvalid(TokenFault.UNREADABLE)


def _reason(status: PKIStatusInfo) -> str:
    words = (*(status["status_string"].native or ()), *sorted(status["fail_info"].native or ()))
    text = "; ".join(words) or status["status"].native
    return "".join(letter for letter in text if letter.isprintable())[:_MAX_REASON]


def signed_data(der: bytes) -> SignedData:
    """What is signed in a token. Raises errors of any kind, TokenInvalid (`unreadable`) for what is too large."""
    _check_size(der)
    # A token is looked at from several sides, that of a batch by all its documents.
    return _parsed.get("token", key_of(der), lambda: ContentInfo.load(der, strict=True)["content"])


def _check_certificate(token: Token, at: datetime) -> x509.Certificate:
    leaf = token.certificates[0]
    if x509.Extension(ExtensionOID.EXTENDED_KEY_USAGE, critical=True, value=_TIME_STAMPING) not in leaf.extensions:
        raise TokenInvalid(TokenFault.USAGE)
    # A chain is judged at `at` alone: a time before the certificate, or still to come, would pass.
    if not leaf.not_valid_before_utc <= token.gen_time <= at + CLOCK_SKEW:
        raise TokenInvalid(TokenFault.TIME)
    return leaf


def _names_its_certificate(signed: SignedData) -> bool:
    named = get_signing_cert_attr(extract_signer_info(signed)["signed_attrs"])
    return named is not None and check_ess_certid(certificates_in(signed).signer_cert, named["certs"][0])
