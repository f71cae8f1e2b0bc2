"""Signing at a CSC service of version 2: one confirmation, many documents, and whatever may go wrong in between."""

import time
from collections.abc import Callable
from contextlib import closing

import pytest
from pydantic import SecretStr

from domain.documents import SignatureField
from signing.errors import KeyMissing, ProviderUnavailable, SigningFailed, WrongPassphrase
from signing.mechanisms import Mechanism
from signing.providers.base import Pending, Refused, Signed
from signing.providers.remote.csc import CscProvider
from signing.providers.remote.refusals import MESSAGES
from tests.signing.conftest import Cast
from tests.signing.providers.csc_https import Site, Tls
from tests.signing.providers.csc_orders import PIN, order, served, settings, signed_positions
from tests.signing.providers.csc_server import EXTEND, METHODS, CscServer, Factor, No

HOMEROOM, PRINCIPAL = SignatureField.HOMEROOM, SignatureField.PRINCIPAL
PIN_FACTOR = Factor("PIN", PIN.get_secret_value())
PHONE = Factor("mobile", type="ChallengeResponseOOB")
WITH_EXTEND = (*METHODS, EXTEND)
EVERYTHING = list(range(35))


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return Tls.make(tmp_path_factory.mktemp("tls"))


def lost() -> None:
    """The connection breaks before the service did anything."""
    raise ConnectionResetError


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


def test_a_confirmation_on_the_phone_is_not_asked_for_twice(tls: Tls, curve_cast: Cast) -> None:
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


# --- what the service and the network do


def test_signatures_are_fetched_later_where_that_is_configured(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], factors=[PHONE], handles=1, polls=2, multisign=30)
    request = order(server.key)
    with served(server, tls, asynchronous=True) as provider:
        confirming = provider.begin(request, None)
        assert isinstance(confirming, Pending)
        signing = provider.poll(request, confirming.transaction)
        assert isinstance(signing, Pending)
        assert signing.transaction.startswith("fetch:30:")
        assert provider.poll(request, signing.transaction) == signing
        # Who missed that the transaction has another name now is led to it.
        assert provider.poll(request, confirming.transaction) == signing
        answer = provider.poll(request, signing.transaction)
        assert provider.poll(request, signing.transaction) == answer
    assert signed_positions(request, answer) == list(range(30))
    assert len(server.called("signatures/signHash")) == 1


def test_a_service_that_is_quicker_than_asked_is_taken_at_its_word(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM])
    synchronous = server.sign_v2
    server._sign = lambda body: synchronous({**body, "operationMode": "S"})
    request = order(server.key, 3)
    with served(server, tls, asynchronous=True) as provider:
        assert signed_positions(request, provider.begin(request, None)) == [0, 1, 2]


def test_signatures_that_the_service_no_longer_has_are_to_be_confirmed_again(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], polls=9)
    request = order(server.key)
    with served(server, tls, asynchronous=True) as provider:
        signing = provider.begin(request, None)
        assert isinstance(signing, Pending)
        server.later.clear()
        answer = provider.poll(request, signing.transaction)
    assert answer == Refused("ConfirmAgain", MESSAGES["ConfirmAgain"])


def test_a_confirmation_survives_a_service_that_is_down_for_a_while(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], factors=[PIN_FACTOR])
    server.faults["signatures/signHash"] = [lost]
    request = order(server.key)
    with Site(server.app(), tls) as site, closing(CscProvider(settings(server, site.url, tls))) as provider:
        waiting = provider.begin(request, PIN)
        assert isinstance(waiting, Pending)
        site.stop()
        with pytest.raises(ProviderUnavailable, match="Không kết nối được"):
            provider.poll(request, waiting.transaction)
        site.start()
        answer = provider.poll(request, waiting.transaction)
    assert signed_positions(request, answer) == EVERYTHING
    assert len(server.called("credentials/authorize")) == 1


