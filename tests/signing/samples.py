"""Small documents to sign: two pages by Typst with an attached record.json, what it says, and its hash in groups."""

import hashlib
import json
from collections.abc import Mapping, Sequence

import rfc8785
import typst

from domain.documents import FIELDS, DocumentKind, SignatureField
from domain.signature_places import SignaturePlace
from signing.verification.forms import runs_of

# What RFC 8785 can write.
Value = str | Sequence["Value"] | Mapping[str, "Value"]

SOURCE = """
#set document(title: "Học bạ mẫu", date: datetime(year: 2026, month: 5, day: 29))
#set page(paper: "a4")
#set text(font: "Libertinus Serif", lang: "vi")
#let attach = pdf.attach.with(relationship: "source", mime-type: "application/json", description: "Nội dung")
#for name in json(bytes(sys.inputs.attachments)) { attach(name, bytes(sys.inputs.record)) }
= Học bạ mẫu
Lớp 1A, năm học 2026 – 2027. Kết quả: Hoàn thành tốt.

#text(size: 6pt, json(bytes(sys.inputs.said)).join([ ]))
#pagebreak()
Mã băm của nội dung: #raw(sys.inputs.hash)
"""
BOXES = {
    SignatureField.SUBJECT_TEACHER: (382, 140, 532, 185),
    SignatureField.GIVER: (397, 220, 547, 265),
    SignatureField.TAKER: (222, 220, 372, 265),
    SignatureField.HOMEROOM: (397, 140, 547, 185),
    SignatureField.PRINCIPAL: (48, 140, 198, 185),
    SignatureField.SEAL: (222, 140, 372, 185),
}


def places(kind: DocumentKind) -> list[SignaturePlace]:
    return [SignaturePlace(field, f"Chữ ký {field}", -1, BOXES[field]) for field in FIELDS[kind]]


def record_json(kind: DocumentKind, signer_ids: dict[SignatureField, str], note: str = "") -> bytes:
    signers: list[dict[str, Value]] = [
        {"field": field.value, "name": f"Người ký {field}", "signer_id": signer_ids[field], "position": "Giáo viên"}
        for field in FIELDS[kind]
    ]
    school: dict[str, Value] = {"code": signer_ids.get(SignatureField.SEAL, "79000701"), "name": "Trường Tiểu học Mẫu"}
    year: dict[str, Value] = {"school_year": "2026-2027", "class_name": "1A", "date": "2026-05-29"}
    content: dict[str, Value] = {"lookup_code": "ABCD-EFGH", "school": school, "signers": signers, "note": note, **year}
    return rfc8785.dumps({"kind": kind.value, "content": content})


def render(record: bytes, *, printed_hash: str | None = None, attachments: Sequence[str] = ("record.json",)) -> bytes:
    digest = printed_hash or hashlib.sha256(record).hexdigest()
    groups = " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))
    pdf = typst.compile(
        SOURCE.encode(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={
            "record": record.decode(),
            "said": json.dumps(_said(record)),
            "hash": groups,
            "attachments": json.dumps(attachments),
        },
        pdf_standards=["a-3a", "ua-1"],
    )
    assert isinstance(pdf, bytes)
    return pdf


def _said(record: bytes) -> list[str]:
    """What the pages must say, in words that fit a line; nothing if the record is none of ours."""
    try:
        whole = json.loads(record)
        text = "".join(
            part.text for run in runs_of(DocumentKind(whole["kind"]), whole["content"]) for part in run.parts
        )
    except (ValueError, LookupError, TypeError):
        return []
    return [text[at : at + 40] for at in range(0, len(text), 40)]
