"""Each signature is judged at the earliest time at which it is proven to have existed (guide, table of verdicts)."""

from datetime import timedelta

import pytest
from cryptography.x509 import ReasonFlags

from signing.dss import ValidationMaterial
from signing.verification.verdicts import Check, Finding, Level, Proof, Reason, SignatureReport, Verdict
from signing.verification.verify import verify
from tests.signing.verification.world import (
    HOMEROOM,
    LATER,
    NOW,
    PRINCIPAL,
    SEAL,
    SEALED,
    SHEET,
    SIGNED,
    TEACHER,
    Ended,
    World,
    evidence_over,
    merged,
    signed_at,
)

DAY = timedelta(days=1)


def found_in(signature: SignatureReport, check: Check) -> Finding:
    return next(each for each in signature.findings if each.check is check)


def test_a_sealed_record_holds_half_a_year_later_with_nothing_else_at_hand(world: World, record: bytes) -> None:
    found = verify(record, world.roots)
    assert found.failures() == ()
    assert {each.proven_at for each in found.signatures} == {SEALED}
    assert {each.proof for each in found.signatures} == {Proof.TIME_STAMP}
    assert [each.level for each in found.signatures] == [Level.B_B, Level.B_B, Level.B_LT]


def test_evidence_over_an_earlier_revision_proves_when_people_signed(world: World) -> None:
    pdf = world.signed(world.cast.placed(), HOMEROOM, PRINCIPAL)
    evidence = evidence_over([pdf], SIGNED + DAY, world.stamps)
    found = verify(world.sealed(pdf), world.roots, evidence=evidence)
    assert found.failures() == ()
    assert [each.proven_at for each in found.signatures] == [SIGNED + DAY, SIGNED + DAY, SEALED]
    assert [each.proof for each in found.signatures] == [Proof.EVIDENCE, Proof.EVIDENCE, Proof.TIME_STAMP]
    assert [each.level for each in found.signatures] == [Level.B_B_ERS, Level.B_B_ERS, Level.B_LT]


def test_of_several_proofs_the_earliest_counts(world: World) -> None:
    pdf = world.signed(world.cast.placed(), HOMEROOM, PRINCIPAL)
    sealed = world.sealed(pdf)
    evidence = [*evidence_over([sealed], LATER, world.stamps), *evidence_over([pdf], SIGNED + DAY, world.stamps)]
    found = verify(sealed, world.roots, evidence=evidence)
    assert found.failures() == ()
    assert [each.proven_at for each in found.signatures] == [SIGNED + DAY, SIGNED + DAY, SEALED]
    assert found.signatures[2].level is Level.B_LT_ERS


def test_a_plain_seal_with_evidence_over_the_file_holds(world: World) -> None:
    pdf = world.plainly_sealed()
    evidence = evidence_over([pdf, b"another"], SEALED + DAY, world.stamps)
    found = verify(pdf, world.roots, evidence=evidence[:1], archive=world.material(SEALED))
    assert found.failures() == ()
    assert {each.level for each in found.signatures} == {Level.B_B_ERS}


def test_without_a_proof_of_time_nothing_is_decided(world: World) -> None:
    found = verify(world.plainly_sealed(), world.roots, archive=world.material(SEALED))
    assert found.verdict is Verdict.INDETERMINATE
    assert set(found.failures()) == {Check.TIME, Check.IN_FORCE}
    assert {found_in(each, Check.IN_FORCE).reason for each in found.signatures} == {Reason.NO_STATUS}
    assert {(each.proof, each.proven_at) for each in found.signatures} == {(Proof.NONE, None)}


def test_without_a_proof_all_holds_while_answers_are_current(world: World) -> None:
    sheet = world.signed(world.cast.placed(SHEET), TEACHER)
    archive = world.material(NOW - timedelta(hours=1), *world.signers(TEACHER))
    found = verify(sheet, world.roots, archive=archive, moment=NOW)
    assert found.failures() == ()
    assert (found.signatures[0].proof, found.signatures[0].proven_at) == (Proof.CURRENT, None)
    assert verify(sheet, world.roots, archive=archive, moment=NOW + 3 * DAY).verdict is Verdict.INDETERMINATE


def test_a_revocation_after_the_proven_time_takes_nothing_from_the_signature(world: World, record: bytes) -> None:
    homeroom = world.signers(HOMEROOM)[0]
    later = world.ocsp(homeroom, LATER, Ended(homeroom, LATER - DAY, ReasonFlags.superseded))
    found = verify(record, world.roots, archive=ValidationMaterial(ocsps=(later,)))
    assert found.failures() == ()
    told = found.signatures[0].revocation
    assert told is not None
    assert (told.at, told.reason) == (LATER - DAY, "superseded")
    assert [each.revocation for each in found.signatures[1:]] == [None, None]