@pytest.mark.parametrize("restarted", [True, False], ids=["restarted", "run out"])
def test_a_permission_that_is_gone_from_memory_has_to_be_confirmed_again(
    tls: Tls,
    curve_cast: Cast,
    restarted: bool,  # noqa: FBT001 - pytest passes it
) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], factors=[PIN_FACTOR], sad_lifetime=60 if restarted else 1)
    server.faults["signatures/signHash"] = [lost]
    request = order(server.key)
    with Site(server.app(), tls) as site, closing(CscProvider(settings(server, site.url, tls))) as provider:
        waiting = provider.begin(request, PIN)
        assert isinstance(waiting, Pending)
        assert not [sad for sad in server.sads if sad in waiting.transaction]
        time.sleep(0 if restarted else 1.1)
        with closing(CscProvider(settings(server, site.url, tls))) as other:
            answer = (other if restarted else provider).poll(request, waiting.transaction)
    assert answer == Refused("ConfirmAgain", MESSAGES["ConfirmAgain"])
    assert len(server.called("signatures/signHash")) == 1


def test_a_service_lost_half_way_leaves_the_rest_and_keeps_what_it_signed(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], factors=[PIN_FACTOR], methods=WITH_EXTEND)
    server.faults[EXTEND] = [lost]
    request = order(server.key, 20)
    with served(server, tls, hashes_per_call=10) as provider:
        answer = provider.begin(request, PIN)
    assert signed_positions(request, answer) == list(range(10))


def test_a_service_that_is_too_slow_to_confirm_is_not_asked_twice(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], factors=[PIN_FACTOR], delay={"credentials/authorize": 0.6})
    with (
        served(server, tls, confirmation_timeout=0.2) as provider,
        pytest.raises(ProviderUnavailable, match="không trả lời kịp"),
    ):
        provider.begin(order(server.key), PIN)
    assert len(server.called("credentials/authorize")) == 1


def test_a_connection_that_breaks_is_tried_again_only_for_what_changes_nothing(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], factors=[PIN_FACTOR])
    server.faults = {"credentials/info": [lost], "credentials/authorize": [lost]}
    with served(server, tls) as provider, pytest.raises(ProviderUnavailable, match="Không kết nối được"):
        provider.begin(order(server.key), PIN)
    assert len(server.called("credentials/info")) == 2
    assert len(server.called("credentials/authorize")) == 1


@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        (lambda signatures: signatures[3:], EVERYTHING[3:]),
        (lambda signatures: signatures[:7] + signatures[9:], EVERYTHING[:7] + EVERYTHING[9:]),
        (lambda signatures: [*signatures, signatures[0], "AAAA", "không phải base64!", None, 7], EVERYTHING),
        (lambda signatures: signatures[::-1], EVERYTHING),
        (lambda signatures: ["", *signatures[1:]], EVERYTHING[1:]),
        (lambda signatures: signatures[:1] * 35, [0]),
        (lambda signatures: [], []),
    ],
    ids=["first ones missing", "some missing", "more", "other order", "one empty", "all the same", "none"],
)
def test_no_document_gets_the_signature_of_another(
    tls: Tls, curve_cast: Cast, tamper: Callable[[list[str]], object], expected: list[int]
) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], tamper=tamper)
    request = order(server.key)
    with served(server, tls) as provider:
        answer = provider.begin(request, None)
    assert signed_positions(request, answer) == expected
    assert isinstance(answer, Signed)
    assert set(answer.failed.values()) <= {"SigningFailed"}


def test_signatures_by_another_key_are_not_taken(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[PRINCIPAL])
    request = order(curve_cast.keys[HOMEROOM])
    with served(server, tls) as provider:
        answer = provider.begin(request, None)
    assert answer == Signed({}, dict.fromkeys(EVERYTHING, "SigningFailed"))


def test_an_unknown_key_is_missing(tls: Tls, curve_cast: Cast) -> None:
    with served(CscServer(curve_cast.keys[HOMEROOM]), tls) as provider, pytest.raises(KeyMissing):
        provider.identity("079190000099")


def test_all_keys_of_a_user_are_listed_page_by_page(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], page=2)
    with served(server, tls) as provider:
        assert len(provider.key_refs("079190000011")) == 5
    assert [body.get("pageToken") for body in server.called("credentials/list")] == [None, "2", "4"]
