"""Secrets - the person's, ours, the permissions between - stay out of logs, errors, answers and whatever is printed."""

import logging
import traceback
from collections.abc import Callable
from contextlib import closing

import pytest
from pydantic import SecretStr, ValidationError

from domain.documents import SignatureField
from domain.errors import DomainError
from signing.providers.base import Answer
from signing.providers.remote.csc import CscProvider
from signing.providers.remote.csc_client import Grant
from signing.providers.remote.csc_connection import CscSettings
from signing.providers.remote.gateway import GatewaySettings, HashGateway
from tests.signing.conftest import Cast
from tests.signing.providers.csc_gateway_server import API_KEY, NAMES, SP_PASSWORD, GatewayServer
from tests.signing.providers.csc_https import Site, Tls
from tests.signing.providers.csc_orders import PIN, order, settings
from tests.signing.providers.csc_server import CLIENT_SECRET, CscServer
from tests.signing.providers.csc_signing import Factor, No

HOMEROOM = SignatureField.HOMEROOM


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return Tls.make(tmp_path_factory.mktemp("tls"))


def lost() -> None:
    raise ConnectionResetError


def quoting() -> None:
    raise No(f"PIN {PIN.get_secret_value()} with {CLIENT_SECRET} is wrong", "invalid_pin")


def odd() -> None:
    raise No("hết phiên", status=200)


def said(act: Callable[[], Answer]) -> str:
    """All that is seen of a call from outside: its answer, or its error with everything that led to it."""
    try:
        return repr(act())
    except DomainError as error:
        return f"{error!r} {error} {''.join(traceback.format_exception(error))}"


@pytest.mark.parametrize(
    ("method", "fault"),
    [
        ("credentials/authorize", quoting),
        ("credentials/authorize", lost),
        ("credentials/authorize", odd),
        ("signatures/signHash", lost),
        ("signatures/signHash", quoting),
        ("signatures/signHash", odd),
        ("credentials/info", quoting),
        ("", lost),
    ],
)
def test_no_secret_of_a_csc_service_is_seen(
    tls: Tls, curve_cast: Cast, caplog: pytest.LogCaptureFixture, method: str, fault: Callable[[], object]
) -> None:
    caplog.set_level(logging.DEBUG)
    server = CscServer(curve_cast.keys[HOMEROOM], factors=[Factor("PIN", PIN.get_secret_value())])
    server.faults[method] = [fault]
    request = order(server.key, 2)
    with Site(server.app(), tls) as site:
        configured = settings(server, site.url, tls)
        with closing(CscProvider(configured)) as provider:
            seen = said(lambda: provider.begin(request, PIN))
            seen += f"{configured!r} {configured} {provider!r} {vars(provider)} {request!r} {caplog.text}"
    secrets = [PIN.get_secret_value(), CLIENT_SECRET, *server.tokens, *server.sads]
    assert len(secrets) >= 3
    assert [secret for secret in secrets if secret in seen] == []
    assert "HTTP Request" in caplog.text


def test_no_secret_is_seen_when_our_own_is_refused(
    tls: Tls, curve_cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server = CscServer(curve_cast.keys[HOMEROOM])
    with Site(server.app(), tls) as site:
        wrong = settings(server, site.url, tls, client_secret="bí-mật-sai")
        with closing(CscProvider(wrong)) as provider:
            seen = said(lambda: provider.begin(order(server.key), PIN))
    assert "bí-mật-sai" not in seen + caplog.text
    assert server.called("oauth2/token")[0]["client_secret"] == "bí-mật-sai"


def test_no_secret_of_a_gateway_is_seen(tls: Tls, cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server = GatewayServer([cast.keys[HOMEROOM]])
    request = order(server.keys[0], 2, key_ref=server.user_id)
    with Site(server.app(), tls) as site:
        values = {**NAMES, "base_url": f"{site.url}/sca", "ca_bundle": tls.ca_bundle}
        configured = GatewaySettings.model_validate(values)
        with closing(HashGateway(configured)) as gateway:
            seen = said(lambda: gateway.begin(request, PIN))
            server.confirm("sig_something_new")
            seen += said(lambda: gateway.poll(request, str(request.order_id)))
            seen += f"{configured!r} {configured} {gateway!r} {vars(gateway)} {caplog.text}"
    assert server.called("sign")[0]["sp_password"] == SP_PASSWORD
    assert [secret for secret in (PIN.get_secret_value(), SP_PASSWORD, API_KEY) if secret in seen] == []
    assert PIN.get_secret_value() not in str(server.calls)


def test_a_permission_does_not_print_itself() -> None:
    assert "bí mật" not in repr(Grant(SecretStr("bí mật"), 1.0))


@pytest.mark.parametrize("shape", [CscSettings, GatewaySettings])
def test_settings_that_are_wrong_do_not_quote_the_secret(shape: type[CscSettings | GatewaySettings]) -> None:
    with pytest.raises(ValidationError) as refused:
        shape.model_validate({"client_secret": ["bí mật"], "account": "bí mật", "base_url": "bí mật"})
    assert "bí mật" not in str(refused.value)
