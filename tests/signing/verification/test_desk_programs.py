"""Signatures that another program made: laid out differently, with more room, and still without a loose byte."""

import hashlib
import io
from collections.abc import Callable

import pytest
from asn1crypto import cms, core
from asn1crypto.algos import SignedDigestAlgorithm
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

from domain.documents import SignatureField
from signing.authority import IssuedKey
from signing.cms_template import asn1_certificate, with_timestamp
from signing.verification.verdicts import Check, Level, Proof, Reason, Verdict
from signing.verification.verify import verify
from tests.signing.conftest import Cast
from tests.signing.stock import simple_signer
from tests.signing.verification.holes import changed, cms_in, hole, with_cms
from tests.signing.verification.test_times import found_in
from tests.signing.verification.world import (
    HOMEROOM,
    LATER,
    PRINCIPAL,
    SEAL,
    SEALED,
    SHEET,
    SIGNED,
    TEACHER,
    World,
    evidence_over,
)

PKCS7 = SigSeedSubFilter.ADOBE_PKCS7_DETACHED
ROOM = 16384


def desk_signed(
    key: IssuedKey,
    pdf: bytes,
    field: SignatureField,
    *,
    kind: SigSeedSubFilter = SigSeedSubFilter.PADES,
    algorithm: str | None = None,
) -> bytes:
    """Signed by pyHanko as a program that knows nothing of ours, with a large hole."""
    signer = simple_signer(key)
    if algorithm:
        signer._signature_mechanism = SignedDigestAlgorithm({"algorithm": algorithm})
    meta = PdfSignatureMetadata(field_name=field.value, subfilter=kind, md_algorithm="sha256")
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    signed = PdfSigner(meta, signer).sign_pdf(writer, existing_fields_only=True, bytes_reserved=ROOM)
    assert isinstance(signed, io.BytesIO)
    return signed.getvalue()


def in_small_letters(pdf: bytes) -> bytes:
    start, end = hole(pdf)
    return pdf[:start] + pdf[start:end].lower() + pdf[end:]


def with_root(pdf: bytes, world: World) -> bytes:
    return changed(pdf, lambda signed: signed["certificates"].append(asn1_certificate(world.roots[0])))


@pytest.mark.parametrize("kind", [SigSeedSubFilter.PADES, PKCS7])
def test_a_person_s_signature_by_another_program_holds_below_our_seal(world: World, kind: SigSeedSubFilter) -> None:
    desk = desk_signed(world.cast.keys[HOMEROOM], world.cast.placed(), HOMEROOM, kind=kind)
    pdf = world.signed(in_small_letters(with_root(desk, world)), PRINCIPAL)
    assert verify(world.sealed(pdf), world.roots).failures() == ()


def test_it_holds_between_two_of_ours(world: World) -> None:
    pdf = world.signed(world.cast.placed(), HOMEROOM)
    desk = desk_signed(world.cast.keys[PRINCIPAL], pdf, PRINCIPAL)
    assert verify(world.sealed(desk), world.roots).failures() == ()


def test_an_rsa_signature_that_names_no_digest_holds(cast: Cast) -> None:
    desk = desk_signed(cast.keys[HOMEROOM], cast.placed(), HOMEROOM, algorithm="rsassa_pkcs1v15")
    found = verify(cast.signed(desk, PRINCIPAL, SEAL), cast.roots)
    assert found.failures() == ()
    assert {each.algorithm for each in found.signatures} == {"RSA 2048, SHA-256"}


def test_its_own_time_stamp_proves_its_time(world: World) -> None:
    desk = desk_signed(world.cast.keys[HOMEROOM], world.cast.placed(), HOMEROOM)
    value = cms.ContentInfo.load(cms_in(desk))["content"]["signer_infos"][0]["signature"].native
    token = world.stamps.token(hashlib.sha256(value).digest(), SIGNED)
    stamped = world.signed(with_cms(desk, with_timestamp(cms_in(desk), token)), PRINCIPAL)
    found = verify(world.sealed(stamped), world.roots)
    assert found.failures() == ()
    assert [each.proven_at for each in found.signatures] == [SIGNED, SEALED, SEALED]
    assert found.signatures[0].level is Level.B_LT


def test_as_the_last_signature_it_needs_evidence_that_keeps_its_bytes(world: World) -> None:
    desk = desk_signed(world.cast.keys[TEACHER], world.cast.placed(SHEET), TEACHER)
    sheet, archive = in_small_letters(with_root(desk, world)), world.material(LATER, *world.signers(TEACHER))
    evidence = evidence_over([sheet], LATER, world.stamps)
    kept = verify(sheet, world.roots, evidence=evidence, archive=archive)
    assert kept.failures() == ()
    assert kept.signatures[0].proof is Proof.EVIDENCE
    loose = verify(sheet, world.roots, archive=archive, moment=LATER)
    assert loose.verdict is Verdict.INDETERMINATE
    assert set(loose.failures()) == {Check.ENCODING, Check.TIME_STAMP}
    assert found_in(loose.signatures[0], Check.TIME_STAMP).reason is Reason.STAMP_MISSING


def add_attribute(pdf: bytes, world: World) -> bytes:
    note = cms.CMSAttribute({"type": "1.2.3.4", "values": [core.OctetString(b"note")]})

    def add(signed: cms.SignedData) -> None:
        signed["signer_infos"][0]["unsigned_attrs"] = [note]

    return changed(pdf, add)


def add_stranger(pdf: bytes, world: World) -> bytes:
    other = asn1_certificate(world.signers(TEACHER)[0])
    return changed(pdf, lambda signed: signed["certificates"].append(other))


def in_long_form(pdf: bytes, world: World) -> bytes:
    der = cms_in(pdf)
    return with_cms(pdf, der[:1] + b"\x83\x00" + der[2:])


def in_mixed_letters(pdf: bytes, world: World) -> bytes:
    start, _ = hole(pdf)
    middle = start + len(cms_in(pdf))
    return pdf[:start] + pdf[start:middle].lower() + pdf[middle:]


def pad_with_ones(pdf: bytes, world: World) -> bytes:
    _, end = hole(pdf)
    return pdf[: end - 1] + b"1" + pdf[end:]


def stamp_something_else(pdf: bytes, world: World) -> bytes:
    token = world.stamps.token(hashlib.sha256(b"khac").digest(), SIGNED)
    return with_cms(pdf, with_timestamp(cms_in(pdf), token))


@pytest.mark.parametrize(
    ("spoil", "check"),
    [
        (add_attribute, Check.ENCODING),
        (add_stranger, Check.ENCODING),
        (in_long_form, Check.ENCODING),
        (in_mixed_letters, Check.ENCODING),
        (pad_with_ones, Check.ENCODING),
        (stamp_something_else, Check.TIME_STAMP),
    ],
)
def test_a_loose_byte_is_found_though_later_signatures_cover_it(
    world: World, spoil: Callable[[bytes, World], bytes], check: Check
) -> None:
    desk = desk_signed(world.cast.keys[HOMEROOM], world.cast.placed(), HOMEROOM)
    found = verify(world.sealed(world.signed(spoil(desk, world), PRINCIPAL)), world.roots)
    assert (found.verdict, set(found.failures())) == (Verdict.INVALID, {check})
    assert found_in(found.signatures[0], check).outcome is Verdict.INVALID
