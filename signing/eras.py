"""Stretches of time in which a judgement stays the same: nothing that it rests on begins or ends.

PyHanko compares a moment with the times that stand in certificates, OCSP responses and CRLs, or so much before or after
them, and with nothing else.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from asn1crypto.core import GeneralizedTime
from asn1crypto.crl import CertificateList
from asn1crypto.ocsp import OCSPResponse
from cryptography import x509
from pyhanko_certvalidator.policy_decl import FRESHNESS_FALLBACK_VALIDITY_DEFAULT

from signing.remembered import key_of, remembered

ANY_AGE = timedelta(days=36525)
_SKEW = timedelta(minutes=2)  # CLOCK_SKEW of `signing.tokens`
LATER = (timedelta(0), FRESHNESS_FALLBACK_VALIDITY_DEFAULT, -_SKEW, _SKEW, ANY_AGE)
_TOLERANCE = timedelta(seconds=5)  # pyHanko's own, a second or two, and more
_MOST_ENTRIES = 1_000


def era(times: Iterable[datetime] | None, at: datetime) -> str:
    """Where `at` lies between the times: the same for two moments if no comparison with one of them tells them apart.

    Close to one of the times, where tolerances matter, it is the moment itself; so it is where no times are known.
    All times are aware.
    """
    try:
        moments = [at - later for later in LATER]
    except OverflowError:
        times = None
    if times is None:
        return at.isoformat()
    fixed = tuple(times)
    if any(abs(moment - time) <= _TOLERANCE for moment in moments for time in fixed):
        return at.isoformat()
    return " ".join(str(sum(time < moment for time in fixed)) for moment in moments)


def times_of(certificates: Iterable[x509.Certificate]) -> list[datetime]:
    """When these begin and end."""
    return [time for each in certificates for time in (each.not_valid_before_utc, each.not_valid_after_utc)]


def times_in_answers(ocsps: Sequence[bytes], crls: Sequence[bytes]) -> list[datetime] | None:
    """All times that stand in these (DER). None for what cannot be read, and for long lists."""
    found = [remembered.get("ocsp times", key_of(der), partial(_times, _in_ocsp, der)) for der in ocsps]
    found += [remembered.get("crl times", key_of(der), partial(_times, _in_crl, der)) for der in crls]
    return None if any(each is None for each in found) else [time for each in found for time in each or ()]


def _times(reader: Callable[[bytes], Iterator[datetime | None]], der: bytes) -> tuple[datetime, ...] | None:
    try:
        return tuple(each for each in reader(der) if each)
    except Exception:  # noqa: BLE001 - bytes made to deceive make parsers raise anything
        return None


def _in_ocsp(der: bytes) -> Iterator[datetime | None]:
    response = OCSPResponse.load(der, strict=True)
    yield response.response_data["produced_at"].native
    for each in response.response_data["responses"]:
        yield each["this_update"].native
        yield each["next_update"].native
        if each["cert_status"].name == "revoked":
            yield each["cert_status"].chosen["revocation_time"].native
        yield _native(each.invalidity_date_value)
    for certificate in response.basic_ocsp_response["certs"]:
        yield certificate.not_valid_before
        yield certificate.not_valid_after


def _in_crl(der: bytes) -> Iterator[datetime | None]:
    signed = CertificateList.load(der, strict=True)["tbs_cert_list"]
    yield signed["this_update"].native
    yield signed["next_update"].native
    entries = signed["revoked_certificates"]
    if len(entries) > _MOST_ENTRIES:
        raise ValueError(len(entries))
    for entry in entries:
        yield entry["revocation_date"].native
        yield _native(entry.invalidity_date_value)


def _native(value: GeneralizedTime | None) -> datetime | None:
    found: datetime | None = value.native if value is not None else None
    return found
