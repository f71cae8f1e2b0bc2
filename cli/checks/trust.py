"""Trust: the roots, and one real time stamp, with whose certificate it is and what time it tells."""

import asyncio
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509

from cli.checks.database import clock
from cli.checks.finding import Finding, fine, say_age, watch, wrong
from config.settings import Settings
from signing.errors import ProviderUnavailable
from signing.timestamps import TimeStampService
from signing.tokens import Token
from signing.trust_store import trusted_roots

ENDING: Final = timedelta(days=60)  # a root and its authority are changed for a whole country


async def examine(settings: Settings) -> list[Finding]:
    return await asyncio.to_thread(_examine, settings)


def _examine(settings: Settings) -> list[Finding]:
    roots = trusted_roots(settings.trust_file)
    if not roots:
        said, advice = "nobody is trusted, so nobody can sign", f"put the roots into {settings.trust_file}"
        return [wrong("trust", said, advice)]
    if not settings.tsa_url:
        said = "no service is named, so nothing outside the demo can be sealed"
        return [_roots(roots), wrong("time stamps", said, "set HOCBA_TSA_URL to an RFC 3161 service")]
    return [_roots(roots), *_stamped(TimeStampService(settings.tsa_url, roots, timeout_s=10), settings.tsa_url)]


def _roots(roots: Iterable[x509.Certificate]) -> Finding:
    found = list(roots)
    left = min(each.not_valid_after_utc for each in found) - datetime.now(UTC)
    return _ends("trust", f"{len(found)} root certificates", left, "add the root that follows to HOCBA_TRUST_FILE")


def _stamped(service: TimeStampService, url: str) -> list[Finding]:
    before = datetime.now(UTC)
    try:
        token = service.stamp(secrets.token_bytes(32))
    except ProviderUnavailable as error:
        return [wrong("time stamps", f"{url}: {type(error).__name__}. {error.message}", _NO_STAMP)]
    finally:
        service.close()
    after = datetime.now(UTC)
    return [of_service(url, token, after), time_of(token, before, after)]


_NO_STAMP: Final = "ask the service, see its address and the way there; seals wait meanwhile, and go on by themselves"


def of_service(url: str, token: Token, now: datetime) -> Finding:
    ends = min(each.not_valid_after_utc for each in token.certificates)
    advice = "ask the service for its next certificate; its root must be in HOCBA_TRUST_FILE before"
    return _ends("time stamps", f"{url} answers", ends - now, advice)


def time_of(token: Token, before: datetime, after: datetime) -> Finding:
    """A stamp tells whole seconds; it was made at some moment between these two."""
    nearest = min(max(token.gen_time, before.replace(microsecond=0)), after)
    return clock("time of the stamps", (token.gen_time - nearest).total_seconds())


def _ends(subject: str, what: str, left: timedelta, advice: str) -> Finding:
    said = f"{what}; the first to end has {say_age(left.total_seconds())} left"
    if left <= timedelta(0):
        return wrong(subject, f"{what}; one ended {say_age(left.total_seconds())} ago", advice)
    return watch(subject, said, advice) if left < ENDING else fine(subject, said)
