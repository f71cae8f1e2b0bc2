"""The way to one CSC service: where it is, how we log in to it, and its calls with their refusals."""

import base64
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, PositiveFloat, PositiveInt, SecretStr, model_validator

from signing.providers.remote.https import Https, HttpsUrl, Reply
from signing.providers.remote.refusals import refusal, refuses_account

_BAD_REQUEST = 400
_EARLY = 30.0  # seconds before its end at which a token is no longer used


class CscSettings(BaseModel):
    """One service; `base_url` is what precedes /csc/v1/..., times are seconds.

    `oauth_url` is what precedes /oauth2/token, for services whose `info` does not say. `confirmation_timeout` is for
    services that answer only once the person has confirmed. `asynchronous` (v2) has signatures made now, fetched later.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: HttpsUrl
    version: Literal["1", "2"] = "1"
    authentication: Literal["oauth2", "basic"] = "oauth2"
    oauth_url: HttpsUrl | None = None
    client_id: str
    client_secret: SecretStr
    rsa_padding: Literal["pkcs1", "pss"] = "pkcs1"
    asynchronous: bool = False
    hashes_per_call: PositiveInt = 100
    timeout: PositiveFloat = 30.0
    confirmation_timeout: PositiveFloat = 120.0
    ca_bundle: Path | None = None

    @model_validator(mode="after")
    def refuse_asynchronous_v1(self) -> Self:
        """Version 1 has no way to ask for signatures later."""
        if self.asynchronous and self.version == "1":
            raise ValueError("asynchronous signing needs version 2")
        return self


class Service(BaseModel):
    """What a service says of itself (v1.0.4.0 and v2.0.0.2 sections 11.1)."""

    methods: frozenset[str] = frozenset()
    oauth2: HttpsUrl | None = None


class _Token(BaseModel):
    access_token: SecretStr
    expires_in: float = 3600.0


class CscConnection:
    """Raises ProviderUnavailable, KeyMissing, KeyLocked, WrongPassphrase and ServiceRefusal."""

    def __init__(self, settings: CscSettings) -> None:
        self._settings = settings
        self._https = Https(settings.ca_bundle, settings.timeout)
        self._root = f"{str(settings.base_url).rstrip('/')}/csc/v{settings.version}/"
        self._service: Service | None = None
        self._token: SecretStr | None = None
        self._token_ends_at = 0.0

    def close(self) -> None:
        self._https.close()

    def service(self) -> Service:
        """The answer of `info`, asked for once."""
        if self._service is None:
            self._service = self._https.json(self._root + "info", {}, {}, repeat=True).read(Service)
        return self._service

    def read(self, method: str, body: Mapping[str, object]) -> Reply:
        """A call that changes nothing: sent again when the connection broke, or with a new token when ours was over."""
        reply = self._send(method, body, repeat=True)
        if refuses_account(reply):
            reply = self._send(method, body, repeat=True)
        return _accepted(reply)

    def act(self, method: str, body: Mapping[str, object]) -> Reply:
        """A call that has effects: sent once, whatever happens."""
        return _accepted(self._send(method, body))

    def confirm(self, method: str, body: Mapping[str, object], *, with_secret: bool) -> Reply:
        """A call that may use up what the person typed, or wait for the person: sent once."""
        return _accepted(self._send(method, body, timeout=self._settings.confirmation_timeout), with_secret=with_secret)

    def _send(
        self, method: str, body: Mapping[str, object], *, repeat: bool = False, timeout: float | None = None
    ) -> Reply:
        reply = self._https.json(self._root + method, body, self._bearer(), repeat=repeat, timeout=timeout)
        if refuses_account(reply):
            self._token = None
        return reply

    def _bearer(self) -> dict[str, str]:
        token = self._token if time.monotonic() < self._token_ends_at else None
        if token is None:
            given = _accepted(self._log_in()).read(_Token)
            token = self._token = given.access_token
            self._token_ends_at = time.monotonic() + given.expires_in - _EARLY
        return {"authorization": f"Bearer {token.get_secret_value()}"}

    def _log_in(self) -> Reply:
        """Client credentials (RFC 6749 section 4.4), or auth/login with name and password (CSC sections 11.2)."""
        settings, secret = self._settings, self._settings.client_secret.get_secret_value()
        if settings.authentication == "basic":
            pair = base64.b64encode(f"{settings.client_id}:{secret}".encode()).decode()
            return self._https.json(self._root + "auth/login", {}, {"authorization": f"Basic {pair}"}, repeat=True)
        where = settings.oauth_url or self.service().oauth2 or settings.base_url
        fields = {"grant_type": "client_credentials", "client_id": settings.client_id, "client_secret": secret}
        return self._https.form(f"{str(where).rstrip('/')}/oauth2/token", fields | {"scope": "service"})


def _accepted(reply: Reply, *, with_secret: bool = False) -> Reply:
    if reply.status >= _BAD_REQUEST:
        raise refusal(reply, with_secret=with_secret)
    return reply
