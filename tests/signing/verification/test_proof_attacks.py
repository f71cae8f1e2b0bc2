"""Proofs of time that are somebody else's, of something else, or made up: none is believed."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from asn1crypto import cms
from cryptography.x509 import ReasonFlags
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from signing.dss import ValidationMaterial, write_dss
from signing.evidence.records import assemble
from signing.verification.verdicts import Check, Proof, Reason, Verdict
from signing.verification.verify import verify
from tests.signing.tsa import StampAuthority, found
from tests.signing.verification.attackers import refused, updated
from tests.signing.verification.holes import changed, token_of, unsigned
from tests.signing.verification.test_times import found_in
from tests.signing.verification.world import (
    HOMEROOM,
    LATER,
    NOW,
    PRINCIPAL,
    SEAL,
    SEALED,
    SIGNED,
    Ended,
    World,
    evidence_over,
    merged,
    stamps_over,
)

DAY = timedelta(days=1)
STAMP = "signature_time_stamp_token"


@pytest.fixture(scope="module")
def stranger() -> StampAuthority:
    """A time-stamp authority of nobody's."""
    return found("Thử lạ", NOW - timedelta(days=700), NOW + timedelta(days=700))


def restamped(record: bytes, make: Callable[[bytes], bytes]) -> bytes:
    """The seal with another token, made of its signature value."""

    def put(signed: cms.SignedData) -> None:
        value = signed["signer_infos"][0]["signature"].native
        unsigned(signed, (STAMP, cms.ContentInfo.load(make(value))))

    return changed(record, put)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def test_a_stranger_s_token_proves_nothing(record: bytes, world: World, stranger: StampAuthority) -> None:
    pdf = restamped(record, lambda value: stranger.token(sha256(value), SEALED))
    refusal = refused(pdf, world, Check.TIME_STAMP, Check.TIME, verdict=Verdict.INDETERMINATE)
    assert found_in(refusal.signatures[2], Check.TIME_STAMP).reason is Reason.STAMP_UNTRUSTED
    assert {each.proof for each in refusal.signatures} == {Proof.NONE}


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda world: world.stamps.token(sha256(b"khac"), SEALED), Reason.STAMP_IMPRINT),
        (lambda world: world.stamps.token(sha256(b"khac") * 2, SEALED, "sha512"), Reason.STAMP_IMPRINT),
    ],
)
def test_a_token_of_something_else_is_refused(
    record: bytes, world: World, make: Callable[[World], bytes], reason: Reason
) -> None:
    refusal = refused(restamped(record, lambda _: make(world)), world, Check.TIME_STAMP)
    assert found_in(refusal.signatures[2], Check.TIME_STAMP).reason is reason


def test_the_token_of_another_seal_is_refused(record: bytes, world: World) -> None:
    other = world.sealed(at=SEALED + DAY)

    def take(signed: cms.SignedData) -> None:
        donor: list[cms.ContentInfo] = []
        changed(other, lambda theirs: donor.append(token_of(theirs)))
        unsigned(signed, (STAMP, donor[0]))

    refused(changed(record, take), world, Check.TIME_STAMP)


def test_a_token_from_the_future_proves_nothing(record: bytes, world: World) -> None:
    pdf = restamped(record, lambda value: world.stamps.token(sha256(value), NOW + DAY))
    refusal = refused(pdf, world, Check.TIME_STAMP, verdict=Verdict.INDETERMINATE)
    assert found_in(refusal.signatures[2], Check.TIME_STAMP).reason is Reason.STAMP_TIME


def test_what_is_no_token_is_refused(record: bytes, world: World) -> None:
    def put(signed: cms.SignedData) -> None:
        unsigned(signed, (STAMP, cms.ContentInfo({"content_type": "data", "content": b"note"})))

    refusal = refused(changed(record, put), world, Check.TIME_STAMP)
    assert found_in(refusal.signatures[2], Check.TIME_STAMP).reason is Reason.STAMP_UNREADABLE