def test_an_answer_that_tells_of_a_later_revocation_is_enough(world: World) -> None:
    # At the seal the responder already says "revoked", but since a day after the proven time.
    pdf = world.signed(world.cast.placed(), HOMEROOM, PRINCIPAL)
    evidence = evidence_over([pdf], SIGNED + DAY, world.stamps)
    homeroom = world.signers(HOMEROOM)[0]
    told = world.ocsp(homeroom, SEALED, Ended(homeroom, SIGNED + 2 * DAY))
    material = merged(world.material(SEALED, *world.signers(PRINCIPAL, SEAL)), ValidationMaterial(ocsps=(told,)))
    found = verify(world.sealed(pdf, material=material), world.roots, evidence=evidence)
    assert found.failures() == ()
    assert found.signatures[0].revocation is not None


@pytest.mark.parametrize("source", ["ocsp", "crl"])
def test_a_revocation_before_the_proven_time_is_invalid(world: World, record: bytes, source: str) -> None:
    homeroom = world.signers(HOMEROOM)[0]
    ended = Ended(homeroom, SEALED - DAY, ReasonFlags.key_compromise)
    answers = {"ocsp": (world.ocsp(homeroom, LATER, ended),), "crl": (world.crl(LATER, ended),)}
    archive = ValidationMaterial(ocsps=answers["ocsp"] if source == "ocsp" else (), crls=answers["crl"])
    found = verify(record, world.roots, archive=archive)
    assert (found.verdict, found.failures()) == (Verdict.INVALID, (Check.IN_FORCE,))
    assert found_in(found.signatures[0], Check.IN_FORCE).reason is Reason.REVOKED


def test_a_revocation_told_once_outweighs_any_number_of_good_answers(world: World, record: bytes) -> None:
    homeroom = world.signers(HOMEROOM)[0]
    revoked = ValidationMaterial(crls=(world.crl(SEALED, Ended(homeroom, SEALED - DAY)),))
    archive = merged(revoked, world.material(SEALED), world.material(LATER), world.material(NOW))
    assert verify(record, world.roots, archive=archive).verdict is Verdict.INVALID


def test_a_key_lost_before_the_proven_time_is_invalid_though_revoked_later(world: World, record: bytes) -> None:
    homeroom = world.signers(HOMEROOM)[0]
    ended = Ended(homeroom, LATER, ReasonFlags.key_compromise, invalid_since=SIGNED - DAY)
    found = verify(record, world.roots, archive=ValidationMaterial(crls=(world.crl(LATER, ended),)))
    assert (found.verdict, found.failures()) == (Verdict.INVALID, (Check.IN_FORCE,))
    assert found_in(found.signatures[0], Check.IN_FORCE).reason is Reason.KEY_LOST
    told = found.signatures[0].revocation
    assert told is not None
    assert told.invalid_since == SIGNED - DAY


def test_an_invalidity_date_without_a_lost_key_changes_nothing(world: World, record: bytes) -> None:
    homeroom = world.signers(HOMEROOM)[0]
    ended = Ended(homeroom, LATER, ReasonFlags.affiliation_changed, invalid_since=SIGNED - DAY)
    found = verify(record, world.roots, archive=ValidationMaterial(crls=(world.crl(LATER, ended),)))
    assert found.failures() == ()


def test_a_revocation_without_a_proven_time_refutes_nothing(world: World) -> None:
    sheet, teacher = world.signed(world.cast.placed(SHEET), TEACHER), world.signers(TEACHER)[0]
    revoked = world.ocsp(teacher, NOW - timedelta(hours=1), Ended(teacher, LATER))
    archive = merged(world.material(NOW - timedelta(hours=1), teacher), ValidationMaterial(ocsps=(revoked,)))
    found = verify(sheet, world.roots, archive=archive, moment=NOW)
    assert found.verdict is Verdict.INDETERMINATE
    assert found_in(found.signatures[0], Check.IN_FORCE).reason is Reason.REVOKED
    assert Check.TIME in found.failures()


def test_the_issuing_authority_revoked_before_the_proven_time_is_invalid(world: World, record: bytes) -> None:
    ended = Ended(world.cast.authority.issuing.certificate, SIGNED, ReasonFlags.ca_compromise)
    archive = ValidationMaterial(crls=(world.crl(SEALED, ended, issuer=world.services.root),))
    found = verify(record, world.roots, archive=archive)
    # The time-stamp authority rests on the same certificate, so there is no proof of time any more either.
    assert found.verdict is Verdict.INDETERMINATE
    assert found_in(found.signatures[2], Check.TIME_STAMP).reason is Reason.STAMP_REVOKED


