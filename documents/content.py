"""The canonical bytes of a document's content: what is attached as `record.json`, hashed, printed and signed."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypeAlias

import rfc8785

from domain.documents import ClassSummaryContent, DocumentKind, SubjectSheetContent
from domain.matter_papers import (
    HandoverMinutesContent,
    IdentityPageContent,
    PaperExtractContent,
    TransferResultContent,
)
from domain.year_records import DocumentContent, PrimaryRecordContent, SecondaryRecordContent

Exchanged: TypeAlias = Mapping[str, Any]

# Python's own encoder takes a tenth of the time and writes the same, but for fractions, numbers beyond 2^53 and the
# order of keys with letters of four bytes. A text that only looks like one of these costs the time and no more.
_SPECIAL = re.compile(rb"[:,\[]-?(?:\d+[.eE]|\d{16})")
_FOUR_BYTES = (b"\xf0", b"\xf1", b"\xf2", b"\xf3", b"\xf4")  # how such a letter begins

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
    written = json.dumps(
        whole, default=vars, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()
    if _SPECIAL.search(written) is None and not any(byte in written for byte in _FOUR_BYTES):
        return written
    return rfc8785.dumps({**whole, "content": asdict(content)})


def content_sha256(content: DocumentContent, record: Exchanged | None = None) -> str:
    """Return the SHA-256 of `canonical_json` as 64 hex digits, the value printed on the page."""
    return hashlib.sha256(canonical_json(content, record)).hexdigest()