def test_a_token_with_a_forged_time_is_refused(record: bytes, world: World) -> None:
    def forge(signed: cms.SignedData) -> None:
        content = token_of(signed)["content"]["encap_content_info"]["content"]
        info = content.parsed
        info["gen_time"] = SIGNED
        content.set(info.dump())

    refusal = refused(changed(record, forge), world, Check.TIME_STAMP)
    assert found_in(refusal.signatures[2], Check.TIME_STAMP).reason is Reason.STAMP_SIGNATURE


@pytest.mark.parametrize(
    ("ended", "reason"),
    [
        (lambda world: Ended(world.services.time_stamping.certificate, LATER), Reason.STAMP_REVOKED),
        (lambda world: Ended(world.services.time_stamping.certificate, SEALED - DAY), Reason.STAMP_REVOKED),
    ],
)
def test_the_token_of_a_revoked_authority_proves_nothing(
    record: bytes, world: World, ended: Callable[[World], Ended], reason: Reason
) -> None:
    archive = ValidationMaterial(crls=(world.crl(NOW - DAY, ended(world)),))
    refusal = verify(record, world.roots, archive=archive)
    assert refusal.verdict is Verdict.INDETERMINATE
    assert found_in(refusal.signatures[2], Check.TIME_STAMP).reason is reason


def test_evidence_from_before_the_revocation_keeps_the_token_of_a_revoked_authority(
    record: bytes, world: World, stranger: StampAuthority
) -> None:
    archive = ValidationMaterial(crls=(world.crl(NOW - DAY, Ended(world.services.time_stamping.certificate, LATER)),))
    evidence = evidence_over([record], SEALED + DAY, stranger)
    kept = verify(record, [*world.roots, *stranger.roots], evidence=evidence, archive=archive)
    assert kept.failures() == ()


def test_an_authority_s_key_lost_before_the_token_proves_nothing_whatever_keeps_it(
    record: bytes, world: World, stranger: StampAuthority
) -> None:
    lost = Ended(world.services.time_stamping.certificate, LATER, ReasonFlags.key_compromise, invalid_since=SIGNED)
    archive = ValidationMaterial(crls=(world.crl(NOW - DAY, lost),))
    evidence = evidence_over([record], SEALED + DAY, stranger)
    refusal = verify(record, [*world.roots, *stranger.roots], evidence=evidence, archive=archive)
    assert found_in(refusal.signatures[2], Check.TIME_STAMP).reason is Reason.STAMP_REVOKED
    assert {each.proof for each in refusal.signatures} == {Proof.EVIDENCE}


def test_evidence_of_another_document_is_named_and_not_used(record: bytes, world: World) -> None:
    evidence = evidence_over([b"another"], SIGNED, world.stamps)
    refusal = verify(record, world.roots, evidence=evidence)
    assert (refusal.verdict, refusal.failures()) == (Verdict.INDETERMINATE, (Check.EVIDENCE,))
    assert refusal.findings[-1].reason is Reason.EVIDENCE_MISFIT
    assert {each.proven_at for each in refusal.signatures} == {SEALED}


def test_evidence_over_an_earlier_revision_does_not_prove_a_plain_seal(world: World) -> None:
    pdf = world.signed(world.cast.placed(), HOMEROOM, PRINCIPAL)
    evidence = evidence_over([pdf], SIGNED + DAY, world.stamps)
    refusal = verify(
        world.signed(pdf, SEAL, at=SEALED), world.roots, evidence=evidence, archive=world.material(SIGNED + DAY)
    )
    assert refusal.verdict is Verdict.INDETERMINATE
    assert [each.verdict for each in refusal.signatures] == [Verdict.VALID, Verdict.VALID, Verdict.INDETERMINATE]
    assert [each.proof for each in refusal.signatures] == [Proof.EVIDENCE, Proof.EVIDENCE, Proof.NONE]