def test_a_suspension_that_stands_leaves_it_open(world: World, record: bytes) -> None:
    homeroom = world.signers(HOMEROOM)[0]
    held = world.ocsp(homeroom, SEALED + DAY, Ended(homeroom, SEALED - DAY, ReasonFlags.certificate_hold))
    found = verify(record, world.roots, archive=ValidationMaterial(ocsps=(held,)))
    assert (found.verdict, found.failures()) == (Verdict.INDETERMINATE, (Check.IN_FORCE,))
    assert found_in(found.signatures[0], Check.IN_FORCE).reason is Reason.SUSPENDED


def test_a_suspension_that_was_lifted_is_as_if_it_had_never_been(world: World, record: bytes) -> None:
    homeroom = world.signers(HOMEROOM)[0]
    held = world.ocsp(homeroom, SEALED + DAY, Ended(homeroom, SEALED - DAY, ReasonFlags.certificate_hold))
    resumed = world.ocsp(homeroom, SEALED + 2 * DAY)
    found = verify(record, world.roots, archive=ValidationMaterial(ocsps=(resumed, held)))
    assert found.failures() == ()


def test_a_signature_proven_before_its_certificate_began_is_invalid(world: World) -> None:
    key = world.cast.authority.issue_person("Giáo viên thử", "079190000011", not_before=SIGNED)
    sheet = signed_at(key, world.cast.placed(SHEET), TEACHER, SIGNED)
    evidence = evidence_over([sheet], SIGNED - DAY, world.stamps)
    found = verify(sheet, world.roots, evidence=evidence, archive=world.material(SIGNED, key.certificate))
    assert found.verdict is Verdict.INVALID
    assert found_in(found.signatures[0], Check.IN_FORCE).reason is Reason.NOT_YET_VALID


def test_a_proof_from_after_the_end_of_a_certificate_decides_nothing(world: World) -> None:
    key = world.cast.authority.issue_person("Giáo viên thử", "079190000011", not_after=SIGNED + DAY)
    sheet = signed_at(key, world.cast.placed(SHEET), TEACHER, SIGNED)
    archive = world.material(SIGNED, key.certificate)
    late = verify(sheet, world.roots, evidence=evidence_over([sheet], LATER, world.stamps), archive=archive)
    assert (late.verdict, late.failures()) == (Verdict.INDETERMINATE, (Check.IN_FORCE,))
    assert found_in(late.signatures[0], Check.IN_FORCE).reason is Reason.OUT_OF_DATE
    in_time = verify(sheet, world.roots, evidence=evidence_over([sheet], SIGNED, world.stamps), archive=archive)
    assert in_time.failures() == ()


def test_an_answer_from_after_the_end_of_a_certificate_says_nothing(world: World) -> None:
    key = world.cast.authority.issue_person("Giáo viên thử", "079190000011", not_after=SIGNED + DAY)
    sheet = signed_at(key, world.cast.placed(SHEET), TEACHER, SIGNED)
    evidence = evidence_over([sheet], SIGNED, world.stamps)
    archive = world.material(LATER, key.certificate)
    found = verify(sheet, world.roots, evidence=evidence, archive=archive)
    assert found_in(found.signatures[0], Check.IN_FORCE).reason is Reason.NO_STATUS


def test_an_answer_that_nobody_may_give_says_nothing(world: World) -> None:
    sheet, teacher = world.signed(world.cast.placed(SHEET), TEACHER), world.signers(TEACHER)[0]
    evidence = evidence_over([sheet], SIGNED, world.stamps)
    good = world.material(SIGNED, teacher)
    forged = ValidationMaterial(good.certificates, tuple(each[:-1] + bytes([each[-1] ^ 1]) for each in good.ocsps))
    found = verify(sheet, world.roots, evidence=evidence, archive=merged(forged, ValidationMaterial(crls=good.crls)))
    assert found_in(found.signatures[0], Check.IN_FORCE).reason is Reason.NO_STATUS


def test_what_cannot_be_read_in_the_archive_is_left_out(world: World, record: bytes) -> None:
    junk = ValidationMaterial((b"junk",), (b"junk", b"\x30\x00"), (b"junk", b"\x30\x00"))
    assert verify(record, world.roots, archive=junk).failures() == ()
