"""Sealed year records as files: each is verified, then the national record attached to it is taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509

from domain.documents import DocumentKind
from domain.errors import Invalid
from interchange.national.json_form import read_record
from interchange.national.records import NationalRecord
from signing.archival import MAX_BYTES
from signing.verification.document import read_document
from signing.verification.sentences import sentence
from signing.verification.verdicts import Verdict, Verification
from signing.verification.verify import verify


@dataclass(frozen=True)
class SealedRecord:
    """The attached record, the version it is of, and the time that its seal bears."""

    record: NationalRecord
    version: int
    sealed_at: datetime


def read_sealed(file: Path, roots: Sequence[x509.Certificate]) -> SealedRecord:
    """Raises Invalid if the file is no record as the school sealed it, or has no national record attached.

    A verdict of "indeterminate" is no obstacle: nothing is wrong with the document, only its time is not proven.
    """
    pdf = _bytes_of(file)
    found = verify(pdf, roots)
    if found.verdict is Verdict.INVALID:
        raise Invalid(_first_failure(found))
    attached, sealed_at = read_document(pdf).record, found.signatures[-1].claimed_at
    if attached is None or attached.kind is not DocumentKind.YEAR_RECORD or sealed_at is None:
        raise Invalid("Tệp không phải là học bạ của một năm học.")
    if attached.exchanged is None:
        raise Invalid("Học bạ không đính kèm dữ liệu học bạ số quốc gia.")
    record = read_record(attached.exchanged)
    if record.children.keys() - record.layout.parts.keys():
        raise Invalid("Dữ liệu học bạ không đúng cấu trúc.")
    return SealedRecord(record, int(attached.content["version"]), sealed_at)


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Invalid("Không mở được tệp.") from error


def _first_failure(found: Verification) -> str:
    findings = [*found.findings, *(each for signature in found.signatures for each in signature.findings)]
    return next(sentence(each) for each in findings if each.outcome is Verdict.INVALID)