def test_evidence_over_a_beginning_that_is_no_revision_proves_nothing(record: bytes, world: World) -> None:
    evidence = evidence_over([record[:1000]], SIGNED, world.stamps)
    assert verify(record, world.roots, evidence=evidence).failures() == (Check.EVIDENCE,)


@pytest.mark.parametrize("junk", [b"", b"junk", b"\x30\x00", b"\x30\x80\x00\x00"])
def test_what_is_no_evidence_record_is_named(record: bytes, world: World, junk: bytes) -> None:
    assert verify(record, world.roots, evidence=[junk]).failures() == (Check.EVIDENCE,)


def test_a_stranger_s_evidence_proves_nothing(world: World, stranger: StampAuthority) -> None:
    pdf = world.plainly_sealed()
    evidence = evidence_over([pdf], SEALED, stranger)
    refusal = verify(pdf, world.roots, evidence=evidence, archive=world.material(SEALED))
    assert {Check.EVIDENCE, Check.TIME} <= set(refusal.failures())


def test_evidence_with_one_flipped_bit_proves_nothing(record: bytes, world: World) -> None:
    evidence = evidence_over([record, b"another"], LATER, world.stamps)[0]
    for at in range(0, len(evidence), 97):
        flipped = evidence[:at] + bytes([evidence[at] ^ 4]) + evidence[at + 1 :]
        assert verify(record, world.roots, evidence=[flipped]).failures() == (Check.EVIDENCE,), at


def test_evidence_put_together_from_two_records_proves_nothing(record: bytes, world: World) -> None:
    own, other = stamps_over([record, b"another"], LATER, world.stamps)[0], stamps_over([b"x"], SIGNED, world.stamps)[0]
    assert verify(record, world.roots, evidence=[assemble([[other, own]])]).failures() == (Check.EVIDENCE,)


def test_validation_data_added_after_the_fact_is_a_change(record: bytes, world: World) -> None:
    def poison(writer: IncrementalPdfFileWriter) -> None:
        write_dss(writer, world.material(LATER))

    refused(updated(record, poison), world, Check.WHOLE_FILE, Check.REVISIONS)


def test_a_seal_without_the_answers_about_a_signer_is_left_open(world: World) -> None:
    material = world.material(SEALED, *world.signers(PRINCIPAL, SEAL))
    lacking = world.sealed(material=material)
    refusal = verify(lacking, world.roots)
    assert (refusal.verdict, set(refusal.failures())) == (
        Verdict.INDETERMINATE,
        {Check.IN_FORCE, Check.VALIDATION_DATA},
    )
    assert [each.verdict for each in refusal.signatures][1:] == [Verdict.VALID, Verdict.VALID]
    # What the archive knows settles the certificate, but the file itself still lacks it.
    elsewhere = verify(lacking, world.roots, archive=world.material(SEALED))
    assert (elsewhere.verdict, elsewhere.failures()) == (Verdict.INDETERMINATE, (Check.VALIDATION_DATA,))


def test_a_seal_without_the_answers_about_its_time_stamp_is_left_open(world: World) -> None:
    whole = world.material(SEALED)
    tsa = world.ocsp(world.services.time_stamping.certificate, SEALED)
    lacking = ValidationMaterial(whole.certificates, whole.ocsps[:-1], whole.crls)
    assert len(whole.ocsps) == 4
    refusal = verify(world.sealed(material=lacking), world.roots, archive=ValidationMaterial(ocsps=(tsa,)))
    assert (refusal.verdict, refusal.failures()) == (Verdict.INDETERMINATE, (Check.VALIDATION_DATA,))


def test_a_bad_answer_in_the_store_neither_helps_nor_harms(world: World) -> None:
    junk = ValidationMaterial(ocsps=(b"\x30\x03\x0a\x01\x06",), crls=())
    assert verify(world.sealed(material=merged(world.material(SEALED), junk)), world.roots).failures() == ()
