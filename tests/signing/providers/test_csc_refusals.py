"""What the words of a CSC service mean to us."""

import pytest

from domain.errors import DomainError
from signing.errors import KeyLocked, KeyMissing, ProviderUnavailable, WrongPassphrase
from signing.providers.base import Refused
from signing.providers.remote.https import Reply
from signing.providers.remote.refusals import MESSAGES, ServiceRefusal, refusal


def reply(error: str, description: str | None = None, status: int = 400) -> Reply:
    return Reply(status, {"error": error, "error_description": description})


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (reply("invalid_otp", "The OTP is invalid"), WrongPassphrase),
        (reply("invalid_pin", "The PIN is invalid"), WrongPassphrase),
        (reply("invalid_authentication_data"), WrongPassphrase),
        (reply("invalid_request", "The OTP is invalid"), WrongPassphrase),
        (reply("invalid_request", "Wrong PIN"), WrongPassphrase),
        (reply("invalid_request", "The OTP has expired"), WrongPassphrase),
        (Reply(401, {}), WrongPassphrase),
        (reply("invalid_request", "Credential locked"), KeyLocked),
        (reply("invalid_pin", "PIN locked"), KeyLocked),
        (reply("invalid_request", "The user is blocked"), KeyLocked),
        (reply("invalid_request", "The credential identified by credentialID is disabled"), KeyLocked),
        (reply("invalid_request", "Invalid parameter credentialID"), KeyMissing),
        (Reply(404, {}), KeyMissing),
        (reply("invalid_token", status=401), ProviderUnavailable),
        (reply("expired_token", "The token expired", 401), ProviderUnavailable),
        (reply("invalid_client", status=401), ProviderUnavailable),
    ],
)
def test_words_of_a_service_are_one_of_our_errors(answer: Reply, expected: type[DomainError]) -> None:
    assert type(refusal(answer, with_secret=True)) is expected


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (reply("access_denied"), "SignerRefused"),
        (reply("invalid_request", "The user cancelled the transaction"), "SignerRefused"),
        (reply("invalid_request", "The authorization expired"), "ConfirmationExpired"),
        (reply("invalid_request", "Operation timed out"), "ConfirmationExpired"),
        (reply("invalid_request", "SAD expired"), "ConfirmAgain"),
        (reply("invalid_request", "Invalid parameter SAD"), "ConfirmAgain"),
        (reply("invalid_request", "Hash is not authorized by the SAD"), "ConfirmAgain"),
        (reply("invalid_request", "Invalid parameter handle"), "ConfirmAgain"),
        (reply("invalid_request", "Invalid parameter requestID"), "ConfirmAgain"),
        (reply("invalid_request", "Signing certificate is expired"), "CertificateNotValid"),
        (reply("invalid_request", "Invalid certificate status"), "CertificateNotValid"),
        (reply("invalid_request", "Empty hash array"), "ServiceRefused"),
        (Reply(400, {}), "ServiceRefused"),
        (Reply(403, {"error": 7, "error_description": ["?"]}), "ServiceRefused"),
    ],
)
def test_other_words_are_refusals_with_a_message_of_our_own(answer: Reply, code: str) -> None:
    found = refusal(answer, with_secret=True)
    assert isinstance(found, ServiceRefusal)
    assert found.answer() == Refused(code, MESSAGES[code])


def test_access_that_is_refused_without_a_secret_is_not_blamed_on_the_signer() -> None:
    assert isinstance(refusal(Reply(401, {}), with_secret=False), ProviderUnavailable)


def test_an_error_that_is_no_text_does_not_confuse_us() -> None:
    assert isinstance(refusal(Reply(400, {"error": ["invalid_token"]}), with_secret=True), ServiceRefusal)


def test_a_service_that_quotes_the_secret_is_not_quoted() -> None:
    found = refusal(reply("invalid_pin", "PIN 482913 is wrong"), with_secret=True)
    assert "482913" not in f"{found!r} {found}"
