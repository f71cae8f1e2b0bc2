"""Says from a document's bytes alone, offline, whether it is what its signers signed and its school sealed.

Every signature is judged at the earliest time at which it is proven to have existed. Without such a proof nothing is
refuted: the answer is "indeterminate", unless all is in force at the moment.
"""

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypedDict, Unpack

from cryptography import x509

from signing.archival import MAX_BYTES
from signing.dss import ValidationMaterial
from signing.errors import Unreadable
from signing.verification.certificates import judge
from signing.verification.document import Document, Signature, read_document
from signing.verification.errors import TooLarge
from signing.verification.grounds import Grounds, gather, read_dss
from signing.verification.proofs import MISSING_STAMP, CheckedStamp, ProvenTime, check_record, check_stamp, earliest
from signing.verification.signatures import Judged
from signing.verification.verdicts import Check, Standing, Verification, judged

# pyHanko logs each failed check with the signer's name and personal id; what it finds is said in the verdict instead.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


class Beside(TypedDict, total=False):
    """What may be given beside a document.

    `evidence` are evidence records (RFC 4998, DER) over the file, or over what it was when one of its signatures was
    made; `archive` is validation data kept elsewhere; `moment` (aware) is now unless told otherwise; `standing` is
    what the history log says, and is passed through.
    """

    evidence: Sequence[bytes]
    archive: ValidationMaterial | None
    moment: datetime | None
    standing: Standing | None


@dataclass(frozen=True)
class Examination:
    """A verification with what it was made from; `judged` is empty for what cannot be read.

    `record` is the attached record.json as it stands in the file, b"" if there is none of ours.
    """

    verification: Verification
    judged: tuple[Judged, ...] = ()
    record: bytes = b""


def verify(pdf: bytes, trust_roots: Sequence[x509.Certificate], **beside: Unpack[Beside]) -> Verification:
    """The verdict on a document. Needs no network and no database.

    Raises Unreadable only for what is no PDF at all or too large; a damaged or altered PDF gets a verdict.
    """
    return _examine(pdf, trust_roots, beside, Document.scatter).verification


def examine(pdf: bytes, trust_roots: Sequence[x509.Certificate], **beside: Unpack[Beside]) -> Examination:
    """As `verify`, with all that the verdict rests on."""
    return _examine(pdf, trust_roots, beside, Document.close)


def _examine(
    pdf: bytes, trust_roots: Sequence[x509.Certificate], beside: Beside, let_go: Callable[[Document], None]
) -> Examination:
    if not pdf.startswith(b"%PDF-"):
        raise Unreadable("Tệp không phải là PDF.")
    if len(pdf) > MAX_BYTES:
        raise TooLarge
    moment = beside.get("moment") or datetime.now(UTC)
    try:
        document = read_document(pdf)
        inside, archive = read_dss(document.reader), beside.get("archive") or ValidationMaterial()
        grounds = gather(trust_roots, moment, inside, archive)
        try:
            return _examined(document, grounds, beside.get("evidence", ()), beside.get("standing"))
        finally:
            let_go(document)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - bytes made to deceive make parsers raise anything, and a verdict is owed for each
        broken = (judged(Check.STRUCTURE, holds=False),)
        sha256 = hashlib.sha256(pdf).hexdigest()
        return Examination(Verification(sha256, moment, None, "", "", "", beside.get("standing"), broken, ()))


def _examined(
    document: Document, grounds: Grounds, evidence: Sequence[bytes], standing: Standing | None
) -> Examination:
    lengths = {len(document.pdf), *(signature.length for signature in document.signatures)}
    checked = [check_record(document.pdf, lengths, record, grounds) for record in evidence]
    by_evidence = [time for time, _ in checked if time]
    found = _judged(document, grounds, by_evidence)
    record = document.record
    needs_data = bool(found) and found[-1].signature.token is not None
    ids = record.signer_ids if record else {}
    verification = Verification(
        file_sha256=hashlib.sha256(document.pdf).hexdigest(),
        moment=grounds.moment,
        kind=record.kind if record else None,
        lookup_code=record.lookup_code if record else "",
        school=record.school if record else "",
        record_sha256=record.sha256 if record else "",
        standing=standing,
        findings=(*document.findings(), *(finding for _, finding in checked)),
        signatures=tuple(each.report(ids.get(each.signature.field, ""), needs_data=needs_data) for each in found),
    )
    return Examination(verification, found, record.data if record else b"")


def _judged(document: Document, grounds: Grounds, by_evidence: Sequence[ProvenTime]) -> tuple[Judged, ...]:
    stamps = [_stamp(signature, grounds, by_evidence) for signature in document.signatures]
    times = [*by_evidence, *(stamp.time for stamp in stamps if stamp and stamp.time)]
    found = []
    for signature, stamp in zip(document.signatures, stamps, strict=True):
        covering = tuple(time for time in times if time.covers >= signature.length)
        judgement = judge(signature, earliest(covering), grounds)
        found.append(Judged(signature, judgement, stamp, covering))
    return tuple(found)


def _stamp(signature: Signature, grounds: Grounds, by_evidence: Sequence[ProvenTime]) -> CheckedStamp | None:
    # What stands below a signature that does not hold is not proven by a time stamp on it.
    if not signature.is_intact:
        return None
    # Evidence that covers a time stamp keeps it after its authority's certificate has ended.
    kept = earliest(time for time in by_evidence if time.covers >= signature.length)
    if signature.token is not None:
        return check_stamp(signature, kept.at if kept else grounds.moment, grounds)
    return MISSING_STAMP if signature.is_last and signature.has_empty_room and not kept else None
