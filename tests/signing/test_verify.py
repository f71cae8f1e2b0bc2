"""What the verifier says of genuine documents, and of documents that were wrong before anyone signed."""

import hashlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import rfc8785

from documents.form import place_fields
from domain.documents import FIELDS, DocumentKind, SignatureField
from signing.authority import DevelopmentAuthority
from signing.errors import Unreadable
from signing.verification.verdicts import Check, Verification
from signing.verification.verify import verify
from tests.signing import samples
from tests.signing.conftest import SIGNED_AT, YEAR, Cast, signed_by

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


def test_the_verdict_is_in_both_languages(sealed: bytes, cast: Cast) -> None:
    found = verify(sealed, cast.roots)
    assert (found.verdict(), found.verdict("en")) == ("HỢP LỆ", "VALID")
    assert (found.kind_name(), found.kind_name("en")) == ("Học bạ của năm học", "Year record")
    assert found.signatures[2].role() == "Con dấu số của nhà trường"
    assert found.signatures[0].time_note() == "thời điểm ký do người ký khai"


@pytest.mark.parametrize("check", Check)
def test_every_check_has_its_sentences(check: Check, sealed: bytes, cast: Cast) -> None:
    found = verify(sealed, cast.roots)
    finding = next(each for each in (*found.findings, *found.signatures[0].findings) if each.check is check)
    assert finding.sentence("vi").endswith(".")
    assert finding.sentence("en").endswith(".")


@pytest.mark.parametrize("kind", DocumentKind)
def test_each_kind_of_document_holds(kind: DocumentKind, cast: Cast) -> None:
    assert verify(cast.finished(kind), cast.roots).failures() == ()


def test_a_certificate_since_expired_is_judged_at_the_claimed_time(cast: Cast) -> None:
    until = datetime.now(UTC) - timedelta(hours=1)
    teacher = SignatureField.SUBJECT_TEACHER
    key = cast.authority.issue_person("Giáo viên thử", cast.ids()[teacher], not_after=until)
    assert verify(signed_by(key, cast.placed(DocumentKind.SUBJECT_SHEET), teacher), cast.roots).holds


def test_the_root_of_someone_else_is_not_trusted(sealed: bytes, curve_cast: Cast) -> None:
    assert set(verify(sealed, curve_cast.roots).failures()) == {Check.TRUSTED}


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
    assert not found.holds
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


@pytest.mark.parametrize("content", [b"", b"khong phai PDF", b"%PDF-" + b"0" * 20_971_520])
def test_what_is_no_document_is_said_to_be_unreadable(content: bytes, cast: Cast) -> None:
    with pytest.raises(Unreadable):
        verify(content, cast.roots)


def test_a_damaged_document_gets_a_verdict(sealed: bytes, cast: Cast) -> None:
    assert verify(sealed.replace(b"startxref", b"startxrex"), cast.roots).failures() == (Check.STRUCTURE,)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_document_cut_short_is_not_valid(sealed: bytes, cast: Cast, share: float) -> None:
    assert not verify(sealed[: int(len(sealed) * share)], cast.roots).holds


async def test_verifying_works_inside_an_event_loop(sealed: bytes, cast: Cast) -> None:
    assert verify(sealed, cast.roots).holds


def test_no_name_or_id_reaches_the_log(sealed: bytes, curve_cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        verify(sealed, curve_cast.roots)
    assert [record.name for record in caplog.records if record.name.startswith("pyhanko")] == []
    assert "079190000012" not in caplog.text
