"""Signing at a CSC service of version 2: one confirmation, many documents, and whatever may go wrong in between."""

from contextlib import closing

import pytest
from pydantic import SecretStr

from domain.documents import SignatureField
from signing.errors import SigningFailed, WrongPassphrase
from signing.mechanisms import Mechanism
from signing.providers.base import Pending, Refused, Signed
from signing.providers.remote.csc import CscProvider
from signing.providers.remote.refusals import MESSAGES
from tests.signing.conftest import Cast
from tests.signing.providers.csc_https import Site, Tls
from tests.signing.providers.csc_orders import PIN, order, served, settings, signed_positions
from tests.signing.providers.csc_server import EXTEND, METHODS, CscServer
from tests.signing.providers.csc_signing import Factor, No

HOMEROOM, PRINCIPAL = SignatureField.HOMEROOM, SignatureField.PRINCIPAL
PIN_FACTOR = Factor("PIN", PIN.get_secret_value())
PHONE = Factor("mobile", type="ChallengeResponseOOB")
WITH_EXTEND = (*METHODS, EXTEND)
EVERYTHING = list(range(35))


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return Tls.make(tmp_path_factory.mktemp("tls"))


def test_a_key_is_described_by_its_chain_its_mechanism_and_its_limit(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], multisign=40)
    with served(server, tls) as provider:
        identity = provider.identity(server.credential_id)
    assert identity.certificates == server.key.certificates
    assert identity.mechanism is Mechanism.ECDSA
    assert identity.batch_limit == 40


def test_one_confirmation_signs_a_class_of_35(tls: Tls, cast: Cast) -> None:
    server = CscServer(cast.keys[HOMEROOM], factors=[PIN_FACTOR])
    request = order(server.key)
    with served(server, tls) as provider:
        answer = provider.begin(request, PIN)
    assert signed_positions(request, answer) == EVERYTHING
    [permission] = server.called("credentials/authorize")
    assert permission["numSignatures"] == len(permission["hashes"]) == 35
    assert permission["authData"] == [{"id": "PIN", "value": "482913"}]
    assert permission["description"] == "Ký 35 văn bản học bạ số"
    assert len(server.called("signatures/signHash")) == 1


@pytest.mark.parametrize(
    ("padding", "mechanism", "algorithms"),
    [
        ("pkcs1", Mechanism.RSA_PKCS1, ["sha256_rsa", "rsassa_pss"]),
        ("pkcs1", Mechanism.RSA_PKCS1, ["rsassa_pkcs1v15"]),
        ("pss", Mechanism.RSA_PSS, ["sha256_rsa", "rsassa_pss"]),
    ],
)
def test_an_rsa_key_signs_with_the_padding_that_is_configured(
    tls: Tls, cast: Cast, padding: str, mechanism: Mechanism, algorithms: list[str]
) -> None:
    server = CscServer(cast.keys[HOMEROOM], algorithms=algorithms)
    with served(server, tls, rsa_padding=padding) as provider:
        assert provider.identity(server.credential_id).mechanism is mechanism
        request = order(server.key, 3, mechanism=mechanism)
        assert signed_positions(request, provider.begin(request, None)) == [0, 1, 2]


def test_a_key_that_cannot_sign_as_wanted_is_refused_before_the_pin_is_used_up(tls: Tls, cast: Cast) -> None:
    server = CscServer(cast.keys[HOMEROOM], factors=[PIN_FACTOR], algorithms=["sha256_rsa"])
    with served(server, tls, rsa_padding="pss") as provider:
        with pytest.raises(SigningFailed, match="không hỗ trợ thuật toán"):
            provider.identity(server.credential_id)
        with pytest.raises(SigningFailed, match="không hỗ trợ thuật toán"):
            provider.begin(order(server.key, mechanism=Mechanism.RSA_PSS), PIN)
    assert server.called("credentials/authorize") == []


# --- what one confirmation does not hold


def test_what_does_not_fit_is_signed_under_further_permissions_that_take_no_secret(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], multisign=10)
    request = order(server.key)
    with served(server, tls) as provider:
        answer = provider.begin(request, None)
    assert signed_positions(request, answer) == EVERYTHING
    assert [body["numSignatures"] for body in server.called("credentials/authorize")] == [10, 10, 10, 5]


