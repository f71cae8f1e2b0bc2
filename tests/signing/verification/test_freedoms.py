"""What can be written in two ways, and both are genuine: where it is refused, and what puts an end to it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from asn1crypto import cms, core
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from signing.authority.certificates import Contents, certify, for_subscriber
from signing.cms_template import asn1_certificate
from signing.verification.verdicts import Check, Verdict
from signing.verification.verify import verify
from tests.signing.verification.attackers import refused
from tests.signing.verification.holes import changed, token_of
from tests.signing.verification.world import (
    HOMEROOM,
    LATER,
    NOW,
    PRINCIPAL,
    SEALED,
    SHEET,
    TEACHER,
    World,
    evidence_over,
)

ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SHA256_WITHOUT_NULL = bytes.fromhex("300b0609608648016503040201")
Respell = Callable[[cms.SignedData], None]


def add_null(signed: cms.SignedData) -> None:
    algorithm = {"algorithm": "sha256_ecdsa", "parameters": core.Null()}
    signed["signer_infos"][0]["signature_algorithm"] = cms.SignedDigestAlgorithm(algorithm)


def leave_null_out(signed: cms.SignedData) -> None:
    bare = cms.DigestAlgorithm.load(SHA256_WITHOUT_NULL)
    signed["digest_algorithms"] = [bare]
    signed["signer_infos"][0]["digest_algorithm"] = bare.copy()


def other_half(signed: cms.SignedData) -> None:
    """Of (r, s) everybody can make (r, n - s)."""
    r, s = decode_dss_signature(signed["signer_infos"][0]["signature"].native)
    signed["signer_infos"][0]["signature"] = encode_dss_signature(r, ORDER_OF_P256 - s)


@pytest.mark.parametrize("respell", [add_null, leave_null_out])
def test_parameters_written_in_another_way_are_found_on_the_seal(record: bytes, world: World, respell: Respell) -> None:
    respelled = changed(record, respell)
    assert respelled != record
    found = verify(respelled, world.roots)
    assert (found.verdict, found.failures()) == (Verdict.INDETERMINATE, (Check.ENCODING,))
    evidence = evidence_over([respelled], LATER, world.stamps)
    assert verify(respelled, world.roots, evidence=evidence).failures() == ()


@pytest.mark.parametrize("respell", [leave_null_out, other_half])
def test_below_the_seal_it_is_part_of_what_was_sealed(world: World, respell: Respell) -> None:
    signed = changed(world.signed(world.cast.placed(), HOMEROOM), respell)
    sealed = world.sealed(world.signed(signed, PRINCIPAL))
    assert verify(sealed, world.roots).failures() == ()
    refused(changed(sealed, other_half, 0), world, Check.INTACT)


def test_the_other_half_of_the_seal_s_signature_is_not_what_was_stamped(record: bytes, world: World) -> None:
    refused(changed(record, other_half), world, Check.TIME_STAMP)


def test_evidence_puts_an_end_to_the_other_half_of_a_time_stamp_s_signature(record: bytes, world: World) -> None:
    # Nothing above covers the last token, and both halves are the authority's.
    respelled = changed(record, lambda signed: other_half(token_of(signed)["content"]))
    evidence = evidence_over([record], LATER, world.stamps)
    assert verify(record, world.roots, evidence=evidence).failures() == ()
    found = verify(respelled, world.roots, evidence=evidence)
    assert (found.verdict, found.failures()) == (Verdict.INDETERMINATE, (Check.EVIDENCE,))


def test_a_certificate_of_the_same_key_cannot_take_the_place_of_the_signer_s(world: World) -> None:
    # Nor its dates, its name or its revocation: the signature says which certificate it was made with (RFC 5035).
    own, issuing = world.cast.keys[TEACHER], world.cast.authority.issuing
    assert isinstance(own.private_key, EllipticCurvePrivateKey)
    span = (SEALED - timedelta(days=30), NOW + timedelta(days=30))
    twin = certify(Contents(own.certificate.subject, own.private_key.public_key(), span, for_subscriber()), issuing)

    def swap(signed: cms.SignedData) -> None:
        other = asn1_certificate(twin)
        name = {"issuer": other.issuer, "serial_number": other.serial_number}
        signed["signer_infos"][0]["sid"] = cms.SignerIdentifier("issuer_and_serial_number", name)
        signed["certificates"] = [other, asn1_certificate(issuing.certificate)]

    sheet = world.signed(world.cast.placed(SHEET), TEACHER)
    archive = world.material(NOW - timedelta(hours=1), own.certificate, twin)
    assert verify(sheet, world.roots, archive=archive, moment=NOW).failures() == ()
    assert verify(changed(sheet, swap), world.roots, archive=archive, moment=NOW).verdict is Verdict.INVALID
