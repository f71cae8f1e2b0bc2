"""Whether a certificate is revoked, judged from one OCSP answer or one CRL, without network or clock."""

from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property

from asn1crypto.crl import CertificateList
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.x509.ocsp import load_der_ocsp_response
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import OCSPValidationIndeterminateError, PathError, RevokedError, ValidationError
from pyhanko_certvalidator.fetchers.common_utils import enumerate_delivery_point_urls, format_ocsp_request
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo, ValidationTimingParams
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import FRESHNESS_FALLBACK_VALIDITY_DEFAULT, NO_REVOCATION, CertRevTrustPolicy
from pyhanko_certvalidator.revinfo.validate_crl import verify_crl
from pyhanko_certvalidator.revinfo.validate_ocsp import verify_ocsp_response
from pyhanko_certvalidator.util import get_ocsp_urls

from signing.cms_template import asn1_certificate
from signing.errors import SigningRefused
from signing.remembered import key_of
from signing.tokens import CLOCK_SKEW


class Status(StrEnum):
    GOOD = "good"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"


class Source(StrEnum):
    OCSP = "ocsp"
    CRL = "crl"


@dataclass(frozen=True)
class StatusCheck:
    """How one certificate stood when it was asked about; all times are aware and in UTC.

    `sha256` (hex) is that of the certificate, `host` the one that answered; `reason` is named as in RFC 5280 section
    5.3.1, with underscores ("key_compromise").
    """

    sha256: str
    status: Status
    revoked_at: datetime | None
    reason: str | None
    source: Source
    host: str
    produced_at: datetime
    this_update: datetime
    next_update: datetime | None
    checked_at: datetime

    @property
    def fresh_until(self) -> datetime:
        """Until when verifiers take the answer as current; pyHanko gives half an hour to one that does not say."""
        return self.next_update or self.this_update + FRESHNESS_FALLBACK_VALIDITY_DEFAULT


@dataclass(frozen=True)
class Subject:
    """A certificate to ask about, on a path to a trusted root that was found valid."""

    certificate: Certificate
    path: ValidationPath

    @property
    def sha256(self) -> str:
        return str(self.certificate.sha256.hex())

    @cached_property
    def key(self) -> bytes:
        """Over the certificate and the path from its root."""
        path = [each.dump() for each in self.path.iter_certs(include_root=True)]
        return key_of(self.certificate.dump(), len(path), *path)

    @cached_property
    def own_key(self) -> bytes:
        """Over the certificate and those above it alone: of an authority, whoever it is that it issued for."""
        path = [each.dump() for each in self.path.iter_certs(include_root=True)]
        return key_of(*path[: path.index(self.certificate.dump()) + 1])

    @cached_property
    def can_be_asked_about(self) -> bool:
        return bool(self.addresses())

    def addresses(self) -> list[tuple[Source, str]]:
        """Where the certificate says it can be asked about, in the order of asking; http and https only."""
        points = self.certificate.crl_distribution_points
        lists = [url for point in points for url in enumerate_delivery_point_urls(point)]
        return [(Source.OCSP, url) for url in get_ocsp_urls(self.certificate)] + [(Source.CRL, url) for url in lists]

    def ocsp_request(self) -> bytes:
        """DER, without nonce: with one, a responder could not answer from what it has made beforehand (RFC 5019)."""
        issuer = self.path.find_issuing_authority(self.certificate)
        # Names only, nothing is protected by it: SHA-1 is what every responder understands (RFC 5019 section 2.1.1).
        request = format_ocsp_request(self.certificate, issuer, certid_hash_algo="sha1", request_nonces=False)
        return bytes(request.dump())


@dataclass(frozen=True)
class _Times:
    produced_at: datetime
    this_update: datetime
    next_update: datetime | None


@dataclass(frozen=True)
class _Verdict:
    status: Status
    revoked_at: datetime | None = None
    reason: str | None = None