def test_what_does_not_fit_and_would_take_the_pin_again_is_left_for_another_order(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], multisign=10, factors=[PIN_FACTOR])
    request = order(server.key)
    with served(server, tls) as provider:
        answer = provider.begin(request, PIN)
    assert signed_positions(request, answer) == list(range(10))
    assert isinstance(answer, Signed)
    assert set(answer.failed.values()) == {"ConfirmAgain"}
    assert len(server.called("credentials/authorize")) == 1


def test_no_further_confirmation_is_waited_for_in_the_middle_of_an_order(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], multisign=10)

    def next_one_takes_its_time() -> None:
        server.handles = 1

    server.faults["signatures/signHash"] = [next_one_takes_its_time]
    request = order(server.key, 20)
    with served(server, tls) as provider:
        answer = provider.begin(request, None)
    assert signed_positions(request, answer) == list(range(10))


@pytest.mark.parametrize("methods", [METHODS, WITH_EXTEND])
def test_a_permission_is_extended_between_calls_where_the_service_can(
    tls: Tls, curve_cast: Cast, methods: tuple[str, ...]
) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], factors=[PIN_FACTOR], methods=methods)
    request = order(server.key)
    with served(server, tls, hashes_per_call=10) as provider:
        answer = provider.begin(request, PIN)
    # This service lets a SAD sign once: without extendTransaction the second call is too much.
    assert signed_positions(request, answer) == (EVERYTHING if EXTEND in methods else list(range(10)))
    assert len(server.called("credentials/authorize")) == 1
    assert [len(body["hashes"]) for body in server.called(EXTEND)] == ([10, 10, 5] if EXTEND in methods else [])


def test_a_permission_that_runs_out_between_calls_leaves_the_rest(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], factors=[PIN_FACTOR], methods=WITH_EXTEND)
    server.faults[EXTEND] = [server.run_out]
    request = order(server.key, 20)
    with served(server, tls, hashes_per_call=10) as provider:
        answer = provider.begin(request, PIN)
    assert signed_positions(request, answer) == list(range(10))
    assert isinstance(answer, Signed)
    assert set(answer.failed.values()) == {"ConfirmAgain"}


def test_a_permission_that_ran_out_is_asked_for_again_if_that_takes_no_secret(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], methods=WITH_EXTEND)
    server.faults[EXTEND] = [server.run_out]
    request = order(server.key, 20)
    with served(server, tls, hashes_per_call=10) as provider:
        answer = provider.begin(request, None)
    assert signed_positions(request, answer) == list(range(20))
    assert [body["numSignatures"] for body in server.called("credentials/authorize")] == [20, 10]


# --- what the person does


def test_a_wrong_pin_is_refused_and_nothing_is_asked_to_be_signed(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], factors=[PIN_FACTOR])
    with served(server, tls) as provider, pytest.raises(WrongPassphrase):
        provider.begin(order(server.key), SecretStr("000000"))
    assert len(server.called("credentials/authorize")) == 1
    assert server.called("signatures/signHash") == []


@pytest.mark.parametrize("secret", [None, SecretStr(""), SecretStr("482913")])
def test_a_missing_part_of_the_secret_is_refused_without_using_up_a_try(
    tls: Tls, curve_cast: Cast, secret: SecretStr | None
) -> None:
    factors = [PIN_FACTOR, Factor("OTP", "738496", type="ChallengeResponse")]
    server = CscServer(curve_cast.keys[HOMEROOM], factors=factors)
    with served(server, tls) as provider, pytest.raises(WrongPassphrase):
        provider.begin(order(server.key), secret)
    assert server.called("credentials/authorize") == []


def test_a_code_is_sent_and_given_after_the_pin(tls: Tls, curve_cast: Cast) -> None:
    factors = [PIN_FACTOR, Factor("SMS", "738496", type="ChallengeResponse")]
    server = CscServer(curve_cast.keys[HOMEROOM], factors=factors)
    request = order(server.key, 2)
    with served(server, tls) as provider:
        assert provider.send_code(server.credential_id)
        assert server.called("credentials/getChallenge") == [{"credentialID": "079190000011", "authObjectID": "SMS"}]
        answer = provider.begin(request, SecretStr("482913 738496"))
    assert signed_positions(request, answer) == [0, 1]


