"""A real HTTPS server on this machine: its own certificate authority, an aiohttp application in a thread of its own."""

import asyncio
import ssl
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.ports import hold_port, port_of

T = TypeVar("T")


@dataclass(frozen=True)
class Tls:
    """`ca_bundle` is what a client must trust; `context` is the server's side."""

    ca_bundle: Path
    context: ssl.SSLContext

    @classmethod
    def make(cls, folder: Path, address: str = "127.0.0.1") -> Self:
        """A fresh authority, and a certificate of its for this address."""
        authority_key, key = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
        authority = _certify("Máy chủ thử: gốc", authority_key, None, x509.BasicConstraints(ca=True, path_length=0))
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
        certificate = _certify("Máy chủ thử", key, (authority, authority_key), names)
        (folder / "ca.pem").write_bytes(authority.public_bytes(Encoding.PEM))
        (folder / "server.pem").write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + certificate.public_bytes(Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem")
        return cls(folder / "ca.pem", context)


class Site:
    """An application that is served; `stop` closes its port and every connection, `start` opens the same port again."""

    def __init__(self, app: web.Application, tls: Tls) -> None:
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        self._run(self._runner.setup())
        self._held = hold_port()
        self.port = port_of(self._held)
        self.start()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=self._tls.context)
        self._run(self._site.start())

    def stop(self) -> None:
        self._run(self._close())

    async def _close(self) -> None:
        if self._site in self._runner.sites:
            await self._site.stop()
        server = self._runner.server
        assert server
        for connection in server.connections:
            if connection.transport:
                connection.transport.abort()
        # What was aborted is closed by the loop, a few turns later.
        await asyncio.sleep(0.01)

    def _run(self, coroutine: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        self._run(self._runner.cleanup())
        self._held.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


def _certify(
    name: str,
    key: EllipticCurvePrivateKey,
    issuer: tuple[x509.Certificate, EllipticCurvePrivateKey] | None,
    extension: x509.ExtensionType,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(extension, critical=False)
    )
    return builder.sign(issuer[1] if issuer else key, hashes.SHA256())
