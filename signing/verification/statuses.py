"""What OCSP responses and CRLs say of the certificates of a chain, at any time, without network or clock.

PyHanko asks whether there is an answer that was current at a time. That is too little here: an answer made later also
tells how things stood before, a revocation told by one answer outweighs a "good" in another, and an invalidity date
reaches back behind a revocation.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto.crl import CertificateList, TbsCertList
from asn1crypto.ocsp import OCSPResponse, SingleResponse
from asn1crypto.x509 import Certificate
from cryptography import x509
from pyhanko_certvalidator.authority import Authority

from signing.dss import ValidationMaterial
from signing.status_checks import Judge, Source, Status, StatusCheck, Subject
from signing.verification.verdicts import Revocation

_LOST = frozenset({"key_compromise", "ca_compromise", "aa_compromise"})


@dataclass(frozen=True)
class Answer:
    """An OCSP response or CRL as read, not yet believed; `is_inside` if it came with the file."""

    source: Source
    der: bytes
    parsed: OCSPResponse | CertificateList
    is_inside: bool

    def about(self, certificate: Certificate) -> SingleResponse | TbsCertList | None:
        """What speaks of the certificate: one of the responses, or the whole list; None if nothing does."""
        if self.source is Source.CRL:
            return self.parsed["tbs_cert_list"] if self.parsed.issuer == certificate.issuer else None
        responses, serial = self.parsed.response_data["responses"], certificate.serial_number
        return next((each for each in responses if each["cert_id"]["serial_number"].native == serial), None)


@dataclass(frozen=True)
class Statement:
    """What one answer, found genuine, says of one certificate; `until` is the end of its own validity."""

    answer: Answer
    status: Status
    made_at: datetime
    until: datetime
    revocation: Revocation | None


@dataclass(frozen=True)
class History:
    """All that is known of one certificate, oldest statement first."""

    subject: Subject
    statements: tuple[Statement, ...]

    @property
    def revocation(self) -> Revocation | None:
        """The final one, not a suspension; of several, the one that reaches back farthest."""
        found = [each.revocation for each in self.statements if each.status is Status.REVOKED and each.revocation]
        return min(found, key=ended_at, default=None)

    @property
    def suspension(self) -> Revocation | None:
        """A suspension that no later answer lifts; lifted, it is as if it had never been (RFC 5280 section 5.3.1)."""
        latest = self.statements[-1] if self.statements else None
        return latest.revocation if latest and latest.status is Status.SUSPENDED else None

    @property
    def is_known(self) -> bool:
        """Whether anything in the file speaks of it, or it names nobody who could be asked."""
        return not self.subject.addresses() or any(each.answer.is_inside for each in self.statements)

    def is_good_at(self, at: datetime) -> bool:
        """Whether an answer of then or later says that it was not revoked then.

        An answer from after its end says nothing: lists drop certificates that have expired (RFC 5280 section 3.3).
        """
        revocation = self.revocation
        if revocation is not None:
            return ended_at(revocation) > at
        end = self.subject.certificate.not_valid_after
        good = [each for each in self.statements if each.status is Status.GOOD and each.made_at <= end]
        return not self.subject.addresses() or any(at <= each.until for each in good)


def ended_at(revocation: Revocation) -> datetime:
    """From when nothing is to be believed: the invalidity date if the key was lost, else the revocation."""
    if revocation.invalid_since is None or revocation.reason not in _LOST:
        return revocation.at
    return min(revocation.at, revocation.invalid_since)


def read_answers(material: ValidationMaterial, *, is_inside: bool) -> list[Answer]:
    """The answers that can be read; what cannot be read proves nothing."""
    found = []
    for der in material.ocsps:
        with suppress(Exception):
            response = OCSPResponse.load(der, strict=True)
            if response.response_data["responses"].native:
                found.append(Answer(Source.OCSP, der, response, is_inside))
    for der in material.crls:
        with suppress(Exception):
            crl = CertificateList.load(der, strict=True)
            if crl.issuer.native and crl["tbs_cert_list"]["this_update"].native:
                found.append(Answer(Source.CRL, der, crl, is_inside))
    return found


class Answers:
    """All answers at hand. What they say of an authority is looked up once, however many signatures rest on it."""

    def __init__(self, answers: Sequence[Answer], roots: Sequence[x509.Certificate]) -> None:
        self.all, self._roots = tuple(answers), tuple(roots)
        self._found: dict[tuple[bytes, Authority], tuple[Statement, ...]] = {}

    async def history(self, subject: Subject) -> History:
        """What they say of a certificate."""
        key = subject.certificate.dump(), subject.path.find_issuing_authority(subject.certificate)
        if key not in self._found:
            statements = [await _statement(subject, answer, self._roots) for answer in self.all]
            self._found[key] = tuple(sorted((each for each in statements if each), key=lambda each: each.made_at))
        return History(subject, self._found[key])


async def _statement(subject: Subject, answer: Answer, roots: Sequence[x509.Certificate]) -> Statement | None:
    """What the answer said when it was made; None if it is not about this certificate or not to be believed."""
    try:
        entry = answer.about(subject.certificate)
        if entry is None:
            return None
        check = await Judge(roots, entry["this_update"].native).check(subject, answer.source, answer.der, "")
        revocation = _revocation(check, entry, subject.certificate)
    except Exception:  # noqa: BLE001 - bytes made to deceive make parsers raise anything
        return None
    return Statement(answer, check.status, check.this_update, check.fresh_until, revocation)


def _revocation(check: StatusCheck, entry: SingleResponse | TbsCertList, certificate: Certificate) -> Revocation | None:
    if check.revoked_at is None:
        return None
    if isinstance(entry, TbsCertList):
        listed, serial = entry["revoked_certificates"], certificate.serial_number
        entry = next(each for each in listed if each["user_certificate"].native == serial)
    date = entry.invalidity_date_value
    return Revocation(check.revoked_at, check.reason or "unspecified", date.native.astimezone(UTC) if date else None)
