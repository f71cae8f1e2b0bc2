"""What a CSC service for tests permits and signs, by the rules of the specification.

It pins hashes, counts signatures, lets each SAD sign once and run out, waits for a confirmation as often as it is told,
and signs later when asked to.
"""

import base64
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from asn1crypto.algos import DigestAlgorithmId, RSASSAPSSParams, SignedDigestAlgorithmId
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from signing.authority import IssuedKey

Body = dict[str, Any]


class No(Exception):
    """An error answer."""

    def __init__(self, description: str, error: str = "invalid_request", status: int = 400) -> None:
        super().__init__(description)
        self.response: tuple[Body, int] = {"error": error, "error_description": description}, status


class Answered(No):
    """An answer that the method would not give."""

    def __init__(self, answer: Body) -> None:
        super().__init__("")
        self.response = answer, 200


@dataclass(frozen=True)
class Factor:
    """What a confirmation takes; `value` None for what is done on a phone."""

    id: str
    value: str | None = None
    type: str = "Password"


@dataclass
class Permission:
    hashes: list[str]
    left: int
    ends_at: float
    used: bool = False


@dataclass
class SigningRules:
    """`handles`: how often a confirmation is "still underway"; `polls`: how often signPolling is. `tamper` changes
    signatures on their way out.
    """

    key: IssuedKey
    version: str = "2"
    factors: Sequence[Factor] = ()
    multisign: int = 100
    sad_lifetime: float = 60.0
    handles: int = 0
    polls: int = 0
    tamper: Callable[[list[str]], object] = list
    sads: dict[str, Permission] = field(default_factory=dict)
    waiting: dict[str, Permission] = field(default_factory=dict)
    later: dict[str, list[str]] = field(default_factory=dict)

    def run_out(self) -> None:
        """The time of every permission is over."""
        for permission in self.sads.values():
            permission.ends_at = 0.0

    def authorize_v1(self, body: Body) -> tuple[object, int]:
        for factor in self.factors:
            if body.get(factor.id) != factor.value:
                raise No(f"The {factor.id} is invalid", f"invalid_{factor.id.lower()}")
        return self._permit(body, body["hash"])

    def authorize_v2(self, body: Body) -> tuple[object, int]:
        given = {each["id"]: each.get("value") for each in body["authData"]}
        if given != {each.id: each.value for each in self.factors}:
            raise No("The authentication data is invalid", "invalid_authentication_data")
        return self._permit(body, body["hashes"])

    def _permit(self, body: Body, hashes: list[str]) -> tuple[object, int]:
        if body["numSignatures"] > self.multisign:
            raise No("Numbers of signatures is too high")
        if body["numSignatures"] != len(hashes):
            raise No("Invalid value for parameter numSignatures")
        permission = Permission(hashes, len(hashes), 0.0)
        if not self.handles:
            return self._grant(permission), 200
        handle = secrets.token_urlsafe()
        self.waiting[handle] = permission
        return {"handle": handle}, 202

    def _check(self, body: Body) -> tuple[object, int]:
        if body["handle"] not in self.waiting:
            raise No("Invalid parameter handle")
        self.handles -= 1
        if self.handles > 0:
            return {"handle": body["handle"]}, 202
        return self._grant(self.waiting.pop(body["handle"])), 200

    def _grant(self, permission: Permission) -> Body:
        sad = secrets.token_urlsafe()
        self.sads[sad] = Permission(permission.hashes, permission.left, time.monotonic() + self.sad_lifetime)
        return {"SAD": sad, "expiresIn": self.sad_lifetime}

    def _permission(self, body: Body) -> Permission:
        permission = self.sads.get(body["SAD"])
        if permission is None:
            raise No("Invalid parameter SAD")
        if time.monotonic() > permission.ends_at:
            raise No("SAD expired")
        return permission

    def _extend(self, body: Body) -> Body:
        permission = self._permission(body)
        del self.sads[body["SAD"]]
        wanted = body["hash"] if self.version == "1" else body["hashes"]
        if not set(wanted) <= set(permission.hashes):
            raise No("Hash is not authorized by the SAD")
        return self._grant(permission)

    def sign_v1(self, body: Body) -> Body:
        return {"signatures": self.tamper(self._signatures(body, body["hash"], body["hashAlgo"]))}

    def sign_v2(self, body: Body) -> Body:
        signatures = self._signatures(body, body["hashes"], body["hashAlgorithmOID"])
        if body["operationMode"] == "S":
            return {"signatures": self.tamper(signatures)}
        name = secrets.token_urlsafe()
        self.later[name] = signatures
        return {"responseID": name}

    def _poll(self, body: Body) -> tuple[object, int]:
        if body["requestID"] not in self.later:
            raise No("Invalid parameter requestID")
        self.polls -= 1
        if self.polls >= 0:
            return {"error": "accepted_request", "error_description": "not yet completed"}, 202
        return {"signatures": self.tamper(self.later[body["requestID"]])}, 200

    def _signatures(self, body: Body, wanted: list[str], digest_oid: str) -> list[str]:
        permission = self._permission(body)
        if permission.used or permission.left < len(wanted):
            raise No("Invalid parameter SAD")
        if not set(wanted) <= set(permission.hashes):
            raise No("Hash is not authorized by the SAD")
        permission.used, permission.left = True, permission.left - len(wanted)
        return [self._signature(body, base64.b64decode(each, validate=True), digest_oid) for each in wanted]

    def _signature(self, body: Body, digest: bytes, digest_oid: str) -> str:
        chosen = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384()}[DigestAlgorithmId(digest_oid).native]
        key, algorithm = self.key.private_key, SignedDigestAlgorithmId(body["signAlgo"]).native
        if isinstance(key, ec.EllipticCurvePrivateKey):
            raw = key.sign(digest, ec.ECDSA(Prehashed(chosen)))
        elif algorithm == "rsassa_pss":
            salt = RSASSAPSSParams.load(base64.b64decode(body["signAlgoParams"]))["salt_length"].native
            raw = key.sign(digest, padding.PSS(padding.MGF1(chosen), salt), Prehashed(chosen))
        else:
            raw = key.sign(digest, padding.PKCS1v15(), Prehashed(chosen))
        return base64.b64encode(raw).decode()
