"""Says from a document's bytes alone, offline, whether it is what its signers signed and its school sealed.

There is no timestamp yet, so a certificate is judged at the time its signer claims (/M); every report says so.
"""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from domain.documents import FIELDS
from signing.archival import MAX_BYTES, ArchivalReader
from signing.attached_record import AttachedRecord, is_canonical, is_printed, read_record
from signing.authority import common_name, subject_id
from signing.cms_template import asn1_certificate
from signing.coroutines import run_coroutine
from signing.errors import Unreadable
from signing.fields import FieldState, field_states
from signing.signature_bytes import has_expected_bytes, is_whole_file
from signing.verdicts import Check, Finding, SignatureReport, Verification

# pyHanko logs each failed check with the signer's name and personal id; what it finds is said in the verdict instead.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True)
class _Document:
    pdf: bytes
    reader: ArchivalReader
    fields: list[FieldState]
    signatures: list[EmbeddedPdfSignature]
    record: AttachedRecord | None


def verify(pdf: bytes, trust_roots: Sequence[x509.Certificate]) -> Verification:
    """The verdict on a document. Needs no network, no database and no clock.

    Raises Unreadable only for what is no PDF at all; a damaged or altered PDF gets a verdict.
    """
    if not pdf.startswith(b"%PDF-"):
        raise Unreadable("Tệp không phải là PDF.")
    if len(pdf) > MAX_BYTES:
        raise Unreadable("Tệp quá lớn, không phải văn bản của hệ thống.")
    try:
        return run_coroutine(_verified(pdf, trust_roots))
    except Exception:  # noqa: BLE001 - bytes made to deceive make parsers raise anything, and a verdict is owed for each
        broken = (Finding(Check.STRUCTURE, holds=False),)
        return Verification(hashlib.sha256(pdf).hexdigest(), None, "", "", "", broken, ())


async def _verified(pdf: bytes, trust_roots: Sequence[x509.Certificate]) -> Verification:
    reader = ArchivalReader(pdf)
    document = _Document(pdf, reader, field_states(reader), list(reader.embedded_signatures), read_record(reader))
    record = document.record
    return Verification(
        file_sha256=hashlib.sha256(pdf).hexdigest(),
        kind=record.kind if record else None,
        lookup_code=record.lookup_code if record else "",
        school=record.school if record else "",
        record_sha256=record.sha256 if record else "",
        findings=(Finding(Check.STRUCTURE, holds=True), *_record_findings(document), *_document_findings(document)),
        signatures=tuple([await _signature(document, each, trust_roots) for each in document.signatures]),
    )


def _record_findings(document: _Document) -> list[Finding]:
    record = document.record
    return [
        Finding(Check.RECORD_ATTACHED, holds=record is not None),
        Finding(Check.RECORD_CANONICAL, holds=record is not None and is_canonical(record.data)),
        Finding(Check.HASH_PRINTED, holds=record is not None and is_printed(document.pdf, record.sha256)),
    ]


def _document_findings(document: _Document) -> list[Finding]:
    record, signatures = document.record, document.signatures
    plan = [field.value for field in FIELDS[record.kind]] if record else []
    order = [signature.field_name for signature in sorted(signatures, key=lambda each: each.signed_revision)]
    # Each signature is one revision, and they are the last ones: nothing is hidden between or after them.
    revisions = sorted(signature.signed_revision for signature in signatures)
    total = document.reader.total_revisions
    expected = list(range(total - len(signatures), total))
    return [
        Finding(Check.PLAN, holds=bool(plan) and [field.name for field in document.fields] == plan),
        Finding(Check.ALL_SIGNED, holds=bool(plan) and sorted(order) == sorted(plan)),
        Finding(Check.REVISIONS, holds=bool(order) and order == plan[: len(order)] and revisions == expected),
        Finding(Check.WHOLE_FILE, holds=bool(order) and order == plan and _covers_all(document)),
    ]


def _covers_all(document: _Document) -> bool:
    last = max(document.signatures, key=lambda each: each.signed_revision)
    return is_whole_file(last, len(document.pdf))


async def _signature(
    document: _Document, signature: EmbeddedPdfSignature, trust_roots: Sequence[x509.Certificate]
) -> SignatureReport:
    certificate = x509.load_der_x509_certificate(signature.signer_cert.dump())
    claimed_at = signature.self_reported_timestamp
    status = await _status(signature, trust_roots, claimed_at)
    expected = document.record.signer_ids.get(signature.field_name, "") if document.record else ""
    signer = subject_id(certificate)
    return SignatureReport(
        field=signature.field_name,
        signer_name=common_name(certificate.subject),
        signer_id=signer,
        expected_id=expected,
        issuer=common_name(certificate.issuer),
        claimed_at=claimed_at,
        certificate_from=certificate.not_valid_before_utc,
        certificate_until=certificate.not_valid_after_utc,
        findings=(
            Finding(Check.INTACT, holds=status.intact and status.valid),
            Finding(Check.ENCODING, holds=has_expected_bytes(document.pdf, signature)),
            Finding(Check.TRUSTED, holds=claimed_at is not None and status.trusted),
            Finding(Check.UNCHANGED_AFTER, holds=bool(status.docmdp_ok)),
            Finding(Check.SIGNER, holds=bool(signer) and signer == expected),
        ),
    )


async def _status(
    signature: EmbeddedPdfSignature, trust_roots: Sequence[x509.Certificate], at: datetime | None
) -> PdfSignatureStatus:
    # One context per check: it remembers what it saw. Nothing is fetched; revocation data comes with the timestamps.
    context = ValidationContext(
        trust_roots=[asn1_certificate(root) for root in trust_roots], moment=at, allow_fetching=False
    )
    try:
        return await async_validate_pdf_signature(signature, signer_validation_context=context)
    finally:
        await context.aclose()  # type: ignore[no-untyped-call]
