"""Version 1 of the CSC API: against certomancer's service, and against ours for what that one leaves out."""

from contextlib import closing
from pathlib import Path

import pytest
from cryptography import x509
from pydantic import SecretStr

from domain.documents import SignatureField
from signing.errors import KeyMissing, ProviderUnavailable, WrongPassphrase
from signing.mechanisms import Mechanism
from signing.providers.base import SignatureRequest
from signing.providers.remote.csc import CscProvider
from signing.providers.remote.csc_connection import CscSettings
from tests.signing.conftest import Cast
from tests.signing.providers.csc_certomancer import certomancer_app
from tests.signing.providers.csc_https import Site, Tls
from tests.signing.providers.csc_orders import ORDER_ID, PIN, order, served, signed_positions
from tests.signing.providers.csc_server import CLIENT, CLIENT_SECRET, EXTEND, METHODS, CscServer
from tests.signing.providers.csc_signing import Factor

HOMEROOM = SignatureField.HOMEROOM
OTP = Factor("OTP", "738496")


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return Tls.make(tmp_path_factory.mktemp("tls"))


def connect(site: Site, tls: Tls, **more: str) -> CscProvider:
    values = {"base_url": site.url, "client_id": CLIENT, "client_secret": CLIENT_SECRET, "ca_bundle": tls.ca_bundle}
    return CscProvider(CscSettings.model_validate({**values, **more}))


def ask(provider: CscProvider, key_ref: str, count: int) -> SignatureRequest:
    documents = {at: f"văn bản {at}".encode() for at in range(count)}
    return SignatureRequest(ORDER_ID, key_ref, provider.identity(key_ref), documents)


@pytest.mark.parametrize("multisign", [50, 10])
def test_certomancer_signs_a_class_of_35(tls: Tls, tmp_path: Path, multisign: int) -> None:
    with Site(certomancer_app(tmp_path, multisign), tls) as site, closing(connect(site, tls)) as provider:
        assert set(provider.key_refs()) >= {"hocba/teacher", "hocba/rsa"}
        request = ask(provider, "hocba/teacher", 35)
        assert request.identity.batch_limit == multisign
        assert signed_positions(request, provider.begin(request, None)) == list(range(35))


@pytest.mark.parametrize("padding", ["pkcs1", "pss"])
def test_certomancer_signs_with_rsa(tls: Tls, tmp_path: Path, padding: str) -> None:
    site = Site(certomancer_app(tmp_path, 10), tls)
    with site, closing(connect(site, tls, rsa_padding=padding)) as provider:
        request = ask(provider, "hocba/rsa", 2)
        assert request.mechanism is (Mechanism.RSA_PSS if padding == "pss" else Mechanism.RSA_PKCS1)
        assert signed_positions(request, provider.begin(request, None)) == [0, 1]


def test_the_chain_ends_below_the_root(tls: Tls, tmp_path: Path) -> None:
    with Site(certomancer_app(tmp_path, 10), tls) as site, closing(connect(site, tls)) as provider:
        leaf, issuing = provider.identity("hocba/teacher").certificates
    leaf.verify_directly_issued_by(issuing)
    assert issuing.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert issuing.subject != issuing.issuer


def test_certomancer_does_not_know_every_key(tls: Tls, tmp_path: Path) -> None:
    with (
        Site(certomancer_app(tmp_path, 10), tls) as site,
        closing(connect(site, tls)) as provider,
        pytest.raises(KeyMissing),
    ):
        provider.identity("hocba/nobody")


def test_a_wrong_secret_of_ours_is_no_fault_of_the_signer(tls: Tls, tmp_path: Path) -> None:
    with (
        Site(certomancer_app(tmp_path, 10), tls) as site,
        closing(connect(site, tls, client_secret="khác")) as provider,
        pytest.raises(ProviderUnavailable, match="không chấp nhận tài khoản kết nối"),
    ):
        provider.identity("hocba/teacher")


def test_a_code_is_sent_and_given_after_the_pin(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], version="1", factors=[Factor("PIN", "482913"), OTP])
    request = order(server.key, 3)
    with served(server, tls) as provider:
        assert provider.send_code(server.credential_id)
        assert server.called("credentials/sendOTP") == [{"credentialID": server.credential_id}]
        answer = provider.begin(request, SecretStr("482913 738496"))
    assert signed_positions(request, answer) == [0, 1, 2]
    [permission] = server.called("credentials/authorize")
    assert (permission["PIN"], permission["OTP"]) == ("482913", "738496")
    assert len(permission["hash"]) == 3


