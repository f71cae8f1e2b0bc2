"""The record.json attached to a document: read from its bytes, held against RFC 8785 and against the printed hash."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

import rfc8785
from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.rw_common import PdfHandler

from domain.canonical import quickly_canonical
from domain.documents import FIELDS, DocumentKind, SignatureField, is_subject_field, role_of, taker_fields
from domain.signature_plans import SignaturePlan, record_fields

RECORD_NAME = "record.json"
_MAX_DEPTH = 16  # of the tree of attachment names
_NOT_HEX = re.compile(r"[^0-9a-z]")


@dataclass(frozen=True)
class AttachedRecord:
    """`content` is what people read and sign; `exchanged` the same year as a national record, None if there is none."""

    data: bytes
    kind: DocumentKind
    lookup_code: str
    school: str
    signer_ids: dict[str, str]  # by field
    fields: tuple[str, ...]  # in signing order
    content: dict[str, Any] = field(repr=False)
    exchanged: object = field(repr=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def read_record(document: PdfHandler) -> AttachedRecord | None:
    """The attached record; None unless there is exactly one attachment, called record.json, of our structure."""
    attached = _attachments(document)
    if len(attached) != 1 or attached[0][0] != RECORD_NAME:
        return None
    data = attached[0][1]
    try:
        return _parsed(data)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def is_canonical(data: bytes) -> bool:
    """Whether the bytes are what RFC 8785 makes of their own content."""
    try:
        record = json.loads(data)
        return (quickly_canonical(record) or rfc8785.dumps(record)) == data
    except (ValueError, RecursionError, rfc8785.CanonicalizationError):
        return False


def is_printed(text: str, sha256: str) -> bool:
    """Whether the hash stands in the text of the pages, whatever spaces and line breaks are set between its digits."""
    lower = text.lower()
    return sha256 in "".join(lower.split()) or sha256 in _NOT_HEX.sub("", lower)


def _parsed(data: bytes) -> AttachedRecord:
    record = json.loads(data)
    content = record["content"]
    kind = DocumentKind(record["kind"])
    signers = [(str(each["field"]), str(each["signer_id"])) for each in content["signers"]]
    fields = _plan(kind, content, [field for field, _ in signers])
    if not all(signer for _, signer in signers):
        raise ValueError(kind)
    code, school = str(content["lookup_code"]), str(content["school"]["name"])
    return AttachedRecord(
        data, kind, code, school, dict(signers), fields, content=content, exchanged=record.get("record")
    )


def _plan(kind: DocumentKind, content: dict[str, Any], named: list[str]) -> tuple[str, ...]:
    """The fields of a document in signing order. Raises ValueError for others than its kind has.

    A year record may ask for the teachers of its subjects, then for all of them. Minutes of a handover have any number
    of takers, and a giver unless they say why not.
    """
    usual: tuple[str, ...] = FIELDS[kind]
    if kind is DocumentKind.HANDOVER_MINUTES:
        giver = () if str(content.get("without_giver", "")).split() else (SignatureField.GIVER,)
        takers = [field for field in named if role_of(field) is SignatureField.TAKER]
        usual = (*giver, *taker_fields(max(1, len(takers))), SignatureField.PRINCIPAL)
    if kind is DocumentKind.YEAR_RECORD and any(map(is_subject_field, named)):
        usual = record_fields(SignaturePlan.RECORD, (str(row["subject"]) for row in content["subjects"]))
    if sorted(named) != sorted(usual):
        raise ValueError(kind)
    return tuple(map(str, usual))


def _attachments(document: PdfHandler) -> list[tuple[str, bytes]]:
    """Names and contents of all embedded files (ISO 32000-1, 7.11.4 and 7.9.6)."""
    try:
        tree = document.root["/Names"]["/EmbeddedFiles"]
    except KeyError:
        return []
    return [
        (str(specification["/UF"] if "/UF" in specification else specification["/F"]), specification["/EF"]["/F"].data)
        for specification in _leaves(tree, _MAX_DEPTH)
    ]


def _leaves(node: DictionaryObject, depth: int) -> list[DictionaryObject]:
    if depth == 0:
        raise ValueError(depth)
    found = [node["/Names"][at] for at in range(1, len(node["/Names"]), 2)] if "/Names" in node else []
    for kid in node.get("/Kids", ()):
        found += _leaves(kid.get_object(), depth - 1)
    return found
