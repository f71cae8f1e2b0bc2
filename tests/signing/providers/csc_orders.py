"""What the tests of remote signing share: orders, and a provider that talks to a test server."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from uuid import UUID

from pydantic import SecretStr

from signing.authority import IssuedKey
from signing.mechanisms import Mechanism, default_mechanism, signature_fits
from signing.providers.base import Answer, SignatureRequest, Signed, SigningIdentity
from signing.providers.remote.csc import CscProvider
from signing.providers.remote.csc_connection import CscSettings
from tests.signing.providers.csc_https import Site, Tls
from tests.signing.providers.csc_server import CLIENT, CLIENT_SECRET, CscServer

PIN = SecretStr("482913")
ORDER_ID = UUID("5c1f0000-0000-4000-8000-000000000001")


def order(
    key: IssuedKey, count: int = 35, key_ref: str = "079190000011", mechanism: Mechanism | None = None
) -> SignatureRequest:
    identity = SigningIdentity(key.certificates, mechanism or default_mechanism(key.certificate))
    documents = {at: f"thuộc tính được ký của văn bản {at}".encode() for at in range(count)}
    return SignatureRequest(ORDER_ID, key_ref, identity, documents, f"Ký {count} văn bản học bạ số")


def settings(server: CscServer, url: str, tls: Tls, **more: object) -> CscSettings:
    values = {"base_url": url, "version": server.version, "client_id": CLIENT, "client_secret": CLIENT_SECRET}
    return CscSettings.model_validate({**values, "ca_bundle": tls.ca_bundle, "timeout": 5.0, **more})


@contextmanager
def served(server: CscServer, tls: Tls, **more: object) -> Iterator[CscProvider]:
    with Site(server.app(), tls) as site, closing(CscProvider(settings(server, site.url, tls, **more))) as provider:
        yield provider


def signed_positions(request: SignatureRequest, answer: Answer) -> list[int]:
    """The positions with a signature; each was checked to be the document's own."""
    assert isinstance(answer, Signed), answer
    certificate = request.identity.certificates[0]
    for at, raw in answer.raw.items():
        assert signature_fits(certificate, request.mechanism, raw, request.to_be_signed[at])
    assert answer.raw.keys() | answer.failed.keys() == request.to_be_signed.keys()
    assert not answer.raw.keys() & answer.failed.keys()
    return sorted(answer.raw)
