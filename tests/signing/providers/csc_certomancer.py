"""The CSC v1 service of certomancer, behind HTTPS and the login that it leaves out."""

import secrets
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web
from aiohttp.web import NotAppKeyWarning
from certomancer.registry import CertomancerConfig
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from csc_dummy.csc_dummy_server import CSCWithCertomancer, DummyServiceParams  # type: ignore[import-untyped]

from signing.mechanisms import PrivateKey
from tests.signing.providers.csc_server import CLIENT, CLIENT_SECRET

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
VALIDITY = {"valid-from": "2020-01-01T00:00:00+0000", "valid-to": "2090-01-01T00:00:00+0000"}


def certomancer_app(folder: Path, multisign: int) -> web.Application:
    """Credentials `hocba/teacher` (P-256) and `hocba/rsa` (RSA-2048), confirmed implicitly, hashes pinned (SCAL 2)."""
    with warnings.catch_warnings():
        # The service keeps its parts in the application under plain strings.
        warnings.simplefilter("ignore", NotAppKeyWarning)
        service = CSCWithCertomancer(_architecture(folder), service_params=DummyServiceParams(multisign=multisign))
    service.register_routes()
    app: web.Application = service.app
    tokens = set[str]()

    async def token(request: web.Request) -> web.Response:
        form = await request.post()
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, CLIENT_SECRET):
            return web.json_response({"error": "invalid_client"}, status=401)
        tokens.add(given := secrets.token_urlsafe())
        return web.json_response({"access_token": given, "token_type": "Bearer"})

    @web.middleware
    async def logged_in(request: web.Request, handler: Handler) -> web.StreamResponse:
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if bearer in tokens or request.path in {"/oauth2/token", "/csc/v1/info"}:
            return await handler(request)
        return web.json_response({"error": "invalid_token"}, status=401)

    app.router.add_post("/oauth2/token", token)
    app.middlewares.append(logged_in)
    return app


def _architecture(folder: Path) -> CertomancerConfig:
    names = ("root", "issuing", "teacher", "rsa")
    for name in names:
        key: PrivateKey = ec.generate_private_key(ec.SECP256R1())
        if name == "rsa":
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{name}.pem").write_bytes(pem)
    signer = {"issuer": "issuing", "validity": VALIDITY, "profiles": ["digsig-commitment"]}
    authority = {"id": "simple-ca"}
    return CertomancerConfig(
        {
            "keysets": {
                "hocba": {"path-prefix": str(folder), "keys": {name: {"path": f"{name}.pem"} for name in names}}
            },
            "pki-architectures": {
                "hocba": {
                    "keyset": "hocba",
                    "entity-defaults": {"country-name": "VN"},
                    "entities": {name: {"common-name": f"Thử {name}"} for name in names},
                    "certs": {
                        "root": {
                            "issuer": "root",
                            "validity": VALIDITY,
                            "profiles": [{**authority, "params": {"max-path-len": 1}}],
                        },
                        "issuing": {
                            "issuer": "root",
                            "validity": VALIDITY,
                            "profiles": [{**authority, "params": {"max-path-len": 0}}],
                        },
                        "teacher": signer,
                        "rsa": signer,
                    },
                }
            },
        },
        key_search_dir=str(folder),
    )
