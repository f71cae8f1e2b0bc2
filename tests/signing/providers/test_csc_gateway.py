"""Signing at a service that takes hashes and asks on a phone, described to us by configuration alone."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from domain.documents import SignatureField
from signing.errors import KeyLocked, KeyMissing, ProviderUnavailable
from signing.mechanisms import Mechanism
from signing.providers.base import Pending, Refused, Signed
from signing.providers.remote.gateway import GatewaySettings, HashGateway
from signing.providers.remote.refusals import MESSAGES
from tests.signing.conftest import Cast
from tests.signing.providers.csc_gateway_server import NAMES, OPEN_FOR, GatewayServer
from tests.signing.providers.csc_https import Site, Tls
from tests.signing.providers.csc_orders import ORDER_ID, order, signed_positions

HOMEROOM, PRINCIPAL = SignatureField.HOMEROOM, SignatureField.PRINCIPAL
USER = "079190000012"
EVERYTHING = list(range(35))


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return Tls.make(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server(cast: Cast) -> GatewayServer:
    return GatewayServer([cast.keys[HOMEROOM], cast.keys[PRINCIPAL]])


@contextmanager
def served(server: GatewayServer, tls: Tls, **more: object) -> Iterator[HashGateway]:
    with Site(server.app(), tls) as site:
        values = {**NAMES, "base_url": f"{site.url}/sca", "ca_bundle": tls.ca_bundle, **more}
        with closing(HashGateway(GatewaySettings.model_validate(values))) as gateway:
            yield gateway


def test_a_users_first_certificate_is_found_with_its_chain(tls: Tls, server: GatewayServer) -> None:
    with served(server, tls, batch_limit=50) as gateway:
        identity = gateway.identity(USER)
    assert identity.certificates == server.keys[0].certificates
    assert identity.mechanism is Mechanism.RSA_PKCS1
    assert identity.batch_limit == 50


def test_one_of_several_certificates_is_named_by_its_serial_number(tls: Tls, server: GatewayServer) -> None:
    serial = f"{server.keys[1].certificate.serial_number:040x}".upper()
    with served(server, tls) as gateway:
        assert gateway.identity(f"{USER}/{serial}").certificates == server.keys[1].certificates
        with pytest.raises(KeyMissing):
            gateway.identity(f"{USER}/00")


def test_an_unknown_user_has_no_key(tls: Tls, server: GatewayServer) -> None:
    with served(server, tls) as gateway, pytest.raises(KeyMissing):
        gateway.identity("079190000099")


def test_a_user_who_is_locked_cannot_sign(tls: Tls, server: GatewayServer) -> None:
    server.word = "user_locked"
    with served(server, tls) as gateway, pytest.raises(KeyLocked):
        gateway.begin(order(server.keys[0], key_ref=USER), None)


def test_an_account_that_is_not_ours_is_no_fault_of_the_signer(tls: Tls, server: GatewayServer) -> None:
    account = {"sp_id": "khác", "sp_password": "khác"}
    with served(server, tls, account=account) as gateway, pytest.raises(ProviderUnavailable):
        gateway.identity(USER)


def test_a_class_of_35_is_signed_once_the_person_has_confirmed(tls: Tls, server: GatewayServer) -> None:
    request = order(server.keys[0], key_ref=USER)
    with served(server, tls) as gateway:
        waiting = gateway.begin(request, None)
        assert waiting == Pending(str(ORDER_ID))
        assert gateway.poll(request, str(ORDER_ID)) == waiting
        server.confirm()
        answer = gateway.poll(request, str(ORDER_ID))
        assert gateway.poll(request, str(ORDER_ID)) == answer
    assert signed_positions(request, answer) == EVERYTHING
    [sent] = server.called("sign")
    assert (sent["user_id"], sent["transaction_desc"]) == (USER, "Ký 35 văn bản học bạ số")
    assert sent["sign_files"][0] == {
        "file_type": "pdf",
        "sign_type": "hash",
        "doc_id": "1",
        "data_to_be_signed": request.digests()[0].hex(),
    }


@pytest.mark.parametrize("confirmed", [False, True])
def test_an_order_begun_twice_is_one_transaction(tls: Tls, server: GatewayServer, confirmed: bool) -> None:  # noqa: FBT001
    request = order(server.keys[0], key_ref=USER)
    with served(server, tls) as gateway:
        first = gateway.begin(request, None)
        if confirmed:
            server.confirm()
        second = gateway.begin(request, None)
    if confirmed:
        assert signed_positions(request, second) == EVERYTHING
    else:
        assert first == second == Pending(str(ORDER_ID))
    assert list(server.transactions) == [str(ORDER_ID)]


def test_a_service_may_have_a_name_of_its_own_for_the_transaction(tls: Tls, server: GatewayServer) -> None:
    server.own_names = True
    request = order(server.keys[0], 2, key_ref=USER)
    with served(server, tls) as gateway:
        waiting = gateway.begin(request, None)
        assert isinstance(waiting, Pending)
        assert [waiting.transaction] == list(server.transactions)
        server.confirm()
        assert signed_positions(request, gateway.poll(request, waiting.transaction)) == [0, 1]


def test_a_person_who_says_no_ends_the_order(tls: Tls, server: GatewayServer) -> None:
    request = order(server.keys[0], key_ref=USER)
    refused = Refused("SignerRefused", MESSAGES["SignerRefused"])
    with served(server, tls) as gateway:
        gateway.begin(request, None)
        server.confirm("sig_user_rejected")
        assert gateway.poll(request, str(ORDER_ID)) == refused
        assert gateway.begin(request, None) == refused


def test_a_service_that_says_no_at_once_ends_the_order(tls: Tls, server: GatewayServer) -> None:
    server.word = "sig_user_rejected"
    with served(server, tls) as gateway:
        answer = gateway.begin(order(server.keys[0], key_ref=USER), None)
    assert answer == Refused("SignerRefused", MESSAGES["SignerRefused"])


def test_a_person_who_does_not_confirm_in_four_minutes_ends_the_order(tls: Tls, server: GatewayServer) -> None:
    request = order(server.keys[0], key_ref=USER)
    with served(server, tls) as gateway:
        waiting = gateway.begin(request, None)
        server.now = OPEN_FOR
        assert gateway.poll(request, str(ORDER_ID)) == waiting
        server.now += 1
        answer = gateway.poll(request, str(ORDER_ID))
    assert answer == Refused("ConfirmationExpired", MESSAGES["ConfirmationExpired"])


@pytest.mark.parametrize("word", ["user_locked", "user_not_found"])
def test_a_key_that_is_lost_meanwhile_ends_the_order(tls: Tls, server: GatewayServer, word: str) -> None:
    request = order(server.keys[0], key_ref=USER)
    with served(server, tls) as gateway:
        gateway.begin(request, None)
        server.confirm(word)
        answer = gateway.poll(request, str(ORDER_ID))
    assert isinstance(answer, Refused)
    assert answer.code == {"user_locked": "KeyLocked", "user_not_found": "KeyMissing"}[word]


def test_a_word_that_is_not_configured_settles_nothing(tls: Tls, server: GatewayServer) -> None:
    request = order(server.keys[0], key_ref=USER)
    with served(server, tls) as gateway:
        gateway.begin(request, None)
        server.confirm("sig_something_new")
        with pytest.raises(ProviderUnavailable, match="không đúng định dạng"):
            gateway.poll(request, str(ORDER_ID))
        server.confirm()
        assert signed_positions(request, gateway.poll(request, str(ORDER_ID))) == EVERYTHING


def test_an_order_that_the_service_does_not_take_is_not_pending(tls: Tls, server: GatewayServer) -> None:
    server.word = "CREDENTIAL_STATUS_INVALID"
    with served(server, tls) as gateway, pytest.raises(ProviderUnavailable, match="không đúng định dạng"):
        gateway.begin(order(server.keys[0], key_ref=USER), None)


def test_no_document_gets_a_signature_that_is_not_its_own(tls: Tls, server: GatewayServer) -> None:
    request = order(server.keys[0], 5, key_ref=USER)
    with served(server, tls) as gateway:
        gateway.begin(request, None)
        files = server.transactions[str(ORDER_ID)].files
        files[0]["doc_id"], files[1]["doc_id"] = files[1]["doc_id"], files[0]["doc_id"]
        files[3]["doc_id"] = ["3"]
        server.confirm()
        answer = gateway.poll(request, str(ORDER_ID))
    assert signed_positions(request, answer) == [2, 4]
    assert isinstance(answer, Signed)
    assert set(answer.failed.values()) == {"SigningFailed"}


def test_what_is_over_the_limit_is_left_for_another_order(tls: Tls, server: GatewayServer) -> None:
    request = order(server.keys[0], key_ref=USER)
    with served(server, tls, batch_limit=10) as gateway:
        gateway.begin(request, None)
        server.confirm()
        answer = gateway.poll(request, str(ORDER_ID))
    assert signed_positions(request, answer) == list(range(10))
    assert isinstance(answer, Signed)
    assert set(answer.failed.values()) == {"ConfirmAgain"}
    assert len(server.called("sign")[0]["sign_files"]) == 10


def test_digests_may_be_wanted_in_base64(tls: Tls, server: GatewayServer) -> None:
    with served(server, tls, digest_encoding="base64") as gateway:
        gateway.begin(order(server.keys[0], 1, key_ref=USER), None)
    assert server.called("sign")[0]["sign_files"][0]["data_to_be_signed"].endswith("=")


def test_a_name_in_the_address_cannot_lead_elsewhere(tls: Tls, server: GatewayServer) -> None:
    with served(server, tls) as gateway, pytest.raises(ProviderUnavailable):
        gateway.poll(order(server.keys[0], 1, key_ref=USER), "../../credentials/get_certificate?")
    assert server.called("certificates") == []
