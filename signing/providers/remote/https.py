"""JSON over HTTPS to a remote signing service: its certificate is verified, its answers are bounded in time and size.

What is tried twice: opening a connection, for every call, since nothing has been sent by then. And a call that only
reads (`repeat`), when the connection broke under it. Nothing else is ever repeated: a PIN, a one-time password or a
permission to sign may have been used up by the first time.
"""

import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, TypeVar

import httpx
from pydantic import BaseModel, HttpUrl, UrlConstraints, ValidationError

from signing.errors import ProviderUnavailable

UNREACHABLE = "Không kết nối được dịch vụ ký số từ xa; hãy thử lại sau."
UNTRUSTED = "Không xác minh được máy chủ của dịch vụ ký số từ xa; hãy báo cho người quản trị."
TOO_SLOW = "Dịch vụ ký số từ xa không trả lời kịp; hãy thử lại sau."
OUT_OF_ORDER = "Dịch vụ ký số từ xa đang gặp sự cố; hãy thử lại sau."
UNREADABLE = "Dịch vụ ký số từ xa trả lời không đúng định dạng; hãy báo cho người quản trị."

ANSWER_LIMIT = 1 << 20  # bytes; a hundred RSA-4096 signatures take 70 kB

HttpsUrl = Annotated[HttpUrl, UrlConstraints(allowed_schemes=["https"])]
Read = TypeVar("Read", bound=BaseModel)


@dataclass(frozen=True)
class Reply:
    """An answer of a service that works: status below 500. A refusal without JSON has an empty body."""

    status: int
    body: Mapping[str, object] = field(repr=False)

    def read(self, shape: type[Read]) -> Read:
        """The body as this model. Raises ProviderUnavailable when it is anything else."""
        try:
            return shape.model_validate(self.body)
        except ValidationError:
            # What came may hold a secret, and pydantic's error would quote it.
            raise ProviderUnavailable(UNREADABLE) from None


class Https:
    """A client for one service; it is safe to share between threads, and is closed when its owner is."""

    def __init__(self, ca_bundle: Path | None, timeout: float) -> None:
        self._timeout = timeout
        context = ssl.create_default_context(cafile=ca_bundle)
        # A transport of our own takes no proxies from the environment: the configuration alone says where secrets go.
        self._client = httpx.Client(
            transport=httpx.HTTPTransport(verify=context, retries=1),
            headers={"accept-encoding": "identity"},  # compressed, a small answer could be a very large one
        )

    def close(self) -> None:
        self._client.close()

    def json(
        self,
        url: str,
        body: Mapping[str, object],
        headers: Mapping[str, str],
        *,
        repeat: bool = False,
        timeout: float | None = None,
    ) -> Reply:
        """POST a JSON object; `timeout` in seconds. Raises ProviderUnavailable."""
        limit = timeout or self._timeout
        encoded = {name.encode(): value.encode() for name, value in headers.items()}
        request = self._client.build_request("POST", url, json=body, headers=encoded, timeout=limit)
        return self._reply(request, limit, repeat=repeat)

    def form(self, url: str, fields: Mapping[str, str]) -> Reply:
        """POST a form, as OAuth wants it (RFC 6749 section 4.4.2). Raises ProviderUnavailable."""
        request = self._client.build_request("POST", url, data=fields, timeout=self._timeout)
        return self._reply(request, self._timeout, repeat=True)

    def _reply(self, request: httpx.Request, timeout: float, *, repeat: bool) -> Reply:
        # "from None" throughout: the library's errors hold the request, and with it secrets.
        try:
            return self._send(request, timeout)
        except httpx.TimeoutException:
            raise ProviderUnavailable(TOO_SLOW) from None
        except httpx.HTTPError as error:
            if not repeat:
                raise ProviderUnavailable(_reason(error)) from None
        return self._reply(request, timeout, repeat=False)

    def _send(self, request: httpx.Request, timeout: float) -> Reply:
        # The library's own limit starts anew with each piece that arrives.
        deadline = time.monotonic() + timeout
        response = self._client.send(request, stream=True)
        try:
            received = bytearray()
            for piece in response.iter_raw():
                received += piece
                if len(received) > ANSWER_LIMIT:
                    raise ProviderUnavailable(UNREADABLE)
                if time.monotonic() > deadline:
                    raise ProviderUnavailable(TOO_SLOW)
        finally:
            response.close()
        return _judged(response.status_code, bytes(received))


def _judged(status: int, received: bytes) -> Reply:
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status == httpx.codes.TOO_MANY_REQUESTS:
        raise ProviderUnavailable(OUT_OF_ORDER)
    try:
        body = json.loads(received or b"{}")
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict):
        return Reply(status, body)
    if status >= httpx.codes.BAD_REQUEST:
        return Reply(status, {})
    raise ProviderUnavailable(UNREADABLE)


def _reason(error: httpx.HTTPError) -> str:
    return UNTRUSTED if "CERTIFICATE_VERIFY_FAILED" in str(error) else UNREACHABLE
