"""The canonical bytes of a document's content: what is attached as `record.json`, hashed, printed and signed."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypeAlias

import rfc8785

from domain.canonical import quickly_canonical
from domain.documents import ClassSummaryContent, DocumentKind, SubjectSheetContent
from domain.matter_papers import (
    HandoverMinutesContent,
    IdentityPageContent,
    PaperExtractContent,
    TransferResultContent,
)
from domain.year_records import DocumentContent, PrimaryRecordContent, SecondaryRecordContent

Exchanged: TypeAlias = Mapping[str, Any]

_KINDS: dict[type[DocumentContent], DocumentKind] = {
    PrimaryRecordContent: DocumentKind.YEAR_RECORD,
    SecondaryRecordContent: DocumentKind.YEAR_RECORD,
    ClassSummaryContent: DocumentKind.CLASS_SUMMARY,
    SubjectSheetContent: DocumentKind.SUBJECT_SHEET,
    IdentityPageContent: DocumentKind.IDENTITY_PAGE,
    TransferResultContent: DocumentKind.TRANSFER_RESULT,
    HandoverMinutesContent: DocumentKind.HANDOVER_MINUTES,
    PaperExtractContent: DocumentKind.PAPER_EXTRACT,
}


def kind_of(content: DocumentContent) -> DocumentKind:
    return _KINDS[type(content)]


def canonical_json(content: DocumentContent, record: Exchanged | None = None) -> bytes:
    """Return `{"content": ..., "kind": ..., "record": ...}` in the one byte form that RFC 8785 allows (UTF-8).

    `record` is the same year in the words of the national record, as it is exchanged; other papers have none.
    """
    more: dict[str, Any] = {} if record is None else {"record": record}
    whole: dict[str, Any] = {"kind": kind_of(content).value, "content": content, **more}
    return quickly_canonical(whole, default=vars) or rfc8785.dumps({**whole, "content": asdict(content)})


def content_sha256(content: DocumentContent, record: Exchanged | None = None) -> str:
    """Return the SHA-256 of `canonical_json` as 64 hex digits, the value printed on the page."""
    return hashlib.sha256(canonical_json(content, record)).hexdigest()