def test_no_code_is_sent_for_a_key_that_takes_none(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], factors=[PIN_FACTOR])
    with served(server, tls) as provider:
        assert not provider.send_code(server.credential_id)
    assert server.called("credentials/getChallenge") == []


def test_an_order_waits_until_the_person_has_confirmed_on_the_phone(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], factors=[PHONE], handles=3)
    request = order(server.key)
    with served(server, tls) as provider:
        answer = provider.begin(request, None)
        for _ in range(2):
            assert isinstance(answer, Pending)
            answer = provider.poll(request, answer.transaction)
        assert isinstance(answer, Pending)
        done = provider.poll(request, answer.transaction)
        # Asking again changes nothing, although the service has forgotten the handle.
        assert provider.poll(request, answer.transaction) == done
    assert signed_positions(request, done) == EVERYTHING
    assert server.called("credentials/authorize")[0]["authData"] == [{"id": "mobile"}]


def test_a_key_that_is_confirmed_on_the_phone_is_not_used_twice_for_one_order(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], factors=[PHONE], multisign=10)
    request = order(server.key, 20)
    with served(server, tls) as provider:
        assert signed_positions(request, provider.begin(request, None)) == list(range(10))
    assert len(server.called("credentials/authorize")) == 1


def test_a_confirmation_that_took_its_time_is_not_asked_for_twice(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], handles=1, multisign=10)
    request = order(server.key, 20)
    with served(server, tls) as provider:
        waiting = provider.begin(request, None)
        assert isinstance(waiting, Pending)
        answer = provider.poll(request, waiting.transaction)
    assert signed_positions(request, answer) == list(range(10))
    assert len(server.called("credentials/authorize")) == 1


def test_another_process_carries_on_while_the_person_has_not_confirmed(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], factors=[PHONE], handles=2)
    request = order(server.key)
    with Site(server.app(), tls) as site:
        with closing(CscProvider(settings(server, site.url, tls))) as before:
            waiting = before.begin(request, None)
        assert isinstance(waiting, Pending)
        with closing(CscProvider(settings(server, site.url, tls))) as after:
            assert isinstance(after.poll(request, waiting.transaction), Pending)
            assert signed_positions(request, after.poll(request, waiting.transaction)) == EVERYTHING


@pytest.mark.parametrize(
    ("no", "code"),
    [
        (No("The user denied the request", "access_denied"), "SignerRefused"),
        (No("The request expired"), "ConfirmationExpired"),
        (No("The authentication data is invalid", "invalid_authentication_data"), "WrongPassphrase"),
        (No("Credential locked"), "KeyLocked"),
    ],
)
def test_a_confirmation_that_is_not_given_ends_the_order(tls: Tls, curve_cast: Cast, no: No, code: str) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], factors=[PHONE], handles=5)
    server.faults["credentials/authorizeCheck"] = [no]
    request = order(server.key)
    with served(server, tls) as provider:
        waiting = provider.begin(request, None)
        assert isinstance(waiting, Pending)
        answer = provider.poll(request, waiting.transaction)
    assert isinstance(answer, Refused)
    assert answer.code == code
    assert server.called("signatures/signHash") == []


def test_a_confirmation_that_is_refused_at_once_ends_the_order(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], factors=[PIN_FACTOR])
    server.faults["credentials/authorize"] = [No("The user denied the request", "access_denied")]
    with served(server, tls) as provider:
        answer = provider.begin(order(server.key), PIN)
    assert answer == Refused("SignerRefused", MESSAGES["SignerRefused"])


@pytest.mark.parametrize("choice", [{"mode": "oauth2code"}, {"mode": "explicit", "expression": "PIN XOR OTP"}])
def test_a_key_that_is_confirmed_in_a_way_we_do_not_know_is_refused(
    tls: Tls, curve_cast: Cast, choice: dict[str, str]
) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], extra={"auth": choice})
    with served(server, tls) as provider:
        answer = provider.begin(order(server.key), PIN)
    assert answer == Refused("ConfirmationNotSupported", MESSAGES["ConfirmationNotSupported"])
    assert server.called("credentials/authorize") == []
