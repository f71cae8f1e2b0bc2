"""A CSC service for tests, v1 or v2, that really signs and keeps to its own rules.

What it permits and signs is in `csc_signing`; it says no in the words of the specification.
"""

import asyncio
import base64
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aiohttp import web
from asn1crypto.algos import SignedDigestAlgorithmId
from cryptography.hazmat.primitives.serialization import Encoding

from tests.signing.providers.csc_signing import Answered, Body, No, SigningRules

CLIENT, CLIENT_SECRET = "hocba", "bí-mật-của-hệ-thống"
ALGORITHMS = ("sha256_rsa", "rsassa_pkcs1v15", "rsassa_pss", "sha256_ecdsa", "sha384_ecdsa")
METHODS = ("credentials/list", "credentials/info", "credentials/authorize", "signatures/signHash")
EXTEND = "credentials/extendTransaction"


@dataclass
class CscServer(SigningRules):
    """`faults`: what befalls the next calls of a method."""

    credential_id: str = "079190000011"
    mode: str = "explicit"
    token_lifetime: float = 3600.0
    delay: Mapping[str, float] = field(default_factory=dict)
    methods: Sequence[str] = METHODS
    extra: Body = field(default_factory=dict)
    algorithms: Sequence[str] = ALGORITHMS
    page: int = 100
    calls: list[tuple[str, Body]] = field(default_factory=list)
    faults: dict[str, list[No | Callable[[], object]]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)

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

    def hand_out_a_handle(self) -> None:
        """The call that is being answered is answered with a handle."""
        raise Answered({"handle": "878287f37b2bv293"})

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
