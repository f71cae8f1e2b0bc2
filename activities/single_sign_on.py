"""Single sign-on by OpenID Connect: authorization code with PKCE, state and nonce; the provider's word is checked."""

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from domain.errors import DomainError, NotAllowed
from signing.vault import Vault, VaultDamaged

CALLBACK: Final = "/dang-nhap/mot-lan/ve"
# Only signatures by the provider's own key: never "none", never a key that both sides know.
_ALGORITHMS: Final = ("RS256", "PS256", "ES256", "ES384", "RS384", "PS384", "RS512", "PS512", "EdDSA", "Ed25519")
_FOUND_FOR_S: Final = 3600.0
_PATIENCE_S: Final = 10.0
_LEEWAY_S: Final = 60
_ROUND_TRIP: Final = timedelta(minutes=15)
_REFUSED: Final = "Không xác nhận được lần đăng nhập này với nơi cấp tài khoản. Hãy bấm đăng nhập lại từ đầu."


class SignOnFailed(NotAllowed):
    """What came back from the provider does not hold; nothing of it is believed."""

    code = "SignOnFailed"

    def __init__(self) -> None:
        super().__init__(_REFUSED)


class ProviderSilent(DomainError):
    """The provider cannot be reached, or its description is not usable."""

    code = "ProviderSilent"

    def __init__(self) -> None:
        super().__init__("Nơi cấp tài khoản chưa trả lời. Hãy thử lại sau, hoặc đăng nhập bằng mật khẩu.")


@dataclass(frozen=True)
class Provider:
    """As agreed with the provider; `second_factor` are values of its `amr` and `acr` that mean a second factor."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    site_url: str
    second_factor: frozenset[str] = frozenset()

    @property
    def redirect_uri(self) -> str:
        return self.site_url.rstrip("/") + CALLBACK


@dataclass(frozen=True)
class Departure:
    """Where the browser is sent, and what it has to bring back in a cookie."""

    address: str
    sealed: str


@dataclass(frozen=True)
class Arrival:
    """Who came back, by the provider's checked word."""

    issuer: str
    subject: str
    verified_mail: str
    has_second_factor: bool
    back: str


