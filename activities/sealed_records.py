"""Sealed year records as they go on: verified, or known to be ours, then the attached national record is taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from pyhanko.pdf_utils.misc import PdfError

from domain.documents import DocumentKind
from domain.errors import Invalid
from interchange.national.json_form import read_record
from interchange.national.records import NationalRecord
from signing.archival import ArchivalReader
from signing.attached_record import AttachedRecord
from signing.attached_record import read_record as read_attached
from signing.verification.document import read_document
from signing.verification.sentences import sentence
from signing.verification.verdicts import Verdict, Verification
from signing.verification.verify import verify

_NO_RECORD: Final = "Tệp không phải là học bạ của một năm học."


@dataclass(frozen=True)
class SealedRecord:
    """The attached record, the version it is of, and the time that its seal bears."""

    record: NationalRecord
    version: int
    sealed_at: datetime


def read_sealed(pdf: bytes, roots: Sequence[x509.Certificate]) -> SealedRecord:
    """Raises Invalid if the file is no record as the school sealed it, or has no national record attached.

    A verdict of "indeterminate" is no obstacle: nothing is wrong with the document, only its time is not proven.
    """
    found = verify(pdf, roots)
    if found.verdict is Verdict.INVALID:
        raise Invalid(_first_failure(found))
    attached, sealed_at = read_document(pdf).record, found.signatures[-1].claimed_at
    if attached is None or sealed_at is None:
        raise Invalid(_NO_RECORD)
    return SealedRecord(_national(attached), int(attached.content["version"]), sealed_at)


def read_own(pdf: bytes) -> NationalRecord:
    """The same of a document that this installation sealed and kept by its hash, without verifying it once more.

    Raises Invalid if it has no national record attached.
    """
    try:
        attached = read_attached(ArchivalReader(pdf))
    except PdfError as error:
        raise Invalid("Tệp học bạ đã lưu không đọc được; hãy báo cán bộ quản trị.") from error
    if attached is None:
        raise Invalid(_NO_RECORD)
    return _national(attached)


def _national(attached: AttachedRecord) -> NationalRecord:
    if attached.kind is not DocumentKind.YEAR_RECORD:
        raise Invalid(_NO_RECORD)
    if attached.exchanged is None:
        raise Invalid("Học bạ không đính kèm dữ liệu học bạ số quốc gia.")
    record = read_record(attached.exchanged)
    if record.children.keys() - record.layout.parts.keys():
        raise Invalid("Dữ liệu học bạ không đúng cấu trúc.")
    return record


def _first_failure(found: Verification) -> str:
    findings = [*found.findings, *(each for signature in found.signatures for each in signature.findings)]
    return next(sentence(each) for each in findings if each.outcome is Verdict.INVALID)
