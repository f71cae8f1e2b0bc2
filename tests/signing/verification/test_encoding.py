"""The bytes that no signature covers: every way to write them differently is found."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from asn1crypto import cms, core
from cryptography.hazmat.primitives.serialization import Encoding

from signing.cms_template import asn1_certificate
from signing.verification.verdicts import Check, Finding, Reason, Verdict
from signing.verification.verify import verify
from tests.signing.conftest import Cast
from tests.signing.verification.holes import changed, cms_in, hole, token_of, unsigned, with_cms
from tests.signing.verification.test_times import found_in
from tests.signing.verification.world import LATER, NOW, SEAL, SEALED, SHEET, TEACHER, World, evidence_over

Change = Callable[[cms.SignedData, World], None]


def of_seal(pdf: bytes, world: World, check: Check = Check.ENCODING) -> Finding:
    return found_in(verify(pdf, world.roots).signatures[-1], check)


def add_certificate(signed: cms.SignedData, world: World) -> None:
    signed["certificates"].append(asn1_certificate(world.signers(TEACHER)[0]))


def leave_issuer_out(signed: cms.SignedData, world: World) -> None:
    own = asn1_certificate(world.signers(SEAL)[0])
    signed["certificates"] = [each for each in signed["certificates"] if each.chosen.serial_number == own.serial_number]


def add_root(signed: cms.SignedData, world: World) -> None:
    signed["certificates"].append(asn1_certificate(world.roots[0]))


def add_attribute(signed: cms.SignedData, world: World) -> None:
    note = cms.CMSAttribute({"type": "1.2.3.4", "values": [core.OctetString(b"note")]})
    signed["signer_infos"][0]["unsigned_attrs"].append(note)


def add_second_stamp(signed: cms.SignedData, world: World) -> None:
    stamp = token_of(signed).copy()
    stamp["content"]["certificates"] = [stamp["content"]["certificates"][0]]
    signed["signer_infos"][0]["unsigned_attrs"][0]["values"].append(stamp)


def add_crls(signed: cms.SignedData, world: World) -> None:
    signed["crls"] = [cms.RevocationInfoChoice("crl", cms.CertificateList.load(world.crl(SEALED)))]


def another_version(signed: cms.SignedData, world: World) -> None:
    signed["version"] = "v3"


def another_digest(signed: cms.SignedData, world: World) -> None:
    signed["digest_algorithms"] = [{"algorithm": "sha512"}]


def two_digests(signed: cms.SignedData, world: World) -> None:
    signed["digest_algorithms"].append({"algorithm": "sha512"})


def add_to_stamp(signed: cms.SignedData, world: World) -> None:
    unsigned(token_of(signed)["content"], ("signature_time_stamp_token", token_of(signed).copy()))


def add_certificate_to_stamp(signed: cms.SignedData, world: World) -> None:
    token_of(signed)["content"]["certificates"].append(asn1_certificate(world.signers(TEACHER)[0]))


def another_version_of_stamp(signed: cms.SignedData, world: World) -> None:
    token_of(signed)["content"]["version"] = "v1"


@pytest.mark.parametrize(
    "change",
    [
        add_certificate,
        add_attribute,
        add_second_stamp,
        add_crls,
        another_version,
        another_digest,
        two_digests,
        add_to_stamp,
        add_certificate_to_stamp,
        another_version_of_stamp,
    ],
)
def test_a_part_that_nothing_protects_cannot_be_changed(record: bytes, world: World, change: Change) -> None:
    altered = changed(record, lambda signed: change(signed, world))
    assert altered != record
    assert of_seal(altered, world).outcome is Verdict.INVALID


@pytest.mark.parametrize("change", [leave_issuer_out, add_root])
def test_the_chain_is_there_to_the_last_certificate_and_without_the_root(
    record: bytes, world: World, change: Change
) -> None:
    altered = changed(record, lambda signed: change(signed, world))
    found = verify(altered, world.roots)
    assert (found.verdict, found.failures()) == (Verdict.INDETERMINATE, (Check.ENCODING,))
    # Evidence over the whole file keeps every byte of it, however it was written.
    evidence = evidence_over([altered], LATER, world.stamps)
    assert verify(altered, world.roots, evidence=evidence).failures() == ()


@pytest.mark.parametrize("sealed", [True, False])
@pytest.mark.parametrize("part", ["signature", "unused bits", "algorithm"])
def test_a_flipped_bit_in_an_issuer_s_certificate_is_found(
    record: bytes, world: World, cast: Cast, part: str, *, sealed: bool
) -> None:
    # Sealed, a good copy of it is in the store. Unused bits and the outer algorithm are what parsers overlook.
    signers, document = (world.cast, record) if sealed else (cast, cast.finished(SHEET))
    issuing = signers.authority.issuing.certificate
    whole, value = issuing.public_bytes(Encoding.DER), issuing.signature
    from_end = {"signature": 1, "unused bits": len(value) + 1, "algorithm": len(value) + 5 + (not sealed)}[part]
    der = cms_in(document)
    at = der.rindex(whole) + len(whole) - from_end
    altered = with_cms(document, der[:at] + bytes([der[at] ^ 1]) + der[at + 1 :])
    assert verify(document, signers.roots).holds
    assert verify(altered, signers.roots).verdict is Verdict.INVALID


def test_a_stamp_taken_away_leaves_its_room_empty(record: bytes, world: World) -> None:
    def take(signed: cms.SignedData) -> None:
        signed["signer_infos"][0]["unsigned_attrs"] = None

    altered, archive = changed(record, take), world.material(NOW - timedelta(hours=1))
    found = verify(altered, world.roots, archive=archive, moment=NOW)
    assert (found.verdict, set(found.failures())) == (Verdict.INDETERMINATE, {Check.TIME_STAMP})
    assert found_in(found.signatures[-1], Check.TIME_STAMP).reason is Reason.STAMP_MISSING


def test_small_letters_are_found(record: bytes, world: World) -> None:
    start, end = hole(record)
    small = record[:start] + record[start:end].lower() + record[end:]
    assert of_seal(small, world).outcome is Verdict.INDETERMINATE
    for at in (start + 3, end - 1000):
        one = record[:at] + record[at : at + 1].swapcase() + record[at + 1 :]
        assert one == record or of_seal(one, world).outcome is Verdict.INVALID


def test_padding_is_nothing_but_zeros(record: bytes, world: World) -> None:
    start, end = hole(record)
    for at in (end - 1, end - 2, start + 2 * len(cms_in(record))):
        altered = record[:at] + b"1" + record[at + 1 :]
        assert of_seal(altered, world).outcome is Verdict.INVALID


def test_a_length_may_not_be_written_in_more_bytes_than_it_needs(record: bytes, world: World) -> None:
    der = cms_in(record)
    assert der[:2] == b"\x30\x82"
    assert of_seal(with_cms(record, b"\x30\x83\x00" + der[2:]), world).outcome is Verdict.INVALID


def test_an_indefinite_length_is_found(record: bytes, world: World) -> None:
    der = cms_in(record)
    assert verify(with_cms(record, b"\x30\x80" + der[4:] + b"\x00\x00"), world.roots).verdict is Verdict.INVALID


def test_certificates_in_another_order_are_found(record: bytes, world: World) -> None:
    der, content = cms_in(record), cms.ContentInfo.load(cms_in(record))
    one, other = (each.chosen.dump() for each in content["content"]["certificates"])
    assert one + other in der
    assert of_seal(with_cms(record, der.replace(one + other, other + one)), world).outcome is Verdict.INVALID


def test_the_signer_is_named_as_in_the_certificate(record: bytes, world: World) -> None:
    # Names are the same to a parser whatever their letters' case.
    der = cms_in(record)
    at = der.rindex(
        b"Hocba Development Issuing CA", 0, der.rindex(b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x0e")
    )
    altered = with_cms(record, der[:at] + b"hocba" + der[at + 5 :])
    assert verify(altered, world.roots).verdict is Verdict.INVALID


def test_a_signer_may_be_named_by_the_key_s_identifier_too(world: World) -> None:
    def by_key(signed: cms.SignedData) -> None:
        signer = signed["signer_infos"][0]
        key = asn1_certificate(world.signers(TEACHER)[0]).key_identifier
        signer["sid"] = cms.SignerIdentifier("subject_key_identifier", key)
        signer["version"], signed["version"] = "v3", "v3"

    sheet = changed(world.signed(world.cast.placed(SHEET), TEACHER), by_key)
    archive = world.material(NOW - timedelta(hours=1), *world.signers(TEACHER))
    assert verify(sheet, world.roots, archive=archive, moment=NOW).failures() == ()


@pytest.mark.parametrize("curve", [False, True])
def test_the_last_digit_of_a_lone_signature_cannot_be_changed(cast: Cast, curve_cast: Cast, *, curve: bool) -> None:
    # With a curve it is padding or not, as the length of this signature happens to be.
    signers = curve_cast if curve else cast
    sheet = signers.finished(SHEET)
    _, end = hole(sheet)
    altered = sheet[: end - 1] + (b"0" if sheet[end - 1 : end] == b"1" else b"1") + sheet[end:]
    assert verify(sheet, signers.roots).holds
    assert verify(altered, signers.roots).verdict is Verdict.INVALID
