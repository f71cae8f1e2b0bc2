"""A CSC service for tests, v1 or v2, that really signs and keeps to its own rules.

It pins hashes, counts signatures, lets each SAD sign once and run out, waits for a confirmation as often as it is told,
signs later when asked to, and says no in the words of the specification.
"""

import asyncio
import base64
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from asn1crypto.algos import DigestAlgorithmId, RSASSAPSSParams, SignedDigestAlgorithmId
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding

from signing.authority import IssuedKey

CLIENT, CLIENT_SECRET = "hocba", "bí-mật-của-hệ-thống"
ALGORITHMS = ("sha256_rsa", "rsassa_pkcs1v15", "rsassa_pss", "sha256_ecdsa", "sha384_ecdsa")
METHODS = ("credentials/list", "credentials/info", "credentials/authorize", "signatures/signHash")
EXTEND = "credentials/extendTransaction"
Body = dict[str, Any]


class No(Exception):
    """An error answer."""

    def __init__(self, description: str, error: str = "invalid_request", status: int = 400) -> None:
        super().__init__(description)
        self.response = {"error": error, "error_description": description}, status


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
class CscServer:
    """`faults`: what befalls the next calls of a method. `tamper` changes signatures on their way out."""

    key: IssuedKey
    version: str = "2"
    credential_id: str = "079190000011"
    mode: str = "explicit"
    factors: Sequence[Factor] = ()
    multisign: int = 100
    sad_lifetime: float = 60.0
    token_lifetime: float = 3600.0
    handles: int = 0  # how often a confirmation is answered "still underway"
    polls: int = 0  # how often signPolling is
    delay: Mapping[str, float] = field(default_factory=dict)
    methods: Sequence[str] = METHODS
    extra: Body = field(default_factory=dict)
    algorithms: Sequence[str] = ALGORITHMS
    page: int = 100
    tamper: Callable[[list[str]], object] = list
    calls: list[tuple[str, Body]] = field(default_factory=list)
    faults: dict[str, list[No | Callable[[], object]]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    sads: dict[str, Permission] = field(default_factory=dict)
    waiting: dict[str, Permission] = field(default_factory=dict)
    later: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._info, self._authorize, self._sign = (
            (self.info_v1, self.authorize_v1, self.sign_v1)
            if self.version == "1"
            else (self.info_v2, self.authorize_v2, self.sign_v2)
        )

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/oauth2/token", self.token)
        app.router.add_post(f"/csc/v{self.version}/{{method:.+}}", self.dispatch)
        return app

    def run_out(self) -> None:
        """The time of every permission is over."""
        for permission in self.sads.values():
            permission.ends_at = 0.0

    def end_tokens_after_this(self) -> None:
        """The call that is being answered is the last that our client's token is good for."""
        self.tokens.clear()

    def called(self, method: str) -> list[Body]:
        return [body for name, body in self.calls if name == method]

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.calls.append(("oauth2/token", dict(form)))
        if form.get("client_secret") != CLIENT_SECRET or form.get("grant_type") != "client_credentials":
            return web.json_response({"error": "invalid_client"}, status=401)
        return web.json_response(self._new_token())

    async def dispatch(self, request: web.Request) -> web.Response:
        method, body = request.match_info["method"], await request.json()
        self.calls.append((method, body))
        await asyncio.sleep(self.delay.get(method, 0))
        try:
            if method not in {"info", "auth/login"}:
                self._check_token(request)
            answer, status = self._answer(method, body, request)
        except No as no:
            answer, status = no.response
        except ConnectionResetError:
            assert request.transport
            request.transport.abort()
            raise
        return web.json_response(answer, status=status) if answer is not None else web.Response(status=status)

    def _answer(self, method: str, body: Body, request: web.Request) -> tuple[object, int]:
        if faults := self.faults.get(method):
            fault = faults.pop(0)
            if isinstance(fault, No):
                raise fault
            fault()
        match method:
            case "info":
                return {"specs": self.version, "methods": list(self.methods), **self.extra}, 200
            case "auth/login":
                expected = base64.b64encode(f"{CLIENT}:{CLIENT_SECRET}".encode()).decode()
                if request.headers.get("authorization") != f"Basic {expected}":
                    raise No("An error occurred during authentication process", "authentication_error", 401)
                return self._new_token(), 200
            case "credentials/list":
                return self._list(body), 200
            case "credentials/info":
                self._check_credential(body)
                return self._info(), 200
        return self._sign_answer(method, body)

    def _sign_answer(self, method: str, body: Body) -> tuple[object, int]:
        match method:
            case "credentials/sendOTP" | "credentials/getChallenge":
                self._check_credential(body)
                return None, 204
            case "credentials/authorize":
                self._check_credential(body)
                return self._authorize(body)
            case "credentials/authorizeCheck":
                return self._check(body)
            case "credentials/extendTransaction":
                return self._extend(body), 200
            case "signatures/signHash":
                self._check_credential(body)
                return self._sign(body), 200
            case "signatures/signPolling":
                return self._poll(body)
        raise No("Unknown method", status=501)

    # --- access

    def _new_token(self) -> Body:
        token = secrets.token_urlsafe()
        self.tokens.add(token)
        return {"access_token": token, "token_type": "Bearer", "expires_in": self.token_lifetime}

    def _check_token(self, request: web.Request) -> None:
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            raise No("The access token expired", "invalid_token", 401)

    def _check_credential(self, body: Body) -> None:
        if body.get("credentialID") != self.credential_id:
            raise No("Invalid parameter credentialID")

    # --- credentials

    def _list(self, body: Body) -> Body:
        names = [self.credential_id, *(f"{self.credential_id}-{number}" for number in range(1, 5))]
        start = int(body.get("pageToken", 0))
        page: Body = {"credentialIDs": names[start : start + self.page]}
        if start + self.page < len(names):
            page["nextPageToken"] = str(start + self.page)
        return page

    def _key_and_certificates(self) -> Body:
        # The order above the first is nobody's promise.
        chain = [self.key.certificate, *reversed(self.key.certificates[1:])]
        der = [base64.b64encode(each.public_bytes(Encoding.DER)).decode() for each in chain]
        key = {"status": "enabled", "algo": [SignedDigestAlgorithmId(name).dotted for name in self.algorithms]}
        return {"key": key, "cert": {"status": "valid", "certificates": der}, "multisign": self.multisign, "SCAL": "2"}

    def info_v1(self) -> Body:
        asked = {each.id for each in self.factors}
        presence = {
            "PIN": {"presence": str("PIN" in asked).lower()},
            "OTP": {"presence": str("OTP" in asked).lower(), "type": "online"},
        }
        return {**self._key_and_certificates(), "authMode": self.mode, **presence, **self.extra}

    def info_v2(self) -> Body:
        objects = [{"type": each.type, "id": each.id} for each in self.factors]
        auth = {"mode": self.mode, "expression": " AND ".join(each.id for each in self.factors), "objects": objects}
        return {**self._key_and_certificates(), "auth": auth, **self.extra}

    # --- permissions

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

    # --- signatures

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
