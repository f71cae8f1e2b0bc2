"""A paper's bytes against what the rows say of it: what a process of its own does, which loads nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from domain.documents import DocumentKind, SignatureField
from signing.verification.verdicts import Verdict
from signing.verification.verify import verify
from storage.objects import Objects
from tests.chaos.faults import MINUTES

# The stamps' authority was ahead, too: until the time that its stamp claims has come, nobody can say that it holds.
AHEAD = timedelta(minutes=max(MINUTES))
SEALED = frozenset({DocumentKind.YEAR_RECORD, DocumentKind.CLASS_SUMMARY})


@dataclass(frozen=True)
class Paper:
    """A living document as the database has it."""

    id: str
    kind: str
    sha256: str
    fields: tuple[str, ...]


def seals(fields: Iterable[str]) -> list[str]:
    """Fields that hold a seal, whatever has been added to their name."""
    return [each for each in fields if each.startswith(SignatureField.SEAL)]


def judge(paper: Paper, objects: Path, root: Path) -> str:
    """Empty when the bytes say what the rows say, and verify; a sheet's time is proven beside it."""
    pdf = Objects(objects).get(paper.sha256)
    verdict = verify(pdf, x509.load_pem_x509_certificates(root.read_bytes()), moment=datetime.now(UTC) + AHEAD)
    fields = tuple(sorted(each.field for each in verdict.signatures))
    if paper.kind in SEALED and len(seals(fields)) != 1:
        return f"{'Twice' if seals(fields) else 'Lost'}: document {paper.id} bears {len(seals(fields))} seals."
    if fields != paper.fields:
        return f"Document {paper.id} bears {fields}, the database says {paper.fields}."
    if verdict.verdict is Verdict.INVALID or (paper.kind in SEALED and not verdict.holds):
        return f"Document {paper.id} ({paper.kind}) does not verify: {verdict.verdict} {verdict.failures()}."
    return ""
