"""The development authority's services over HTTP: OCSP, CRLs, time stamps and certificates, as an ASGI app."""

from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from signing.authority import DevelopmentAuthority
from signing.authority.development import ServiceKeys
from signing.authority.stamps import TimeStampAuthority
from signing.authority.status import crl, ocsp_answer

MAX_REQUEST_BYTES = 10_000  # a question has about 100


def app_from_folder(folder: Path, url: str) -> Starlette:
    """The services of the authority in the folder, reached from outside under `url`; made there if it is empty."""
    return pki_app(DevelopmentAuthority.open(folder, services_url=url))


def pki_app(authority: DevelopmentAuthority) -> Starlette:
    """POST /ocsp, GET /ocsp/{base64} (RFC 6960 appendix A), GET /crl/*.crl, POST /tsa, GET /certs/*.der.

    Raises ValueError if the authority was opened without an address for its services.
    """
    if authority.services is None:
        raise ValueError("the authority was opened without services_url")
    pages = _Pages(authority, authority.services)
    return Starlette(
        routes=[
            Route("/ocsp", pages.ocsp, methods=["POST"]),
            Route("/ocsp/{request:path}", pages.ocsp_in_path),
            Route("/crl/issuing.crl", pages.issuing_crl),
            Route("/crl/root.crl", pages.root_crl),
            Route("/tsa", pages.time_stamp, methods=["POST"]),
            Route("/certs/{name}.der", pages.certificate),
        ]
    )


class _Pages:
    def __init__(self, authority: DevelopmentAuthority, services: ServiceKeys) -> None:
        self._authority, self._services = authority, services
        issuing = authority.issuing.certificate
        self._stamps = TimeStampAuthority(services.time_stamping, [issuing])
        self._certificates = {
            "root": authority.root,
            "issuing": issuing,
            "ocsp": services.ocsp.certificate,
            "tsa": services.time_stamping.certificate,
        }

    async def ocsp(self, request: Request) -> Response:
        return self._ocsp_response(await _body(request))

    async def ocsp_in_path(self, request: Request) -> Response:
        try:
            der = b64decode(request.path_params["request"], validate=True)
        except ValueError:
            der = b""
        return self._ocsp_response(der)

    async def issuing_crl(self, _: Request) -> Response:
        own = self._authority.issuing.certificate.serial_number
        revoked = [each for each in self._authority.revocations.standing() if each.serial != own]
        return _answer(crl(self._authority.issuing, revoked, _now()), "application/pkix-crl")

    async def root_crl(self, _: Request) -> Response:
        revoked = self._authority.revocations.status(self._authority.issuing.certificate.serial_number)
        return _answer(crl(self._services.root, [revoked] if revoked else [], _now()), "application/pkix-crl")

    async def time_stamp(self, request: Request) -> Response:
        return _answer(await self._stamps.answer(await _body(request), _now()), "application/timestamp-reply")

    async def certificate(self, request: Request) -> Response:
        found = self._certificates.get(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        return _answer(found.public_bytes(Encoding.DER), "application/pkix-cert")

    def _ocsp_response(self, der: bytes) -> Response:
        answer = ocsp_answer(
            der,
            issuing=self._authority.issuing.certificate,
            responder=self._services.ocsp,
            revocations=self._authority.revocations,
            now=_now(),
        )
        return _answer(answer, "application/ocsp-response")


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_REQUEST_BYTES:
            raise HTTPException(413)
    return bytes(body)


def _answer(der: bytes, media_type: str) -> Response:
    return Response(der, media_type=media_type)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
