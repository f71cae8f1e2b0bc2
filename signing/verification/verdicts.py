"""What a verification found, as plain facts; `sentences` says them in Vietnamese and English."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.documents import DocumentKind


class Verdict(StrEnum):
    """ETSI EN 319 102-1 section 5.1.3: total-passed, total-failed, indeterminate."""

    VALID = "valid"
    INVALID = "invalid"
    INDETERMINATE = "indeterminate"


class Check(StrEnum):
    """What is looked at; the names are stable and part of the JSON output."""

    STRUCTURE = "structure"
    RECORD_ATTACHED = "record_attached"
    RECORD_CANONICAL = "record_canonical"
    HASH_PRINTED = "hash_printed"
    PRINTED = "printed"
    EXCHANGED = "exchanged"
    STATIC = "static"
    PLAN = "plan"
    ALL_SIGNED = "all_signed"
    REVISIONS = "revisions"
    WHOLE_FILE = "whole_file"
    EVIDENCE = "evidence"
    INTACT = "intact"
    ENCODING = "encoding"
    UNCHANGED_AFTER = "unchanged_after"
    SIGNER = "signer"
    TRUSTED = "trusted"
    TIME_STAMP = "time_stamp"
    TIME = "time"
    IN_FORCE = "in_force"
    ALGORITHM = "algorithm"
    VALIDATION_DATA = "validation_data"


class Reason(StrEnum):
    """Why a check failed, where there is more than one way to; `stamp_` and what follows is a `TokenFault`."""

    REVOKED = "revoked"
    KEY_LOST = "key_lost"
    SUSPENDED = "suspended"
    NOT_YET_VALID = "not_yet_valid"
    OUT_OF_DATE = "out_of_date"
    NO_STATUS = "no_status"
    CHAIN = "chain"
    STAMP_MISSING = "stamp_missing"
    STAMP_UNREADABLE = "stamp_unreadable"
    STAMP_IMPRINT = "stamp_imprint"
    STAMP_SIGNATURE = "stamp_signature"
    STAMP_SIGNING_CERTIFICATE = "stamp_signing_certificate"
    STAMP_USAGE = "stamp_usage"
    STAMP_TIME = "stamp_time"
    STAMP_EXPIRED = "stamp_expired"
    STAMP_UNTRUSTED = "stamp_untrusted"
    STAMP_REVOKED = "stamp_revoked"
    EVIDENCE_MISFIT = "evidence_misfit"
    EVIDENCE_EXPIRED = "evidence_expired"


class Proof(StrEnum):
    """What says when a signature existed; `CURRENT` proves nothing about the past: all is in force at the moment."""

    EVIDENCE = "evidence"
    TIME_STAMP = "time_stamp"
    CURRENT = "current"
    NONE = "none"


class Level(StrEnum):
    """PAdES levels (ETSI EN 319 142-1); "+ERS": an evidence record (RFC 4998) covers the signature."""

    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"
    B_B_ERS = "B-B+ERS"
    B_T_ERS = "B-T+ERS"
    B_LT_ERS = "B-LT+ERS"


class Standing(StrEnum):
    """How the document stands by the history log; no verifier can see it in the file."""

    IN_FORCE = "in_force"
    RECALLED = "recalled"
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class Finding:
    """`field` is where the content and what is held against it differ: a path such as "subjects.2.score", or ""."""

    check: Check
    outcome: Verdict
    reason: Reason | None = None
    field: str = ""

    @property
    def holds(self) -> bool:
        return self.outcome is Verdict.VALID


@dataclass(frozen=True)
class Revocation:
    """What an authority says of a certificate; times are aware and in UTC, `reason` as in RFC 5280 section 5.3.1.

    `invalid_since` is the authority's invalidity date (section 5.3.2): when the key is thought to have been lost.
    """

    at: datetime
    reason: str
    invalid_since: datetime | None = None


@dataclass(frozen=True)
class SignatureReport:
    """One signature. `claimed_at` is what the signer's software wrote; `proven_at` is proven, by `proof`.

    `unit` is the organisation that the certificate names beside the signer ("" if none); `revocation` is that of a
    certificate of the chain, also when it came after the signature and takes nothing from it.
    """

    field: str
    signer_name: str
    signer_id: str
    expected_id: str
    unit: str
    issuer: str
    algorithm: str
    certificate_from: datetime
    certificate_until: datetime
    claimed_at: datetime | None
    proven_at: datetime | None
    proof: Proof
    level: Level
    revocation: Revocation | None
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        return worst(finding.outcome for finding in self.findings)

    @property
    def holds(self) -> bool:
        return self.verdict is Verdict.VALID


@dataclass(frozen=True)
class Verification:
    """The verdict on one document at `moment`; what its record says is empty when the record cannot be read."""

    file_sha256: str
    moment: datetime
    kind: DocumentKind | None
    lookup_code: str
    school: str
    record_sha256: str
    standing: Standing | None
    findings: tuple[Finding, ...]
    signatures: tuple[SignatureReport, ...]

    @property
    def verdict(self) -> Verdict:
        """Of the document, not of its standing: what was recalled may be signed well."""
        if not self.signatures:
            return Verdict.INVALID
        return worst(finding.outcome for part in self._parts() for finding in part)

    @property
    def holds(self) -> bool:
        """Whether every check of the document and of each signature held."""
        return self.verdict is Verdict.VALID

    def failures(self) -> tuple[Check, ...]:
        """Checks that did not hold, of the document first."""
        return tuple(finding.check for part in self._parts() for finding in part if not finding.holds)

    def _parts(self) -> tuple[tuple[Finding, ...], ...]:
        return self.findings, *(signature.findings for signature in self.signatures)


def worst(outcomes: Iterable[Verdict]) -> Verdict:
    found = set(outcomes)
    return next((each for each in (Verdict.INVALID, Verdict.INDETERMINATE) if each in found), Verdict.VALID)


def judged(check: Check, *, holds: bool, otherwise: Verdict = Verdict.INVALID) -> Finding:
    """A finding that is valid, or `otherwise`."""
    return Finding(check, Verdict.VALID if holds else otherwise)


def compared(check: Check, difference: str | None) -> Finding:
    """A finding that is invalid if there is a difference, whether its field is known or not ("")."""
    return Finding(check, Verdict.VALID if difference is None else Verdict.INVALID, field=difference or "")