class SingleSignOn:
    """One provider. Its description and keys are kept for an hour, and fetched again for a key not seen before."""

    def __init__(self, provider: Provider, vault: Vault) -> None:
        self.provider = provider
        self._vault = vault
        self._kept: dict[str, tuple[float, dict[str, Any]]] = {}
        self.patience_s = _PATIENCE_S
        self._silent_until = 0.0

    def depart(self, back: str) -> Departure:
        """Raises ProviderSilent."""
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        address = add_params_to_uri(
            self._description()["authorization_endpoint"],
            [
                ("response_type", "code"),
                ("client_id", self.provider.client_id),
                ("redirect_uri", self.provider.redirect_uri),
                ("scope", "openid email"),
                ("state", state),
                ("nonce", nonce),
                ("code_challenge", create_s256_code_challenge(verifier)),
                ("code_challenge_method", "S256"),
            ],
        )
        values = {"state": state, "nonce": nonce, "verifier": verifier, "back": back}
        sealed = self._vault.seal("sign-on", self.provider.issuer, values, datetime.now(UTC) + _ROUND_TRIP)
        return Departure(address, sealed)

    def arrive(self, query: Mapping[str, str], sealed: str) -> Arrival:
        """Raises SignOnFailed for anything that does not fit, and ProviderSilent."""
        try:
            left = self._vault.unseal("sign-on", self.provider.issuer, sealed, datetime.now(UTC))
        except VaultDamaged as error:
            raise SignOnFailed from error
        is_answer = secrets.compare_digest(query.get("state", "").encode(), left["state"].encode())
        if not is_answer or "code" not in query or query.get("iss", self.provider.issuer) != self.provider.issuer:
            raise SignOnFailed
        token = self._exchange(query["code"], left["verifier"])
        claims = self.checked(str(token.get("id_token", "")), str(token.get("access_token", "")), left["nonce"])
        mail = self._verified_mail(claims, str(token.get("access_token", "")))
        has_second_factor = self._has_second_factor(claims)
        return Arrival(self.provider.issuer, str(claims["sub"]), mail, has_second_factor, str(left["back"]))

    def checked(self, id_token: str, access_token: str, nonce: str) -> Mapping[str, Any]:
        """The claims, once signature, issuer, audience, time and nonce hold. Raises SignOnFailed."""
        try:
            token = self._decoded(id_token)
            claims = CodeIDToken(
                token.claims,
                token.header,
                {
                    "iss": {"essential": True, "value": self.provider.issuer},
                    "aud": {"essential": True, "value": self.provider.client_id},
                    "sub": {"essential": True},
                    "nonce": {"essential": True, "value": nonce},
                },
                {"nonce": nonce, "client_id": self.provider.client_id, "access_token": access_token},
            )
            claims.validate(leeway=_LEEWAY_S)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise SignOnFailed from error
        return dict(claims)

    def _decoded(self, id_token: str) -> jwt.Token:
        try:
            return jwt.decode(id_token, self._keys(), algorithms=list(_ALGORITHMS))
        except (InvalidKeyIdError, ValueError):
            self._kept.pop("keys", None)  # the provider may have a new key
            return jwt.decode(id_token, self._keys(), algorithms=list(_ALGORITHMS))

    def _exchange(self, code: str, verifier: str) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.provider.redirect_uri,
            "code_verifier": verifier,
        }
        who = httpx.BasicAuth(self.provider.client_id, self.provider.client_secret)
        try:
            with self._client() as client:
                answer = client.post(self._description()["token_endpoint"], data=form, auth=who)
                if answer.is_client_error:
                    raise SignOnFailed
                found = answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderSilent from error
        if not isinstance(found, dict):
            raise SignOnFailed
        return found

    def _verified_mail(self, claims: Mapping[str, Any], access_token: str) -> str:
        """From the token, or from the provider's page about the same person; empty unless it says "verified"."""
        page = self._description().get("userinfo_endpoint")
        if "email" not in claims and page and access_token and is_safe_address(str(page)):
            try:
                with self._client() as client:
                    answer = client.get(str(page), headers={"Authorization": f"Bearer {access_token}"})
                    more = answer.raise_for_status().json()
            except (httpx.HTTPError, ValueError) as error:
                raise ProviderSilent from error
            claims = more if isinstance(more, dict) and more.get("sub") == claims["sub"] else {}
        return str(claims.get("email", "")) if claims.get("email_verified") is True else ""

    def _has_second_factor(self, claims: Mapping[str, Any]) -> bool:
        said = {str(claims.get("acr", "")), *map(str, claims.get("amr") or ())}
        return bool(said & self.provider.second_factor)

    def _keys(self) -> KeySet:
        return KeySet.import_key_set(self._fetched("keys", self._description()["jwks_uri"]))  # type: ignore[arg-type]

    def _description(self) -> dict[str, Any]:
        issuer = self.provider.issuer
        found = self._fetched("description", issuer.rstrip("/") + "/.well-known/openid-configuration")
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        addresses = [str(found.get(each, "")) for each in needed]
        if found.get("issuer") != issuer or not all(is_safe_address(each) for each in addresses):
            raise ProviderSilent
        return found

    def _fetched(self, what: str, address: str) -> dict[str, Any]:
        until, kept = self._kept.get(what, (0.0, {}))
        if until > time.monotonic():
            return kept
        try:
            with self._client() as client:
                found = client.get(address).raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderSilent from error
        if not isinstance(found, dict):
            raise ProviderSilent
        self._kept[what] = (time.monotonic() + _FOUND_FOR_S, found)
        return found

    @contextmanager
    def _client(self) -> Iterator[httpx.Client]:
        """Redirects are not followed: secrets go only where the provider's description says.

        Whoever clicks while the provider is silent holds a thread of ours, so for a moment nobody asks again.
        """
        if time.monotonic() < self._silent_until:
            raise ProviderSilent
        try:
            with httpx.Client(timeout=self.patience_s, follow_redirects=False) as client:
                yield client
        except httpx.TransportError:
            self._silent_until = time.monotonic() + _PATIENCE_S
            raise


def is_safe_address(address: str) -> bool:
    """HTTPS, or this very machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"})
