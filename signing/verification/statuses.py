"""What OCSP responses and CRLs say of the certificates of a chain, at any time, without network or clock.

PyHanko asks whether there is an answer that was current at a time. That is too little here: an answer made later also
tells how things stood before, a revocation told by one answer outweighs a "good" in another, and an invalidity date
reaches back behind a revocation.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from asn1crypto.crl import CertificateList, TbsCertList
from asn1crypto.ocsp import OCSPResponse, SingleResponse
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing.coroutines import run_coroutine
from signing.dss import ValidationMaterial
from signing.remembered import key_of, remembered
from signing.status_checks import Judge, Source, Status, StatusCheck, Subject
from signing.verification.verdicts import Revocation

_LOST = frozenset({"key_compromise", "ca_compromise", "aa_compromise"})


@dataclass(frozen=True)
class Answer:
    """An OCSP response or CRL as read, not yet believed; `is_inside` if it came with the file."""

    source: Source
    der: bytes
    is_inside: bool

    @cached_property
    def key(self) -> bytes:
        return key_of(self.source, self.der)

    @cached_property
    def parsed(self) -> OCSPResponse | CertificateList:
        kind = OCSPResponse if self.source is Source.OCSP else CertificateList
        return kind.load(self.der, strict=True)

    @cached_property
    def is_readable(self) -> bool:
        return remembered.get("readable", self.key, self._can_be_read)

    def _can_be_read(self) -> bool:
        with suppress(Exception):
            if self.source is Source.OCSP:
                return bool(self.parsed.response_data["responses"].native)
            return bool(self.parsed.issuer.native and self.parsed["tbs_cert_list"]["this_update"].native)
        return False

    def about(self, certificate: Certificate) -> SingleResponse | TbsCertList | None:
        """What speaks of the certificate: one of the responses, or the whole list; None if nothing does."""
        if self.source is Source.CRL:
            return self.parsed["tbs_cert_list"] if self.parsed.issuer == certificate.issuer else None
        responses, serial = self.parsed.response_data["responses"], certificate.serial_number
        return next((each for each in responses if each["cert_id"]["serial_number"].native == serial), None)


@dataclass(frozen=True)
class Told:
    """What an answer, found genuine, says of one certificate; `until` is the end of its own validity."""

    status: Status
    made_at: datetime
    until: datetime
    revocation: Revocation | None


@dataclass(frozen=True)
class Statement:
    answer: Answer
    told: Told


@dataclass(frozen=True)
class History:
    """All that is known of one certificate, oldest statement first."""

    subject: Subject
    statements: tuple[Statement, ...]

    @property
    def revocation(self) -> Revocation | None:
        """The final one, not a suspension; of several, the one that reaches back farthest."""
        told = [each.told for each in self.statements]
        found = [each.revocation for each in told if each.status is Status.REVOKED and each.revocation]
        return min(found, key=ended_at, default=None)

    @property
    def suspension(self) -> Revocation | None:
        """A suspension that no later answer lifts; lifted, it is as if it had never been (RFC 5280 section 5.3.1)."""
        latest = self.statements[-1].told if self.statements else None
        return latest.revocation if latest and latest.status is Status.SUSPENDED else None

    @property
    def is_known(self) -> bool:
        """Whether anything in the file speaks of it, or it names nobody who could be asked."""
        return not self.subject.can_be_asked_about or any(each.answer.is_inside for each in self.statements)

    def is_good_at(self, at: datetime) -> bool:
        """Whether an answer of then or later says that it was not revoked then.

        An answer from after its end says nothing: lists drop certificates that have expired (RFC 5280 section 3.3).
        """
        revocation = self.revocation
        if revocation is not None:
            return ended_at(revocation) > at
        end = self.subject.certificate.not_valid_after
        told = [each.told for each in self.statements]
        good = [each for each in told if each.status is Status.GOOD and each.made_at <= end]
        return not self.subject.can_be_asked_about or any(at <= each.until for each in good)


def ended_at(revocation: Revocation) -> datetime:
    """From when nothing is to be believed: the invalidity date if the key was lost, else the revocation."""
    if revocation.invalid_since is None or revocation.reason not in _LOST:
        return revocation.at
    return min(revocation.at, revocation.invalid_since)


def read_answers(material: ValidationMaterial, *, is_inside: bool) -> list[Answer]:
    """The answers that can be read; what cannot be read proves nothing."""
    found = [Answer(Source.OCSP, der, is_inside) for der in material.ocsps]
    found += [Answer(Source.CRL, der, is_inside) for der in material.crls]
    return [each for each in found if each.is_readable]


class Answers:
    """All answers at hand. What one of them says of a certificate is judged once, in whatever document it comes."""

    def __init__(self, answers: Sequence[Answer], roots: Sequence[x509.Certificate]) -> None:
        self.all, self._roots = tuple(answers), tuple(roots)
        self._roots_key = key_of(*(each.public_bytes(Encoding.DER) for each in roots))

    def history(self, subject: Subject) -> History:
        """What they say of a certificate."""
        told = [(each, self._told(subject, each)) for each in self.all]
        statements = [Statement(answer, found) for answer, found in told if found]
        return History(subject, tuple(sorted(statements, key=lambda each: each.told.made_at)))

    def _told(self, subject: Subject, answer: Answer) -> Told | None:
        key = key_of(self._roots_key, subject.key, answer.key)
        return remembered.get("told", key, lambda: run_coroutine(_told(subject, answer, self._roots)))


async def _told(subject: Subject, answer: Answer, roots: Sequence[x509.Certificate]) -> Told | None:
    """What the answer said when it was made; None if it is not about this certificate or not to be believed."""
    try:
        entry = answer.about(subject.certificate)
        if entry is None:
            return None
        check = await Judge(roots, entry["this_update"].native).check(subject, answer.source, answer.der, "")
        revocation = _revocation(check, entry, subject.certificate)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - bytes made to deceive make parsers raise anything
        return None
    return Told(check.status, check.this_update, check.fresh_until, revocation)


def _revocation(check: StatusCheck, entry: SingleResponse | TbsCertList, certificate: Certificate) -> Revocation | None:
    if check.revoked_at is None:
        return None
    if isinstance(entry, TbsCertList):
        listed, serial = entry["revoked_certificates"], certificate.serial_number
        entry = next(each for each in listed if each["user_certificate"].native == serial)
    date = entry.invalidity_date_value
    return Revocation(check.revoked_at, check.reason or "unspecified", date.native.astimezone(UTC) if date else None)
