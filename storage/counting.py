"""Counts signatures, and why there are none, for whoever watches; of transactions that were given up, too.

Causes are those listed here: what services elsewhere make up is `other`, or they would be without number.
"""

from typing import Final

from prometheus_client import Counter

from domain.documents import SignatureField

CAUSES: Final = frozenset({
    # People and rules.
    "Conflict", "Incomplete", "Invalid", "KeyLocked", "KeyMissing", "Merged", "NotAllowed", "NotFound", "NotSigned",
    "Outdated", "Overtaken", "PaperMissing", "PartTaken", "RecordChanged", "RecordIncomplete", "Replaced",
    "WrongPassphrase", "YearNotOver",
    # Services and papers; what is `other` the signer's log tells by its own name.
    "ObjectDamaged", "ObjectMissing", "ProviderUnavailable", "Queued", "RenderFailed", "SigningFailed",
    "SigningRefused", "Unreadable", "other",
})  # fmt: skip
SIGNATURES: Final = Counter(
    "hocba_signatures", "Signatures put into papers, by field; seals are field=seal.", ["field"]
)
FAILURES: Final = Counter("hocba_signature_failures", "Papers and orders that were not signed, by cause.", ["cause"])
for _field in SignatureField:
    SIGNATURES.labels(_field.value)
for _cause in CAUSES:
    FAILURES.labels(_cause)


def signed(field: str, papers: int) -> None:
    """`field` may be one of several of its kind, as `subject_teacher_toan`."""
    kind = next((each for each in SignatureField if field == each or field.startswith(f"{each}_")), None)
    if kind is not None:
        SIGNATURES.labels(kind.value).inc(papers)


def not_signed(cause: str) -> None:
    FAILURES.labels(known(cause)).inc()


def known(cause: str) -> str:
    return cause if cause in CAUSES else "other"
