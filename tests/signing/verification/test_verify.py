"""What the verifier says of genuine documents, and of documents that were wrong before anyone signed."""

import hashlib
import io
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import rfc8785
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

from documents.form import place_fields
from domain.documents import FIELDS, DocumentKind, SignatureField
from signing.archival import MAX_BYTES
from signing.authority import DevelopmentAuthority, IssuedKey, KeyKind
from signing.authority.certificates import (
    Contents,
    Extensions,
    PublicKey,
    certify,
    for_subscriber,
    for_time_stamping,
    new_key,
    subject_name,
)
from signing.verification.errors import TooLarge
from signing.verification.verdicts import Check, Proof, Reason, Standing, Verdict, Verification
from signing.verification.verify import verify
from tests.signing import samples
from tests.signing.conftest import SIGNED_AT, YEAR, Cast, signed_by
from tests.signing.stock import simple_signer
from tests.signing.verification.test_times import found_in

HOMEROOM, PRINCIPAL, SEAL = SignatureField.HOMEROOM, SignatureField.PRINCIPAL, SignatureField.SEAL


def _finished(cast: Cast, record: bytes, *, printed_hash: str | None = None) -> Verification:
    pdf = samples.render(record, printed_hash=printed_hash)
    return verify(cast.signed(place_fields(pdf, samples.places(YEAR)), *FIELDS[YEAR]), cast.roots)


def test_a_sealed_record_is_reported_in_full(sealed: bytes, cast: Cast) -> None:
    found = verify(sealed, cast.roots)
    assert found.holds
    assert (found.kind, found.lookup_code, found.school) == (YEAR, "ABCD-EFGH", "Trường Tiểu học Mẫu")
    assert found.file_sha256 == hashlib.sha256(sealed).hexdigest()
    assert found.record_sha256 == hashlib.sha256(samples.record_json(YEAR, cast.ids())).hexdigest()
    assert [signature.field for signature in found.signatures] == ["homeroom", "principal", "seal"]
    assert [signature.signer_id for signature in found.signatures] == ["079190000012", "079175000013", "79000701"]
    assert {signature.claimed_at for signature in found.signatures} == {SIGNED_AT}


@pytest.mark.parametrize("kind", DocumentKind)
def test_each_kind_of_document_holds(kind: DocumentKind, cast: Cast) -> None:
    assert verify(cast.finished(kind), cast.roots).failures() == ()


def test_a_certificate_since_expired_leaves_it_open_without_a_proof_of_time(cast: Cast) -> None:
    until = datetime.now(UTC) - timedelta(hours=1)
    teacher = SignatureField.SUBJECT_TEACHER
    key = cast.authority.issue_person("Giáo viên thử", cast.ids()[teacher], not_after=until)
    found = verify(signed_by(key, cast.placed(DocumentKind.SUBJECT_SHEET), teacher), cast.roots)
    assert (found.verdict, set(found.failures())) == (Verdict.INDETERMINATE, {Check.TIME, Check.IN_FORCE})


def test_the_root_of_someone_else_is_not_trusted(sealed: bytes, curve_cast: Cast) -> None:
    found = verify(sealed, curve_cast.roots)
    assert (found.verdict, set(found.failures())) == (Verdict.INVALID, {Check.TRUSTED})
    assert {each.proof for each in found.signatures} == {Proof.NONE}


