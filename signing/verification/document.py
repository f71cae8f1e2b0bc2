"""A document and its signatures as read for verification, and what is checked of it as a whole."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial

from asn1crypto.parser import peek
from cryptography import x509
from pyhanko.pdf_utils.misc import PdfStrictReadError
from pyhanko.sign.diff_analysis import DiffPolicy
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from domain.documents import DocumentKind, in_signing_order
from signing.archival import ArchivalReader
from signing.attached_record import AttachedRecord, is_canonical, is_printed, read_record
from signing.cms_outline import fits, outline
from signing.fields import FieldState, field_states
from signing.page_text import page_text
from signing.remembered import remembered
from signing.signature_bytes import covered_length, is_whole_file, strict_bytes, timestamp_token
from signing.verification.exchanged import first_difference
from signing.verification.fillings import FillingsFirst
from signing.verification.printed import first_misprint
from signing.verification.stillness import is_static
from signing.verification.verdicts import Check, Finding, compared, judged

_LEAST_TOKEN = 256
_KINDS = {SigSeedSubFilter.PADES.value, SigSeedSubFilter.ADOBE_PKCS7_DETACHED.value}


@dataclass(frozen=True)
class Signature:
    """A signature as read; `is_last` if none covers it; `policy` judges what came after it."""

    pdf: bytes
    embedded: EmbeddedPdfSignature
    is_last: bool
    policy: DiffPolicy

    @property
    def field(self) -> str:
        return str(self.embedded.field_name)

    @cached_property
    def certificates(self) -> tuple[x509.Certificate, ...]:
        """The signer's first; the others as they come."""
        found = (self.embedded.signer_cert, *self.embedded.other_embedded_certs)
        return tuple(x509.load_der_x509_certificate(each.dump()) for each in found)

    @cached_property
    def outline(self) -> bytes | None:
        return outline(self.embedded.signed_data)

    @cached_property
    def length(self) -> int:
        """How much of the file it speaks about."""
        return covered_length(self.embedded)

    @cached_property
    def strict(self) -> bytes:
        """The CMS as it would stand in strict DER."""
        return strict_bytes(self.embedded)

    @cached_property
    def token(self) -> bytes | None:
        return timestamp_token(self.embedded.signer_info)

    @cached_property
    def content(self) -> bytes:
        """The CMS without what pads it."""
        padded: bytes = self.embedded.pkcs7_content
        return padded[: peek(padded)]

    @property
    def has_empty_room(self) -> bool:
        """Whether so much is left in its hole that a time stamp would go in."""
        return len(self.embedded.pkcs7_content) - len(self.content) > _LEAST_TOKEN

    @cached_property
    def is_intact(self) -> bool:
        """Whether it is a signature over these bytes by the key of its certificate (RFC 5652 section 5.6)."""
        kind = self.embedded.sig_object_type, self.embedded.sig_object.get("/SubFilter")
        if kind not in {("/Sig", each) for each in _KINDS}:
            return False
        return _holds(self._fits)

    @cached_property
    def is_unchanged_after(self) -> bool:
        return _holds(self._is_followed_by_what_is_allowed)

    def _fits(self) -> bool:
        return fits(self.embedded.signed_data, "data", self.embedded.compute_digest())

    def _is_followed_by_what_is_allowed(self) -> bool:
        self.embedded.compute_integrity_info(self.policy)  # type: ignore[no-untyped-call]
        return bool(self.embedded.summarise_integrity_info()["docmdp_ok"])


@dataclass(frozen=True)
class Document:
    pdf: bytes
    reader: ArchivalReader
    fields: tuple[FieldState, ...]
    signatures: tuple[Signature, ...]
    record: AttachedRecord | None

    def close(self) -> None:
        """Let go of what was read: hundreds of objects that hold each other, for Python to find one day."""
        self.reader.forget()

    def scatter(self) -> None:
        """The same, where nothing will be asked for again."""
        self.close()
        vars(self.reader).clear()

    @property
    def plan(self) -> list[str]:
        """The fields this kind of document has, in signing order; empty if the kind is not known."""
        return list(self.record.fields) if self.record else []

    def findings(self) -> list[Finding]:
        return [
            judged(Check.STRUCTURE, holds=True),
            *self._record_findings(),
            judged(Check.STATIC, holds=is_static(self.reader, len(self.fields))),
            *self._signing_findings(),
        ]

    def _record_findings(self) -> list[Finding]:
        record = self.record
        if record is None:
            asked = (Check.RECORD_ATTACHED, Check.RECORD_CANONICAL, Check.HASH_PRINTED)
            return [judged(check, holds=False) for check in asked]
        text = page_text(self.pdf)
        found = [
            judged(Check.RECORD_ATTACHED, holds=True),
            judged(Check.RECORD_CANONICAL, holds=is_canonical(record.data)),
            judged(Check.HASH_PRINTED, holds=is_printed(text, record.sha256)),
            compared(Check.PRINTED, first_misprint(text, record.kind, record.content)),
        ]
        if record.kind is DocumentKind.YEAR_RECORD and record.exchanged is not None:
            found.append(compared(Check.EXCHANGED, first_difference(record.content, record.exchanged)))
        return found

    def _signing_findings(self) -> list[Finding]:
        plan = self.plan
        order = [signature.field for signature in self.signatures]
        # Each signature is one revision, and they are the last ones: nothing is hidden between or after them.
        revisions = [signature.embedded.signed_revision for signature in self.signatures]
        total = self.reader.total_revisions
        expected = list(range(total - len(revisions), total))
        is_in_order = in_signing_order(order, plan)
        covers_all = bool(order) and is_whole_file(self.signatures[-1].embedded, len(self.pdf))
        return [
            judged(Check.PLAN, holds=bool(plan) and [field.name for field in self.fields] == plan),
            judged(Check.ALL_SIGNED, holds=bool(plan) and sorted(order) == sorted(plan)),
            judged(Check.REVISIONS, holds=bool(order) and is_in_order and revisions == expected),
            judged(Check.WHOLE_FILE, holds=len(order) == len(plan) and is_in_order and covers_all),
        ]


def read_document(pdf: bytes) -> Document:
    """Raises errors of any kind for what cannot be read strictly."""
    reader = ArchivalReader(pdf)
    if reader.encrypted:
        raise PdfStrictReadError("The document is encrypted")
    found = sorted(reader.embedded_signatures, key=lambda each: each.signed_revision)
    for each in found:
        _tell_certificates(each)
    policy = FillingsFirst(reader)
    signatures = tuple(Signature(pdf, each, each is found[-1], policy) for each in found)
    return Document(pdf, reader, tuple(field_states(reader)), signatures, read_record(reader))


def _tell_certificates(signature: EmbeddedPdfSignature) -> None:
    """Let pyHanko have what it found in a CMS with the same certificates; what it finds fault with it sees itself."""
    with suppress(Exception):
        own, find = outline(signature.signed_data), partial(extract_certs_for_validation, signature.signed_data)
        if own:
            signature._sd_cert_info = remembered.get("certificates to validate", own, find)  # noqa: SLF001 - pinned by a test


def _holds(check: Callable[[], bool]) -> bool:
    """Whether it does; too little memory to tell is no answer."""
    try:
        return check()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - bytes made to deceive make parsers raise anything
        return False
