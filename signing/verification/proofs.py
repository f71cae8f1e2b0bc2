"""Proofs of time: evidence records over the file or its beginning, and time stamps on its signatures."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from signing.evidence.checking import check_evidence
from signing.evidence.errors import EvidenceExpired, EvidenceInvalid
from signing.tokens import DIGEST_BYTES, TokenFault, TokenInvalid, check_token, read_token
from signing.verification.document import Signature
from signing.verification.grounds import Grounds
from signing.verification.statuses import History, ended_at
from signing.verification.verdicts import Check, Finding, Proof, Reason, Verdict

# With these a token is none, or of something else: its bytes in the file were altered, or never made for it.
_ALTERED = {TokenFault.UNREADABLE, TokenFault.IMPRINT, TokenFault.SIGNATURE, TokenFault.SIGNING_CERTIFICATE}


@dataclass(frozen=True)
class ProvenTime:
    """The first `covers` bytes of the file existed at `at`."""

    at: datetime
    proof: Proof
    covers: int


@dataclass(frozen=True)
class CheckedStamp:
    """A signature's time stamp; `time` is None and `chain` empty if it proves nothing."""

    finding: Finding
    time: ProvenTime | None = None
    chain: tuple[History, ...] = ()


# Whoever takes a time stamp away changes nothing that is signed; but there is room where it was.
MISSING_STAMP = CheckedStamp(Finding(Check.TIME_STAMP, Verdict.INDETERMINATE, Reason.STAMP_MISSING))


def earliest(times: Iterable[ProvenTime]) -> ProvenTime | None:
    return min(times, key=lambda each: each.at, default=None)


def check_record(
    pdf: bytes, lengths: Iterable[int], record: bytes, grounds: Grounds
) -> tuple[ProvenTime | None, Finding]:
    """What an evidence record proves of the file, or of one of its beginnings with these lengths."""
    reason = Reason.EVIDENCE_MISFIT
    for length in sorted(lengths, reverse=True):
        digest = partial(_digest, pdf[:length])
        try:
            proof = check_evidence(record, digest, grounds.roots, moment=grounds.moment, **grounds.known)
        except EvidenceExpired:
            reason = Reason.EVIDENCE_EXPIRED
        except EvidenceInvalid:
            continue
        else:
            return ProvenTime(proof.time, Proof.EVIDENCE, length), Finding(Check.EVIDENCE, Verdict.VALID)
    return None, Finding(Check.EVIDENCE, Verdict.INDETERMINATE, reason)


def check_stamp(signature: Signature, at: datetime, grounds: Grounds) -> CheckedStamp:
    """What a time stamp proves of the signature it is on (RFC 3161, appendix A); its certificate is judged at `at`."""
    try:
        token = read_token(signature.token or b"")
        value, algorithm = signature.embedded.signer_info["signature"].native, token.digest_algorithm
        digest = _digest(value, algorithm) if algorithm in DIGEST_BYTES else b""
        check_token(token.der, digest, grounds.roots, at=at, **grounds.known)
        chain = grounds.chain(token.certificates, at)
        _require_trust(chain, token.gen_time)
    except TokenInvalid as error:
        outcome = Verdict.INVALID if error.fault in _ALTERED else Verdict.INDETERMINATE
        return CheckedStamp(Finding(Check.TIME_STAMP, outcome, Reason(f"stamp_{error.fault}")))
    time = ProvenTime(token.gen_time, Proof.TIME_STAMP, signature.length)
    return CheckedStamp(Finding(Check.TIME_STAMP, Verdict.VALID), time, chain)


def _require_trust(chain: Sequence[History], at: datetime) -> None:
    # Its certificates may be in order for `check_token` alone, which looks at other copies of them first.
    if not chain:
        raise TokenInvalid(TokenFault.UNTRUSTED)
    # An invalidity date may lie before the token though the revocation itself came later.
    if any(each.revocation and ended_at(each.revocation) <= at for each in chain):
        raise TokenInvalid(TokenFault.REVOKED)


def _digest(data: bytes, algorithm: str) -> bytes:
    return hashlib.new(algorithm, data).digest()