def test_a_look_alike_authority_is_not_trusted(cast: Cast, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = DevelopmentAuthority.open(tmp_path_factory.mktemp("other-pki"))
    teacher = SignatureField.SUBJECT_TEACHER
    key = other.issue_person("Giáo viên bộ môn thử", cast.ids()[teacher])
    found = verify(signed_by(key, cast.placed(DocumentKind.SUBJECT_SHEET), teacher), cast.roots)
    assert found.failures() == (Check.TRUSTED,)


def test_a_signature_by_the_wrong_person_is_found(cast: Cast, placed: bytes) -> None:
    pdf = signed_by(cast.keys[SignatureField.SUBJECT_TEACHER], placed, HOMEROOM)
    found = verify(cast.signed(pdf, PRINCIPAL, SEAL), cast.roots)
    assert found.failures() == (Check.SIGNER,)
    assert found.signatures[0].signer_id == "079190000011"
    assert found.signatures[0].expected_id == "079190000012"


def test_the_seal_of_another_school_is_found(cast: Cast, placed: bytes) -> None:
    other = cast.authority.issue_organisation("Trường Tiểu học Khác", "79000999")
    found = verify(signed_by(other, cast.signed(placed, HOMEROOM, PRINCIPAL), SEAL), cast.roots)
    assert found.failures() == (Check.SIGNER,)


@pytest.mark.parametrize("signed", [(), (HOMEROOM,), (HOMEROOM, PRINCIPAL)])
def test_a_missing_signature_is_found(cast: Cast, placed: bytes, signed: tuple[SignatureField, ...]) -> None:
    found = verify(cast.signed(placed, *signed), cast.roots)
    assert found.verdict is Verdict.INVALID
    assert {Check.ALL_SIGNED, Check.WHOLE_FILE} <= set(found.failures())


def test_fields_that_are_not_the_plans_are_found(cast: Cast) -> None:
    homeroom, _, seal = samples.places(YEAR)
    pdf = cast.signed(place_fields(cast.unsigned(), [homeroom, seal]), HOMEROOM, SEAL)
    assert {Check.PLAN, Check.ALL_SIGNED} <= set(verify(pdf, cast.roots).failures())


def test_a_principal_before_the_homeroom_teacher_is_found(cast: Cast) -> None:
    homeroom, principal, seal = samples.places(YEAR)
    pdf = cast.signed(place_fields(cast.unsigned(), [principal, homeroom, seal]), PRINCIPAL, HOMEROOM, SEAL)
    assert {Check.PLAN, Check.REVISIONS} <= set(verify(pdf, cast.roots).failures())


def test_a_record_that_is_not_canonical_is_found(cast: Cast) -> None:
    record = samples.record_json(YEAR, cast.ids()).replace(b'":', b'": ', 1)
    assert _finished(cast, record).failures() == (Check.RECORD_CANONICAL,)


def test_another_hash_on_the_page_is_found(cast: Cast) -> None:
    record = samples.record_json(YEAR, cast.ids())
    found = _finished(cast, record, printed_hash=hashlib.sha256(b"khac").hexdigest())
    assert found.failures() == (Check.HASH_PRINTED,)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda record: b"khong phai JSON",
        lambda record: b"[]",
        lambda record: rfc8785.dumps({"kind": "year_record"}),
        lambda record: record.replace(b"year_record", b"other_kinds"),
        lambda record: record.replace(b'"field":"seal"', b'"field":"homeroom"'),
        lambda record: record.replace(b'"signer_id":"79000701"', b'"signer_id":""'),
    ],
)
def test_a_record_of_another_structure_is_found(cast: Cast, spoil: Callable[[bytes], bytes]) -> None:
    found = _finished(cast, spoil(samples.record_json(YEAR, cast.ids())))
    assert Check.RECORD_ATTACHED in found.failures()


def test_a_second_attachment_is_found(cast: Cast) -> None:
    pdf = samples.render(samples.record_json(YEAR, cast.ids()), attachments=("record.json", "other.json"))
    found = verify(cast.signed(place_fields(pdf, samples.places(YEAR)), *FIELDS[YEAR]), cast.roots)
    assert Check.RECORD_ATTACHED in found.failures()


def test_what_is_far_too_large_is_not_read(cast: Cast) -> None:
    with pytest.raises(TooLarge, match="quá lớn"):
        verify(b"%PDF-" + bytes(MAX_BYTES), cast.roots)


async def test_verifying_works_inside_an_event_loop(sealed: bytes, cast: Cast) -> None:
    assert verify(sealed, cast.roots).holds


@pytest.mark.parametrize("standing", [None, *Standing])
def test_the_standing_is_reported_and_changes_no_verdict(sealed: bytes, cast: Cast, standing: Standing | None) -> None:
    found = verify(sealed, cast.roots, standing=standing)
    assert (found.standing, found.verdict) == (standing, Verdict.VALID)
    assert verify(b"%PDF-", cast.roots, standing=standing).standing is standing


