"""Signing at a CSC service that is slow, down, wrong, or signs later."""

import time
from collections.abc import Callable
from contextlib import closing

import pytest

from domain.documents import SignatureField
from signing.errors import KeyMissing, ProviderUnavailable
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


def lost() -> None:
    """The connection breaks before the service did anything."""
    raise ConnectionResetError


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
    server = CscServer(curve_cast.keys[HOMEROOM], factors=[PIN_FACTOR], delay={"credentials/authorize": 10})
    with (
        served(server, tls, confirmation_timeout=0.5) as provider,
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
        (lambda signatures: signatures[:-3], EVERYTHING[:-3]),
        (lambda signatures: signatures[:7] + signatures[9:], EVERYTHING[:7]),
        (lambda signatures: [*signatures, signatures[0], "AAAA", "không phải base64!", None, 7], EVERYTHING),
        (lambda signatures: signatures[::-1], [17]),
        (lambda signatures: ["", *signatures[1:]], EVERYTHING[1:]),
        (lambda signatures: signatures[:1] * 35, [0]),
        (lambda signatures: [], []),
    ],
    ids=["last ones missing", "some missing", "more", "other order", "one empty", "all the same", "none"],
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


def test_an_answer_without_a_permission_is_unavailable(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM])
    server.faults["credentials/authorize"] = [No("nothing", status=200)]
    with served(server, tls) as provider, pytest.raises(ProviderUnavailable, match="không đúng định dạng"):
        provider.begin(order(server.key), None)


def test_a_permission_that_is_not_extended_at_once_leaves_the_rest(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], factors=[PIN_FACTOR], methods=WITH_EXTEND)
    server.faults[EXTEND] = [server.hand_out_a_handle]
    request = order(server.key, 20)
    with served(server, tls, hashes_per_call=10) as provider:
        answer = provider.begin(request, PIN)
    assert signed_positions(request, answer) == list(range(10))


def test_an_unknown_key_is_missing(tls: Tls, curve_cast: Cast) -> None:
    with served(CscServer(curve_cast.keys[HOMEROOM]), tls) as provider, pytest.raises(KeyMissing):
        provider.identity("079190000099")


def test_all_keys_of_a_user_are_listed_page_by_page(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], page=2)
    with served(server, tls) as provider:
        assert len(provider.key_refs("079190000011")) == 5
    assert [body.get("pageToken") for body in server.called("credentials/list")] == [None, "2", "4"]


def test_a_list_without_end_is_not_read_for_ever(tls: Tls, curve_cast: Cast) -> None:
    server = CscServer(curve_cast.keys[HOMEROOM], page=0)
    with served(server, tls) as provider:
        assert provider.key_refs() == []
    assert len(server.called("credentials/list")) == 100