class Judge:
    """Judges at one moment, with the roots given."""

    def __init__(self, roots: Sequence[x509.Certificate], at: datetime) -> None:
        self._roots, self.at = [asn1_certificate(root) for root in roots], at

    async def subjects(self, chain: Sequence[x509.Certificate]) -> list[Subject]:
        """The certificates between a chain's leaf and its root, the leaf first, the root left out.

        Raises SigningRefused if the leaf is a root or leads to none, or one of them is not valid at the moment.
        """
        leaf, *above = (asn1_certificate(each) for each in chain)
        validator = CertificateValidator(leaf, intermediate_certs=above, validation_context=self._context())
        try:
            path = await validator.async_validate_path()
        except (PathError, ValidationError) as error:
            raise SigningRefused("Chứng thư số không do tổ chức được tin cậy cấp hoặc không còn hiệu lực.") from error
        found = [Subject(each, path) for each in path.iter_certs(include_root=False)]
        if not found:
            raise SigningRefused("Chứng thư số gốc không dùng để ký.")
        return found[::-1]

    async def check(self, subject: Subject, source: Source, der: bytes, host: str) -> StatusCheck:
        """What an OCSP response (RFC 6960 section 3.2) or a CRL (RFC 5280 section 6.3) in DER says of a certificate.

        Raises errors of any kind if it proves nothing.
        """
        judged = self._by_ocsp if source is Source.OCSP else self._by_crl
        verdict, times = await judged(subject, der)
        return StatusCheck(
            sha256=subject.sha256,
            status=verdict.status,
            revoked_at=verdict.revoked_at,
            reason=verdict.reason,
            source=source,
            host=host,
            produced_at=times.produced_at,
            this_update=times.this_update,
            next_update=times.next_update,
            checked_at=self.at,
        )

    async def _by_ocsp(self, subject: Subject, der: bytes) -> tuple[_Verdict, _Times]:
        context = self._context(subject.path.iter_certs(include_root=False), ocsps=[der])
        verdict = await _verdict(verify_ocsp_response(subject.certificate, subject.path, context))
        answer = load_der_ocsp_response(der)
        own = next(each for each in answer.responses if each.serial_number == subject.certificate.serial_number)
        return verdict, _Times(answer.produced_at_utc, own.this_update_utc, own.next_update_utc)

    async def _by_crl(self, subject: Subject, der: bytes) -> tuple[_Verdict, _Times]:
        crl = CertificateList.load(der, strict=True)
        context = self._context(subject.path.iter_certs(include_root=False), crls=[crl])
        verdict = await _verdict(verify_crl(subject.certificate, subject.path, context))
        this_update, next_update = (crl["tbs_cert_list"][name].native for name in ("this_update", "next_update"))
        return verdict, _Times(this_update, this_update, next_update)

    def _context(
        self,
        certificates: Iterable[Certificate] = (),
        *,
        crls: Sequence[CertificateList] = (),
        ocsps: Sequence[bytes] = (),
    ) -> ValidationContext:
        context = ValidationContext(
            trust_roots=self._roots,
            other_certs=certificates,
            crls=crls,
            ocsps=ocsps,
            moment=self.at,
            revinfo_policy=CertRevTrustPolicy(NO_REVOCATION),
        )
        # Otherwise pyHanko would take a revocation between the moment and the answer for no answer at all.
        timing = ValidationTimingInfo(self.at, self.at, point_in_time_validation=False)
        context.timing_params = ValidationTimingParams(timing, CLOCK_SKEW)
        return context


async def _verdict(verifying: Awaitable[None]) -> _Verdict:
    try:
        await verifying
    except RevokedError as error:
        reason = error.reason.native
        status = Status.SUSPENDED if reason == "certificate_hold" else Status.REVOKED
        return _Verdict(status, error.revocation_dt.astimezone(UTC), reason)
    except OCSPValidationIndeterminateError as error:
        # Nothing is wrong with the answer, and still it says neither "good" nor "revoked".
        if not error.failures:
            return _Verdict(Status.UNKNOWN)
        raise
    return _Verdict(Status.GOOD)