def test_the_unit_is_what_the_certificate_says_beside_the_name(cast: Cast) -> None:
    teacher = SignatureField.SUBJECT_TEACHER
    subject = subject_name(
        (NameOID.COMMON_NAME, "Giáo viên thử"),
        (NameOID.USER_ID, f"CCCD:{cast.ids()[teacher]}"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "Tổ khối 1"),
        (NameOID.ORGANIZATION_NAME, "Trường Tiểu học Mẫu"),
    )
    key = cast.authority._issue(subject, None, None)
    found = verify(signed_by(key, cast.placed(DocumentKind.SUBJECT_SHEET), teacher), cast.roots)
    assert found.failures() == ()
    assert found.signatures[0].unit == "Tổ khối 1, Trường Tiểu học Mẫu"


def test_a_certificate_that_is_not_for_signing_documents_is_refused(cast: Cast) -> None:
    teacher, own = SignatureField.SUBJECT_TEACHER, new_key(KeyKind.P_256)
    certificate = _certificate(cast, own.public_key(), for_time_stamping())
    key = IssuedKey(own, (certificate, cast.authority.issuing.certificate))
    found = verify(signed_by(key, cast.placed(DocumentKind.SUBJECT_SHEET), teacher), cast.roots)
    assert (found.verdict, set(found.failures())) == (Verdict.INVALID, {Check.IN_FORCE, Check.TIME})
    assert found_in(found.signatures[0], Check.IN_FORCE).reason is Reason.CHAIN


def test_an_algorithm_that_is_not_allowed_at_the_time_leaves_it_open(cast: Cast) -> None:
    teacher, last_day = SignatureField.SUBJECT_TEACHER, datetime(2030, 12, 31, 12, tzinfo=UTC)
    key = cast.authority.issue_person("Giáo viên thử", cast.ids()[teacher], not_after=datetime(2034, 1, 1, tzinfo=UTC))
    sheet = signed_by(key, cast.placed(DocumentKind.SUBJECT_SHEET), teacher)
    assert verify(sheet, cast.roots, moment=last_day).failures() == ()
    found = verify(sheet, cast.roots, moment=last_day + timedelta(days=1))
    assert (found.verdict, found.failures()) == (Verdict.INDETERMINATE, (Check.ALGORITHM,))


def test_an_algorithm_that_nobody_named_is_refused(cast: Cast) -> None:
    teacher, issuing = SignatureField.SUBJECT_TEACHER, cast.authority.issuing
    own = Ed25519PrivateKey.generate()
    certificate = _certificate(cast, own.public_key(), for_subscriber())
    signer = simple_signer(IssuedKey(own, (certificate, issuing.certificate)))  # type: ignore[arg-type]
    meta = PdfSignatureMetadata(field_name=teacher.value, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha512")
    writer = IncrementalPdfFileWriter(io.BytesIO(cast.placed(DocumentKind.SUBJECT_SHEET)))
    signed = PdfSigner(meta, signer).sign_pdf(writer, existing_fields_only=True)
    assert isinstance(signed, io.BytesIO)
    found = verify(signed.getvalue(), cast.roots)
    assert found.verdict is Verdict.INVALID
    assert {Check.ALGORITHM, Check.ENCODING} <= set(found.failures())


def _certificate(cast: Cast, key: Ed25519PublicKey | PublicKey, extensions: Extensions) -> x509.Certificate:
    """Of the subject teacher, for nine days."""
    person = (NameOID.USER_ID, f"CCCD:{cast.ids()[SignatureField.SUBJECT_TEACHER]}")
    now, subject = datetime.now(UTC), subject_name((NameOID.COMMON_NAME, "Giáo viên thử"), person)
    span = (now - timedelta(days=9), now + timedelta(days=9))
    return certify(Contents(subject, key, span, extensions), cast.authority.issuing)  # type: ignore[arg-type]


def test_no_name_or_id_reaches_the_log(sealed: bytes, curve_cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        verify(sealed, curve_cast.roots)
    assert [record.name for record in caplog.records if record.name.startswith("pyhanko")] == []
    assert "079190000012" not in caplog.text
