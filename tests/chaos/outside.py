"""Other people's services as the storm has them: a time-stamp authority and two signing services that misbehave."""

import asyncio
import base64
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from aiohttp import ClientError, ClientSession, web
from asn1crypto.tsp import MessageImprint, TimeStampReq

from cli.demo_data import PASSPHRASE
from signing.authority import IssuedKey
from tests.signing.providers.csc_gateway_server import NAMES, GatewayServer
from tests.signing.providers.csc_https import Site, Tls
from tests.signing.providers.csc_server import CLIENT, CLIENT_SECRET, CscServer
from tests.signing.providers.csc_signing import Factor

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SLOW_SECONDS, HANGS_SECONDS = 1.5, 20.0
NO_SIGNATURE = base64.b64encode(bytes(256)).decode()
PHONE, E_SEAL = "phone", "e-seal"
WELL = ""


@dataclass
class Stamps:
    """Stands before a time-stamp authority and passes questions on, or does what `manner` says."""

    authority: str
    manner: str = WELL
    old: list[bytes] = field(default_factory=list)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/tsa", self.answer)
        return app

    async def answer(self, request: web.Request) -> web.Response:  # noqa: C901 - a table of manners
        question, manner = await request.read(), self.manner
        if manner == "refuses":
            return web.Response(status=503)
        if manner == "hangs":
            await asyncio.sleep(HANGS_SECONDS)
        if manner == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        if manner == "stamps another digest":
            question = _about_something_else(question)
        if manner == "an old token" and self.old:
            return _stamp(self.old[0])
        status, answer = await self._ask(question)
        if status != httpx.codes.OK:
            return web.Response(status=502)
        if manner == "garbage":
            return _stamp(secrets.token_bytes(len(answer)))
        if manner == "cut short":
            return _stamp(answer[: len(answer) // 2])
        self.old = [*self.old, answer][:1]
        return _stamp(answer)

    async def _ask(self, question: bytes) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/timestamp-query"}
        try:
            async with ClientSession() as session, session.post(self.authority, data=question, headers=headers) as got:
                return got.status, await got.read()
        except ClientError:
            return 502, b""


def _about_something_else(question: bytes) -> bytes:
    asked = TimeStampReq.load(question)
    imprint = {"hash_algorithm": asked["message_imprint"]["hash_algorithm"], "hashed_message": secrets.token_bytes(32)}
    asked["message_imprint"] = MessageImprint(imprint)
    return bytes(asked.dump())


def _stamp(answer: bytes) -> web.Response:
    return web.Response(body=answer, content_type="application/timestamp-reply")


@dataclass
class SigningServices:
    """The principal's signatures are confirmed on a phone, the school's seal is a remote e-seal; both misbehave."""

    principal: IssuedKey
    school: IssuedKey
    manner: str = WELL

    def __post_init__(self) -> None:
        self.phone = PhoneServer([self.principal])
        self.e_seal = CscServer(self.school, factors=[Factor("PIN", PASSPHRASE)])

    def apps(self) -> tuple[web.Application, web.Application]:
        apps = self.phone.app(), self.e_seal.app()
        for app in apps:
            app.middlewares.append(self._misbehave)  # type: ignore[arg-type]
        return apps

    @property
    def _misbehave(self) -> Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]:
        @web.middleware
        async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
            manner = self.manner
            if manner == "refuses":
                return web.Response(status=503)
            if manner == "garbage":
                return web.Response(body=secrets.token_bytes(400))
            if manner == "slow":
                await asyncio.sleep(SLOW_SECONDS)
            answer = await handler(request)
            if manner == "is asked twice":
                answer = await handler(request)
            if manner == "loses its answer" and request.transport:
                request.transport.abort()
            return _spoilt(answer) if manner == "signs for another" else answer

        return middleware


def _spoilt(answer: web.StreamResponse) -> web.StreamResponse:
    """The same answer, each signature in it one that fits no document."""
    if not isinstance(answer, web.Response) or not answer.text:
        return answer
    body = json.loads(answer.text)
    for signed in (body.get("data") or {}).get("signatures") or []:
        signed["signature_value"] = NO_SIGNATURE
    if "signatures" in body:
        body["signatures"] = [NO_SIGNATURE for _ in body["signatures"]]
    return web.json_response(body, status=answer.status)


class PhoneServer(GatewayServer):
    """The owner of the phone says yes at the second look."""

    async def status(self, request: web.Request) -> web.Response:
        answer = await super().status(request)
        self.confirm()
        return answer


def providers_file(folder: Path, tls: Tls, phone: Site, e_seal: Site) -> Path:
    """The configuration of both services, as an operator would write it; short patience, the storm has no time."""
    timeout = "timeout = 3.0"
    text = f"""
[{PHONE}]
kind = "gateway"
base_url = "{phone.url}/sca"
ca_bundle = "{tls.ca_bundle}"
ask_again = 0.5
{timeout}
{_toml(NAMES)}

[{E_SEAL}]
kind = "csc"
base_url = "{e_seal.url}"
ca_bundle = "{tls.ca_bundle}"
version = "2"
client_id = "{CLIENT}"
client_secret = "{CLIENT_SECRET}"
confirmation_timeout = 3.0
{timeout}
"""
    path = folder / "providers.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _toml(values: object) -> str:
    if not isinstance(values, dict):
        raise TypeError
    return "\n".join(f"{name} = {_value(value)}" for name, value in values.items())


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{name}" = {_value(each)}' for name, each in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(_value(each) for each in value)}]"
    return f'"{value}"'
