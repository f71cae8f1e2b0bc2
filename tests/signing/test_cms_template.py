"""The CMS template: what is spliced is what pyHanko builds, byte for byte."""

import hashlib

import pytest
from asn1crypto import cms

from domain.documents import SignatureField
from signing.cms_template import build_attributes, build_cms, cms_template
from signing.errors import SigningFailed
from signing.mechanisms import Mechanism, sign, signature_fits
from tests.signing.conftest import Cast

DIGEST = hashlib.sha256(b"tai lieu").digest()
HOMEROOM = SignatureField.HOMEROOM


def test_a_spliced_cms_is_the_one_pyhanko_builds(cast: Cast) -> None:
    key = cast.keys[HOMEROOM]
    template = cms_template(key.certificates, Mechanism.RSA_PKCS1)
    attrs = build_attributes(key.certificates, Mechanism.RSA_PKCS1, DIGEST)
    raw = sign(key.private_key, Mechanism.RSA_PKCS1, attrs)
    assert template.signed_attributes(DIGEST) == attrs
    assert template.splice(DIGEST, raw) == build_cms(key.certificates, Mechanism.RSA_PKCS1, attrs, raw)


def test_two_splices_differ_only_in_digest_and_signature(cast: Cast) -> None:
    template = cms_template(cast.keys[HOMEROOM].certificates, Mechanism.RSA_PKCS1)
    one, other = template.splice(bytes(32), bytes(256)), template.splice(b"\xff" * 32, b"\xff" * 256)
    digest = range(template.cms_digest_at, template.cms_digest_at + 32)
    signature = range(template.cms_signature_at, template.cms_signature_at + 256)
    assert [at for at in range(len(one)) if one[at] != other[at]] == sorted([*digest, *signature])


def test_the_signed_attributes_are_those_of_pades(cast: Cast) -> None:
    attrs = cms.CMSAttributes.load(cms_template(cast.keys[HOMEROOM].certificates, Mechanism.RSA_PKCS1).attrs)
    assert {attr["type"].native for attr in attrs} == {"content_type", "message_digest", "signing_certificate_v2"}
    assert attrs.dump()[0] == 0x31  # a SET, as RFC 5652 wants it signed


@pytest.mark.parametrize(("digest", "raw"), [(DIGEST, bytes(255)), (DIGEST, bytes(257)), (bytes(20), bytes(256))])
def test_other_lengths_are_not_spliced(cast: Cast, digest: bytes, raw: bytes) -> None:
    template = cms_template(cast.keys[HOMEROOM].certificates, Mechanism.RSA_PKCS1)
    with pytest.raises(SigningFailed, match=r"Độ dài|độ dài"):
        template.splice(digest, raw)


def test_a_digest_of_another_length_is_refused(cast: Cast) -> None:
    template = cms_template(cast.keys[HOMEROOM].certificates, Mechanism.RSA_PKCS1)
    with pytest.raises(SigningFailed, match="độ dài"):
        template.signed_attributes(bytes(20))


@pytest.mark.parametrize("length", [69, 70, 71, 72])
def test_a_curve_signature_of_any_length_gets_a_cms_of_its_own(curve_cast: Cast, length: int) -> None:
    key = curve_cast.keys[HOMEROOM]
    template = cms_template(key.certificates, Mechanism.ECDSA)
    built = template.complete(DIGEST, bytes(length))
    attrs = template.signed_attributes(DIGEST)
    assert built == build_cms(key.certificates, Mechanism.ECDSA, attrs, bytes(length))
    assert len(built) <= template.hex_length // 2


def test_a_signature_that_is_not_the_certificates_own_does_not_fit(cast: Cast, curve_cast: Cast) -> None:
    rsa, curve = cast.keys[HOMEROOM], curve_cast.keys[HOMEROOM]
    raw = sign(rsa.private_key, Mechanism.RSA_PKCS1, b"a")
    assert signature_fits(rsa.certificate, Mechanism.RSA_PKCS1, raw, b"a")
    assert not signature_fits(rsa.certificate, Mechanism.RSA_PKCS1, raw, b"b")
    assert not signature_fits(rsa.certificate, Mechanism.ECDSA, raw, b"a")
    assert not signature_fits(curve.certificate, Mechanism.RSA_PKCS1, raw, b"a")
