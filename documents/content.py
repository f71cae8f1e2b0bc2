"""The canonical bytes of a document's content: what is attached as `record.json`, hashed, printed and signed."""

import hashlib
from dataclasses import asdict

import rfc8785

from domain.documents import ClassSummaryContent, DocumentKind, SubjectSheetContent
from domain.year_records import DocumentContent, PrimaryRecordContent, SecondaryRecordContent

_KINDS: dict[type[DocumentContent], DocumentKind] = {
    PrimaryRecordContent: DocumentKind.YEAR_RECORD,
    SecondaryRecordContent: DocumentKind.YEAR_RECORD,
    ClassSummaryContent: DocumentKind.CLASS_SUMMARY,
    SubjectSheetContent: DocumentKind.SUBJECT_SHEET,
}


def kind_of(content: DocumentContent) -> DocumentKind:
    return _KINDS[type(content)]


def canonical_json(content: DocumentContent) -> bytes:
    """Return `{"content": ..., "kind": ...}` in the one byte form that RFC 8785 allows (UTF-8)."""
    return rfc8785.dumps({"kind": kind_of(content).value, "content": asdict(content)})


def content_sha256(content: DocumentContent) -> str:
    """Return the SHA-256 of `canonical_json` as 64 hex digits, the value printed on the page."""
    return hashlib.sha256(canonical_json(content)).hexdigest()
