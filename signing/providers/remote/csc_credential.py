"""A key at a CSC service, as credentials/info describes it (CSC API v1.0.4.0 section 11.5, v2.0.0.2 section 11.5)."""

import base64
import re
from dataclasses import dataclass

from asn1crypto.algos import DigestAlgorithmId
from cryptography import x509
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from signing.errors import KeyLocked, SigningFailed, WrongPassphrase
from signing.mechanisms import Mechanism, cms_algorithm
from signing.providers.remote.fitting import certificate_chain

NO_ALGORITHM = "Dịch vụ ký số không hỗ trợ thuật toán ký của hệ thống cho khoá này."
PLAIN_RSA = "1.2.840.113549.1.1.1"  # the digest is named beside it


@dataclass(frozen=True)
class Factor:
    """What a confirmation takes. `typed`: into our page, not into a phone. `sent`: the service sends it when asked."""

    id: str
    typed: bool = True
    sent: bool = False


@dataclass(frozen=True)
class Credential:
    """`certificates` leaf first, without the root; `multisign`: most signatures under one confirmation."""

    id: str
    certificates: tuple[x509.Certificate, ...]
    algorithms: frozenset[str]
    multisign: int
    factors: tuple[Factor, ...]
    supported: bool

    def sign_algo(self, mechanism: Mechanism) -> dict[str, str]:
        """The fields of signatures/signHash that say how to sign. Raises SigningFailed if this key cannot sign so."""
        algorithm = cms_algorithm(mechanism)
        names = [str(algorithm["algorithm"].dotted)]
        if mechanism.scheme == "rsa":
            names.append(PLAIN_RSA)
        if not (known := [name for name in names if name in self.algorithms]):
            raise SigningFailed(NO_ALGORITHM)
        fields = {"signAlgo": known[0]}
        if mechanism.scheme == "rsassa_pss":
            fields["signAlgoParams"] = base64.b64encode(algorithm["parameters"].dump()).decode()
        return fields

    def answers(self, secret: SecretStr | None) -> dict[str, str | None]:
        """What the person typed, by factor, None for what is confirmed elsewhere.

        With two factors to type (a PIN, then a one-time password) they stand in one secret, a space between them.
        Raises WrongPassphrase, before any try is used up, if there is not one for each.
        """
        typed = [factor for factor in self.factors if factor.typed]
        words = secret.get_secret_value().rsplit(maxsplit=len(typed) - 1) if secret and typed else []
        if len(words) != len(typed):
            raise WrongPassphrase
        values = iter(words)
        return {factor.id: next(values) if factor.typed else None for factor in self.factors}


class _Key(BaseModel):
    status: str = "enabled"
    algo: list[str]


class _Certificates(BaseModel):
    certificates: list[str]


class _Presence(BaseModel):
    presence: str = "false"
    type: str = ""

    def factor(self, name: str) -> list[Factor]:
        return [Factor(name, sent=self.type == "online")] if self.presence == "true" else []


class _FactorShape(BaseModel):
    id: str
    type: str = ""

    def factor(self) -> Factor:
        # Only challenges are sent; a time-based password is a "Password" (v2.0.0.2 sections 8.3 and 11.8).
        return Factor(self.id, typed=not self.type.endswith("OOB"), sent=self.type == "ChallengeResponse")


class _Confirmation(BaseModel):
    mode: str = ""
    expression: str = ""
    objects: list[_FactorShape] = Field(default_factory=list)


class CredentialShape(BaseModel):
    """The answer of either version: v1 names `authMode`, `PIN` and `OTP`, v2 puts all into `auth`."""

    model_config = ConfigDict(hide_input_in_errors=True)

    key: _Key
    cert: _Certificates
    multisign: int = Field(default=1, ge=1)
    mode: str = Field(default="", alias="authMode")
    pin: _Presence = Field(default_factory=_Presence, alias="PIN")
    otp: _Presence = Field(default_factory=_Presence, alias="OTP")
    auth: _Confirmation = Field(default_factory=_Confirmation)

    def credential(self, name: str) -> Credential:
        """Raises KeyLocked for a disabled key, ProviderUnavailable for certificates that cannot be read."""
        if self.key.status != "enabled":
            raise KeyLocked
        return Credential(
            id=name,
            certificates=certificate_chain(self.cert.certificates),
            algorithms=frozenset(self.key.algo),
            multisign=self.multisign,
            factors=self._factors(),
            supported=self._supported(),
        )

    def _factors(self) -> tuple[Factor, ...]:
        if self.mode == "explicit":
            return tuple(self.pin.factor("PIN") + self.otp.factor("OTP"))
        return tuple(each.factor() for each in self.auth.objects)

    def _supported(self) -> bool:
        # oauth2code leads the person to the service's own page; with OR, which factor was typed could only be guessed.
        choice = re.search(r"\bX?OR\b", self.auth.expression)
        return "oauth2code" not in {self.mode, self.auth.mode} and choice is None


def digest_oid(mechanism: Mechanism) -> str:
    """The OID of the mechanism's hash function, dotted."""
    return str(DigestAlgorithmId(mechanism.digest).dotted)
