"""Questions to trust services over HTTP (time stamps, OCSP, CRLs): bounded in time and size, never redirected."""

import ssl
from dataclasses import dataclass
from functools import cache
from time import monotonic

import httpx

from signing.errors import ProviderUnavailable


class ServiceUnreachable(ProviderUnavailable):
    """No connection, or an HTTP status other than 200."""


class ServiceTooSlow(ProviderUnavailable):
    """No whole answer within the time allowed."""


class ServiceRefused(ProviderUnavailable):
    """The service answered, and said no."""


class AnswerWrong(ProviderUnavailable):
    """What came is no answer to the question, or must not be believed."""


class ClockWrong(ProviderUnavailable):
    """The service's clock and ours differ too much; one of them is wrong."""


@dataclass(frozen=True)
class ServiceKind:
    """`name` begins a sentence in Vietnamese; `asks` is the media type of a question, `limit` in bytes of an answer."""

    name: str
    limit: int
    asks: str = ""


def host_of(url: str) -> str:
    """The host that would be asked, read as the client reads it; "" if the address makes no sense."""
    try:
        return httpx.URL(url).host
    except httpx.InvalidURL:
        return ""


class WebServices:
    """Keeps connections open; may be used by several threads at once."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        # The answer is read as it comes: an unpacked one could be far larger than what came over the wire.
        self._client = httpx.Client(verify=tls(), timeout=timeout_s, headers={"Accept-Encoding": "identity"})

    def ask(self, kind: ServiceKind, url: str, question: bytes | None = None) -> bytes:
        """The body of the answer to a POST of the question, or to a GET if there is none.

        Raises ServiceUnreachable, ServiceTooSlow, and AnswerWrong if it is too long.
        """
        called = f"{kind.name} {host_of(url)}"
        method, headers = ("GET", {}) if question is None else ("POST", {"Content-Type": kind.asks})
        try:
            with self._client.stream(method, url, content=question, headers=headers) as response:
                if response.status_code != httpx.codes.OK:
                    raise ServiceUnreachable(f"{called} không phục vụ được lúc này (mã HTTP {response.status_code}).")
                return self._read(response, kind, called)
        except httpx.TimeoutException as error:
            raise self._too_slow(called) from error
        except httpx.HTTPError as error:
            raise ServiceUnreachable(f"Không kết nối được với {called[0].lower()}{called[1:]}.") from error

    def close(self) -> None:
        self._client.close()

    def _read(self, response: httpx.Response, kind: ServiceKind, called: str) -> bytes:
        # httpx bounds each wait for bytes; an answer that trickles must come to its end as well.
        answer, until = bytearray(), monotonic() + self._timeout_s
        for chunk in response.iter_raw():
            answer += chunk
            if len(answer) > kind.limit:
                raise AnswerWrong(f"{called} gửi câu trả lời dài bất thường.")
            if monotonic() > until:
                raise self._too_slow(called)
        return bytes(answer)

    def _too_slow(self, called: str) -> ServiceTooSlow:
        return ServiceTooSlow(f"{called} trả lời quá chậm (quá {self._timeout_s:g} giây).")


@cache
def tls() -> ssl.SSLContext:
    """Made once: to read all the authorities of the world takes longer than many an answer."""
    return httpx.create_ssl_context()