def test_a_key_with_a_pin_alone_is_sent_no_code(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], version="1", factors=[Factor("PIN", "482913")])
    with served(server, tls) as provider:
        assert not provider.send_code(server.credential_id)
        request = order(server.key, 1)
        assert signed_positions(request, provider.begin(request, PIN)) == [0]
    assert "OTP" not in server.called("credentials/authorize")[0]


@pytest.mark.parametrize("secret", ["000000 738496", "482913 000000"])
def test_a_wrong_pin_or_code_is_refused(tls: Tls, curve_cast: Cast, secret: str) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], version="1", factors=[Factor("PIN", "482913"), OTP])
    with served(server, tls) as provider, pytest.raises(WrongPassphrase):
        provider.begin(order(server.key), SecretStr(secret))
    assert server.called("signatures/signHash") == []


def test_a_permission_is_extended_between_calls(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], version="1", methods=(*METHODS, EXTEND))
    request = order(server.key, 25)
    with served(server, tls, hashes_per_call=10) as provider:
        assert signed_positions(request, provider.begin(request, None)) == list(range(25))
    assert [len(body["hash"]) for body in server.called(EXTEND)] == [10, 5]


def test_a_service_may_want_a_name_and_a_password(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], version="1")
    request = order(server.key, 1)
    with served(server, tls, authentication="basic") as provider:
        assert signed_positions(request, provider.begin(request, None)) == [0]
    assert len(server.called("auth/login")) == 1
    assert server.called("oauth2/token") == []


def test_a_wrong_password_of_ours_is_no_fault_of_the_signer(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], version="1")
    with (
        served(server, tls, authentication="basic", client_secret="khác") as provider,
        pytest.raises(ProviderUnavailable, match="không chấp nhận tài khoản kết nối"),
    ):
        provider.begin(order(server.key), PIN)
    assert server.called("credentials/authorize") == []


def test_an_access_token_is_kept_and_renewed_when_it_is_over(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], version="1")
    with served(server, tls) as provider:
        provider.identity(server.credential_id)
        provider.identity(server.credential_id)
        assert len(server.called("oauth2/token")) == 1
        server.tokens.clear()
        provider.identity(server.credential_id)
    assert len(server.called("oauth2/token")) == 2


def test_a_token_that_ends_soon_is_not_used_again(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], version="1", token_lifetime=20)
    with served(server, tls) as provider:
        provider.identity(server.credential_id)
        provider.identity(server.credential_id)
    assert len(server.called("oauth2/token")) == 2


def test_a_token_refused_with_the_pin_does_not_send_the_pin_twice(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], version="1", factors=[Factor("PIN", "482913")])
    request = order(server.key, 1)
    with served(server, tls) as provider:
        server.faults["credentials/info"] = [server.end_tokens_after_this]
        with pytest.raises(ProviderUnavailable, match="không chấp nhận tài khoản kết nối"):
            provider.begin(request, PIN)
        assert len(server.called("credentials/authorize")) == 1
        assert signed_positions(request, provider.begin(request, PIN)) == [0]


def test_the_service_says_where_tokens_are_given(tls: Tls, curve_cast: Cast) -> None:
    elsewhere = CscServer(curve_cast.keys[HOMEROOM], version="1")
    server = CscServer(curve_cast.keys[HOMEROOM], version="1", tokens=elsewhere.tokens)
    with Site(elsewhere.app(), tls) as other:
        server.extra = {"oauth2": other.url + "/"}
        with served(server, tls) as provider:
            provider.identity(server.credential_id)
        with served(server, tls, oauth_url=other.url) as provider:
            provider.identity(server.credential_id)
    assert len(elsewhere.called("oauth2/token")) == 2
    assert server.called("oauth2/token") == []


def test_tokens_are_not_fetched_over_a_bare_connection(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], version="1", extra={"oauth2": "http://127.0.0.1:9/"})
    with served(server, tls) as provider, pytest.raises(ProviderUnavailable, match="không đúng định dạng"):
        provider.identity(server.credential_id)
