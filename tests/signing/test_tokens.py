"""Time-stamp tokens are accepted only for their own digest, from a trusted authority that was valid and not revoked."""

import hashlib
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto.cms import CMSAttribute, CMSAttributes, ContentInfo
from asn1crypto.tsp import PKIStatusInfo, TimeStampReq
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.sign.general import as_signing_certificate_v2

from signing.cms_template import asn1_certificate
from signing.tokens import (
    MAX_TOKEN_BYTES,
    TokenFault,
    TokenInvalid,
    check_token,
    read_token,
    sequence_of,
    token_of_response,
)
from tests.signing.conftest import tool
from tests.signing.tsa import TIME_STAMPING, StampAuthority, awkward, found

SINCE, STAMPED, UNTIL = (
    datetime(2026, 1, 1, tzinfo=UTC),
    datetime(2026, 6, 1, 8, 30, tzinfo=UTC),
    datetime(2031, 1, 1, tzinfo=UTC),
)
LATER = datetime(2027, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
DIGEST = hashlib.sha256("Học bạ mẫu".encode()).digest()


@pytest.fixture(scope="module")
def tsa() -> StampAuthority:
    return found("Thử", SINCE, UNTIL)


@pytest.fixture(scope="module")
def deep() -> StampAuthority:
    """An authority below an issuing CA whose certificate ends before the TSA's."""
    return found("Sâu", SINCE, UNTIL, issuing_until=datetime(2029, 1, 1, tzinfo=UTC))


def refusal(check: Callable[[], object]) -> TokenFault:
    with pytest.raises(TokenInvalid) as refused:
        check()
    assert refused.value.code == "TokenInvalid"
    return refused.value.fault


def resigned(authority: StampAuthority, *named: CMSAttribute) -> bytes:
    """A token whose signed attributes name its certificate with these instead, signed again by the authority."""
    token = ContentInfo.load(authority.token(DIGEST, STAMPED))
    signer = token["content"]["signer_infos"][0]
    kept = [each for each in signer["signed_attrs"] if not each["type"].native.startswith("signing_certificate")]
    attributes = CMSAttributes([*kept, *named])
    signer["signed_attrs"] = attributes
    signer["signature"] = authority.tsa.key.sign(attributes.dump(), ECDSA(hashes.SHA256()))
    der: bytes = token.dump(force=True)
    return der


def named_v2(authority: StampAuthority) -> CMSAttribute:
    certificate = as_signing_certificate_v2(asn1_certificate(authority.tsa.certificate))
    return CMSAttribute({"type": "signing_certificate_v2", "values": [certificate]})


def test_a_token_says_what_it_stamped_and_when(tsa: StampAuthority) -> None:
    token = read_token(tsa.token(DIGEST, STAMPED, nonce=7))
    assert (token.gen_time, token.digest_algorithm, token.imprint) == (STAMPED, "sha256", DIGEST)
    assert (token.policy, token.nonce) == ("1.3.6.1.4.1.4146.2.3", 7)
    assert token.certificates == (tsa.tsa.certificate,)
    assert read_token(tsa.token(DIGEST, STAMPED)).nonce is None


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_a_good_token_is_accepted(tsa: StampAuthority, algorithm: str) -> None:
    digest = hashlib.new(algorithm, b"data").digest()
    token = check_token(tsa.token(digest, STAMPED, algorithm), digest, tsa.roots, at=UNTIL)
    assert (token.gen_time, token.digest_algorithm) == (STAMPED, algorithm)


def test_openssl_accepts_the_same_token(tsa: StampAuthority, tmp_path: Path) -> None:
    (tmp_path / "token.der").write_bytes(tsa.token(DIGEST, STAMPED))
    (tmp_path / "root.pem").write_bytes(tsa.root.certificate.public_bytes(Encoding.PEM))
    command = [
        tool("openssl"),
        "ts",
        "-verify",
        "-digest",
        DIGEST.hex(),
        "-token_in",
        "-in",
        str(tmp_path / "token.der"),
    ]
    trusted = ["-CAfile", str(tmp_path / "root.pem"), "-attime", str(int(LATER.timestamp()))]
    done = subprocess.run([*command, *trusted], capture_output=True, text=True, check=False)
    assert "Verification: OK" in done.stdout, done.stderr


def test_an_identifier_by_sha_256_is_accepted(tsa: StampAuthority) -> None:
    assert check_token(resigned(tsa, named_v2(tsa)), DIGEST, tsa.roots, at=LATER).imprint == DIGEST


@pytest.mark.parametrize("named", [(), ("other",)])
def test_a_token_that_does_not_name_its_certificate_is_refused(tsa: StampAuthority, named: tuple[str, ...]) -> None:
    other = found("Khác", SINCE, UNTIL)
    token = resigned(tsa, *(named_v2(other) for _ in named))
    assert refusal(lambda: check_token(token, DIGEST, tsa.roots, at=LATER)) is TokenFault.SIGNING_CERTIFICATE


def test_a_token_for_other_data_is_refused(tsa: StampAuthority) -> None:
    other = hashlib.sha256(b"other").digest()
    token = tsa.token(DIGEST, STAMPED)
    assert refusal(lambda: check_token(token, other, tsa.roots, at=LATER)) is TokenFault.IMPRINT


def test_a_digest_by_another_algorithm_of_the_same_length_is_refused(tsa: StampAuthority) -> None:
    token = tsa.token(DIGEST, STAMPED, "sha3_256")
    assert refusal(lambda: check_token(token, DIGEST, tsa.roots, at=LATER)) is TokenFault.IMPRINT


def test_a_changed_signature_is_refused(tsa: StampAuthority) -> None:
    token = bytearray(tsa.token(DIGEST, STAMPED))
    token[-1] ^= 1
    assert refusal(lambda: check_token(bytes(token), DIGEST, tsa.roots, at=LATER)) is TokenFault.SIGNATURE


def test_a_changed_time_is_refused(tsa: StampAuthority) -> None:
    token = tsa.token(DIGEST, STAMPED)
    assert token.count(b"20260601083000Z") == 1
    earlier = token.replace(b"20260601083000Z", b"20260501083000Z")
    assert read_token(earlier).gen_time < STAMPED
    assert refusal(lambda: check_token(earlier, DIGEST, tsa.roots, at=LATER)) is TokenFault.SIGNATURE


@pytest.mark.parametrize(
    ("usage", "critical"),
    [(TIME_STAMPING, False), ((*TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING), True), ((), True)],
)
def test_a_certificate_not_meant_for_time_stamps_alone_is_refused(usage: tuple[()], *, critical: bool) -> None:
    tsa = found("Sai", SINCE, UNTIL, usage=usage, critical=critical)
    token = tsa.token(DIGEST, STAMPED)
    assert refusal(lambda: check_token(token, DIGEST, tsa.roots, at=LATER)) is TokenFault.USAGE


def test_a_forged_token_is_not_called_expired(tsa: StampAuthority) -> None:
    token = bytearray(tsa.token(DIGEST, STAMPED))
    token[-1] ^= 1
    assert refusal(lambda: check_token(bytes(token), DIGEST, tsa.roots, at=UNTIL + DAY)) is TokenFault.SIGNATURE


def test_a_time_before_the_certificate_or_still_to_come_is_refused(tsa: StampAuthority) -> None:
    early, now = tsa.token(DIGEST, SINCE - DAY), tsa.token(DIGEST, STAMPED)
    assert refusal(lambda: check_token(early, DIGEST, tsa.roots, at=LATER)) is TokenFault.TIME
    assert refusal(lambda: check_token(now, DIGEST, tsa.roots, at=STAMPED - DAY)) is TokenFault.TIME
    assert check_token(now, DIGEST, tsa.roots, at=STAMPED - timedelta(minutes=1)).gen_time == STAMPED


def test_an_expired_certificate_is_refused(tsa: StampAuthority, deep: StampAuthority) -> None:
    token, below = tsa.token(DIGEST, STAMPED), deep.token(DIGEST, STAMPED)
    assert refusal(lambda: check_token(token, DIGEST, tsa.roots, at=UNTIL + DAY)) is TokenFault.EXPIRED
    issuing = [deep.issuer.certificate]
    at = datetime(2029, 1, 2, tzinfo=UTC)
    assert refusal(lambda: check_token(below, DIGEST, deep.roots, at=at, certificates=issuing)) is TokenFault.EXPIRED


def test_an_expired_certificate_is_refused_even_when_it_is_trusted_itself(tsa: StampAuthority) -> None:
    token, itself = tsa.token(DIGEST, STAMPED), [tsa.tsa.certificate]
    assert check_token(token, DIGEST, itself, at=LATER).gen_time == STAMPED
    assert refusal(lambda: check_token(token, DIGEST, itself, at=UNTIL + DAY)) is TokenFault.EXPIRED


def test_a_strangers_token_is_refused(tsa: StampAuthority) -> None:
    stranger = found("Thử", SINCE, UNTIL)
    token = stranger.token(DIGEST, STAMPED)
    assert refusal(lambda: check_token(token, DIGEST, tsa.roots, at=LATER)) is TokenFault.UNTRUSTED
    assert refusal(lambda: check_token(token, DIGEST, [], at=LATER)) is TokenFault.UNTRUSTED


def test_the_chain_may_come_from_outside_the_token(deep: StampAuthority) -> None:
    token, issuing = deep.token(DIGEST, STAMPED), [deep.issuer.certificate]
    assert check_token(token, DIGEST, deep.roots, at=LATER, certificates=issuing).gen_time == STAMPED
    assert refusal(lambda: check_token(token, DIGEST, deep.roots, at=LATER)) is TokenFault.UNTRUSTED


def test_a_signature_over_sha_1_is_refused(tsa: StampAuthority) -> None:
    token = replace(tsa, digest="sha1").token(DIGEST, STAMPED)
    assert refusal(lambda: check_token(token, DIGEST, tsa.roots, at=LATER)) is TokenFault.UNTRUSTED


@pytest.mark.parametrize("issuing_until", [None, UNTIL])
@pytest.mark.parametrize("issued_at", [STAMPED + DAY, LATER + DAY])
def test_a_revoked_authority_is_refused_whatever_the_age_of_the_data(
    issued_at: datetime, issuing_until: datetime | None
) -> None:
    tsa = found("Bị thu hồi", SINCE, UNTIL, issuing_until=issuing_until)
    token, chain = tsa.token(DIGEST, STAMPED), [tsa.issuer.certificate]
    crl = tsa.crl(issued_at, revoked_at=STAMPED)
    answers = [tsa.ocsp(issued_at, revoked_at=STAMPED, delegated=delegated) for delegated in (False, True)]
    for crls, ocsps in (([crl], []), ([], answers[:1]), ([], answers[1:]), ([crl], [tsa.ocsp(LATER)])):
        with pytest.raises(TokenInvalid) as refused:
            check_token(token, DIGEST, tsa.roots, at=LATER, certificates=chain, crls=crls, ocsps=ocsps)
        assert refused.value.fault is TokenFault.REVOKED


def test_revocation_later_than_the_moment_does_not_count(tsa: StampAuthority) -> None:
    token, later = tsa.token(DIGEST, STAMPED), LATER + DAY
    crl, answer = tsa.crl(later, revoked_at=later), tsa.ocsp(later, revoked_at=later)
    for crls, ocsps in (([crl], []), ([], [answer]), ([tsa.crl(STAMPED)], [tsa.ocsp(STAMPED)])):
        assert check_token(token, DIGEST, tsa.roots, at=LATER, crls=crls, ocsps=ocsps).gen_time == STAMPED


def test_a_strangers_word_on_revocation_does_not_count(tsa: StampAuthority) -> None:
    stranger = replace(found("Thử", SINCE, UNTIL), tsa=tsa.tsa)
    crls, ocsps = [stranger.crl(STAMPED, revoked_at=STAMPED)], [stranger.ocsp(STAMPED, revoked_at=STAMPED)]
    token = check_token(tsa.token(DIGEST, STAMPED), DIGEST, tsa.roots, at=LATER, crls=crls, ocsps=ocsps)
    assert token.gen_time == STAMPED


def test_bytes_that_are_no_token_are_refused(tsa: StampAuthority) -> None:
    token = tsa.token(DIGEST, STAMPED)
    lone = ContentInfo.load(token)
    lone["content"]["certificates"] = []
    other = ContentInfo.load(token)
    other["content"]["encap_content_info"] = {"content_type": "data", "content": b"no TSTInfo"}
    too_long = b"\x30\x84" + MAX_TOKEN_BYTES.to_bytes(4) + bytes(MAX_TOKEN_BYTES)
    nested = b"\x30\x80" * 20_000
    for der in (b"", token[:-1], token + b"\0", lone.dump(force=True), other.dump(force=True), too_long, nested):
        assert refusal(lambda der=der: read_token(der)) is TokenFault.UNREADABLE  # type: ignore[misc]
        assert refusal(lambda der=der: check_token(der, DIGEST, tsa.roots, at=LATER)) is TokenFault.UNREADABLE  # type: ignore[misc]


@pytest.mark.parametrize("status", ["granted", "granted_with_mods"])
def test_the_token_is_taken_out_of_a_response(tsa: StampAuthority, status: str) -> None:
    token = ContentInfo.load(tsa.token(DIGEST, STAMPED))
    request = TimeStampReq(
        {
            "version": "v1",
            "message_imprint": token["content"]["encap_content_info"]["content"].parsed["message_imprint"],
        }
    )
    response = tsa.stamper(STAMPED).request_tsa_response(request)
    response["status"] = PKIStatusInfo({"status": status})
    taken = token_of_response(response.dump())
    assert check_token(taken, DIGEST, tsa.roots, at=LATER).gen_time == STAMPED


def test_a_token_is_taken_out_byte_for_byte(tsa: StampAuthority) -> None:
    token = awkward(tsa.token(DIGEST, STAMPED))
    assert ContentInfo.load(token).dump() != token
    assert token_of_response(sequence_of(PKIStatusInfo({"status": "granted"}).dump(), token)) == token
    assert check_token(token, DIGEST, tsa.roots, at=LATER).der == token


def response_of(status: dict[str, object]) -> bytes:
    """A response without a token."""
    return sequence_of(PKIStatusInfo(status).dump())


def test_a_refusal_is_told_in_the_services_own_words() -> None:
    said: dict[str, object] = {"status_string": ["Hết hạn mức\x1b[31m", "thử lại sau"], "fail_info": {"bad_alg"}}
    with pytest.raises(TokenInvalid, match=r"từ chối yêu cầu: Hết hạn mức\[31m; thử lại sau; bad_alg\.") as refused:
        token_of_response(response_of({"status": "rejection", **said}))
    assert refused.value.fault is TokenFault.REFUSED


def test_a_long_refusal_is_cut() -> None:
    with pytest.raises(TokenInvalid) as refused:
        token_of_response(response_of({"status": "rejection", "status_string": ["x" * 900]}))
    assert len(refused.value.message) < 300


def test_a_refusal_without_words_is_told_by_its_status() -> None:
    with pytest.raises(TokenInvalid, match=r"từ chối yêu cầu: waiting\."):
        token_of_response(response_of({"status": "waiting"}))


def test_bytes_that_are_no_response_are_refused(tsa: StampAuthority) -> None:
    granted = response_of({"status": "granted"})
    for der in (b"<html>", granted, tsa.token(DIGEST, STAMPED), bytes(MAX_TOKEN_BYTES + 1)):
        assert refusal(lambda der=der: token_of_response(der)) is TokenFault.UNREADABLE  # type: ignore[misc]
