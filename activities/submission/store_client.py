"""Talks to a record store over HTTP: bounded in time and size, never redirected."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Final

import httpx
from pydantic import BaseModel, ValidationError

from domain.errors import DomainError, Invalid
from domain.submission.answers import Pong, Receipt
from interchange.receipts import MAX_BYTES, read_pong, read_receipt
from signing.web_services import tls

XML: Final = "application/xml"
_PING_BYTES: Final = 4096
_LONGEST: Final = 3600.0  # seconds: whatever a store asks for, it is tried once an hour
_SHOWN: Final = 1000  # characters of a refusal that are kept
_BUSY: Final = frozenset({429, 503})
# With a reason that people can read; anything else may be a wrong address or something on the way there.
_FINAL: Final = frozenset({400, 401, 403, 409, 413, 415, 422})
_Asked = tuple[int, bytes, Mapping[str, str]]


class NotReached(DomainError):
    """No usable answer now. `after`: seconds the store asked to wait; None if it did not say."""

    code = "NotReached"

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class TurnedDown(DomainError):
    """The store will not have this packet, however often it is sent."""

    code = "TurnedDown"


class _Problem(BaseModel):
    detail: str = ""


class StoreClient:
    """One store; may be used by several threads at once."""

    def __init__(self, name: str, url: str, timeout_s: float = 60) -> None:
        self.name = name
        self._url = url
        self._timeout_s = timeout_s
        self._client = httpx.Client(verify=tls(), timeout=timeout_s, headers={"Accept-Encoding": "identity"})

    def deliver(self, data: bytes) -> Receipt:
        """Send a packet; the same packet may be sent again. Raises NotReached, TurnedDown."""
        status, answer, headers = self._ask("POST", "/packets", data, MAX_BYTES)
        if status in _BUSY:
            raise NotReached(f"{self.name} đang bận.", _asked_to_wait(headers))
        reason = _detail(answer) if status in _FINAL else ""
        if reason:
            raise TurnedDown(reason)
        if status != httpx.codes.OK:
            raise NotReached(f"{self.name} không phục vụ được lúc này (mã HTTP {status}).")
        try:
            return read_receipt(answer)
        except Invalid as error:
            raise NotReached(error.message) from error

    def ping(self) -> Pong:
        """Whether a store is there. Raises NotReached."""
        status, answer, _ = self._ask("GET", "/ping", None, _PING_BYTES, timeout_s=5)
        if status != httpx.codes.OK:
            raise NotReached(f"{self.name} trả lời với mã HTTP {status}.")
        try:
            return read_pong(answer)
        except Invalid as error:
            raise NotReached(error.message) from error

    def close(self) -> None:
        self._client.close()

    def _ask(self, method: str, path: str, body: bytes | None, limit: int, *, timeout_s: float | None = None) -> _Asked:
        seconds = timeout_s or self._timeout_s
        headers = {"Content-Type": XML} if body is not None else {}
        until = monotonic() + seconds
        try:
            with self._client.stream(
                method, self._url + path, content=body, headers=headers, timeout=seconds
            ) as response:
                answer = bytearray()
                for chunk in response.iter_raw():
                    answer += chunk
                    if len(answer) > limit:
                        raise NotReached(f"{self.name} gửi câu trả lời dài bất thường.")
                    if monotonic() > until:
                        raise NotReached(f"{self.name} trả lời quá chậm.")
                return response.status_code, bytes(answer), response.headers
        except httpx.TimeoutException as error:
            raise NotReached(f"{self.name} trả lời quá chậm.") from error
        except httpx.HTTPError as error:
            raise NotReached(f"Không kết nối được với {self.name}.") from error


def pause(error: NotReached, attempts: int, urgency: int) -> float:
    """Seconds until the next attempt: never sooner than the store asked, later by chance, least for the most urgent.

    Without the store's word: 5 s, doubled with each attempt up to 15 minutes.
    """
    spread = random.uniform(0, 0.15 * urgency)  # noqa: S311 - so that not all come back at once
    if error.after is not None:
        return min(error.after, _LONGEST) * (1 + spread)
    return float(min(5 * 2 ** min(attempts - 1, 10), 900) * (1 + spread))


def _asked_to_wait(headers: Mapping[str, str]) -> float | None:
    """Retry-After (RFC 9110, 10.2.3) in seconds or as a date; None if it makes no sense."""
    given = headers.get("Retry-After", "").strip()
    if given.isdecimal():
        return max(float(given[:9]), 1.0)
    try:
        at = parsedate_to_datetime(given)
    except ValueError:
        return None
    moment = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 1.0)


def _detail(answer: bytes) -> str:
    """What a store says in RFC 9457 problem details."""
    try:
        return _Problem.model_validate_json(answer[:65536]).detail[:_SHOWN]
    except ValidationError:
        return ""
