"""Tokens that are lost, wiped or wrong in the middle of a batch, and callers that come at once; on a real SoftHSM."""

import ctypes
import itertools
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from signing.errors import KeyMissing, ProviderUnavailable
from signing.providers.pkcs11 import Pkcs11Provider
from tests.signing.conftest import Cast
from tests.signing.providers.softhsm import Call, SoftHsm, SoftToken, asked, fitting, soft_hsm

CKR_DEVICE_REMOVED = 0x32
LOST = "ProviderUnavailable"


@pytest.fixture
def hsm(cast: Cast, tmp_path: Path) -> Iterator[SoftHsm]:
    with soft_hsm(tmp_path, cast.authority) as hsm:
        yield hsm


@pytest.fixture
def token(hsm: SoftHsm) -> SoftToken:
    token = hsm.token("school")
    token.add_key("seal")
    return token


@pytest.fixture
def provider(hsm: SoftHsm) -> Pkcs11Provider:
    return Pkcs11Provider(hsm.module)


@dataclass
class Before:
    """Something happens once, just before the token makes its n-th signature of a batch."""

    signature: int
    act: Callable[[], None]
    tries: int = 0

    def __call__(self, original: Call, session: int, data: int, size: int, place: int | None, length: int) -> int:
        self.tries += place is not None  # without a place the module only says how long a signature will be
        if place and self.tries == self.signature:
            self.act()
        return original(session, data, size, place, length)


def pull_out(tokens: Path) -> None:
    for each in tokens.iterdir():
        shutil.rmtree(each)


def test_a_session_lost_half_way_is_opened_once_more_and_nothing_is_signed_twice(
    provider: Pkcs11Provider, hsm: SoftHsm, token: SoftToken
) -> None:
    order = asked(provider, "school/seal", 5)
    lost = Before(3, lambda: hsm.close_sessions(token))
    with hsm.intercepted("C_Sign", lost):
        answer = provider.begin(order, token.pin)
    assert fitting(order, answer.raw) == [0, 1, 2, 3, 4]
    assert answer.failed == {}
    assert lost.tries == 5 + 1


def test_what_a_token_signed_before_it_was_pulled_out_is_kept(
    provider: Pkcs11Provider, hsm: SoftHsm, token: SoftToken, tmp_path: Path
) -> None:
    def lose() -> None:
        hsm.close_sessions(token)
        pull_out(tmp_path / "tokens")

    order = asked(provider, "school/seal", 5)
    with hsm.intercepted("C_Sign", Before(3, lose)):
        answer = provider.begin(order, token.pin)
    assert fitting(order, answer.raw) == [0, 1]
    assert answer.failed == {2: LOST, 3: LOST, 4: LOST}


def test_a_token_that_changed_its_pin_half_way_is_asked_once_and_what_it_signed_is_kept(
    provider: Pkcs11Provider, hsm: SoftHsm, token: SoftToken, tmp_path: Path
) -> None:
    logins = itertools.count()

    def exchange() -> None:
        hsm.close_sessions(token)
        pull_out(tmp_path / "tokens")
        hsm.token(token.label)

    def login(original: Call, *given: int) -> int:
        next(logins)
        return original(*given)

    order = asked(provider, "school/seal", 5)
    with hsm.intercepted("C_Sign", Before(3, exchange)), hsm.intercepted("C_Login", login):
        answer = provider.begin(order, token.pin)
    assert fitting(order, answer.raw) == [0, 1]
    assert answer.failed == {2: LOST, 3: LOST, 4: LOST}
    assert next(logins) == 2  # one that was right, and one that found another PIN


def test_a_token_lost_before_its_first_signature_refuses_the_whole_batch(
    provider: Pkcs11Provider, hsm: SoftHsm, token: SoftToken, tmp_path: Path
) -> None:
    def lose() -> None:
        hsm.close_sessions(token)
        pull_out(tmp_path / "tokens")

    order = asked(provider, "school/seal", 5)
    with hsm.intercepted("C_Sign", Before(1, lose)), pytest.raises(KeyMissing):
        provider.begin(order, token.pin)


def test_a_token_that_fails_each_time_is_not_asked_a_third_time(
    provider: Pkcs11Provider, hsm: SoftHsm, token: SoftToken
) -> None:
    tries = itertools.count()

    def sign(*_: object) -> int:
        next(tries)
        return CKR_DEVICE_REMOVED

    order = asked(provider, "school/seal", 5)
    with hsm.intercepted("C_Sign", sign), pytest.raises(ProviderUnavailable, match="không phản hồi"):
        provider.begin(order, token.pin)
    assert next(tries) == 2


def test_one_signature_that_does_not_fit_fails_alone(provider: Pkcs11Provider, hsm: SoftHsm, token: SoftToken) -> None:
    count = itertools.count(1)

    def sign(original: Call, session: int, data: int, size: int, place: int | None, length: int) -> int:
        code = original(session, data, size, place, length)
        if place and next(count) == 2:
            ctypes.c_ubyte.from_address(place + 20).value ^= 1
        return code

    order = asked(provider, "school/seal")
    with hsm.intercepted("C_Sign", sign):
        answer = provider.begin(order, token.pin)
    assert fitting(order, answer.raw) == [0, 2]
    assert answer.failed == {1: "SigningFailed"}


def test_a_batch_leaves_nobody_logged_in(provider: Pkcs11Provider, hsm: SoftHsm, token: SoftToken) -> None:
    logouts: list[int] = []

    def logout(original: Call, session: int) -> int:
        logouts.append(original(session))
        return logouts[-1]

    # A card may stay open to other programs when its module is only shut down.
    with hsm.intercepted("C_Logout", logout):
        provider.begin(asked(provider, "school/seal"), token.pin)
    assert logouts == [0]


def test_batches_of_two_tokens_at_once_do_not_end_each_others_logins(
    provider: Pkcs11Provider, hsm: SoftHsm, token: SoftToken
) -> None:
    other = hsm.token("other")
    other.add_key("seal")
    orders = [(asked(provider, f"{each.label}/seal", 35), each.pin) for each in (token, other)] * 8
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda order: provider.begin(*order), orders))
    for (order, _), answer in zip(orders, answers, strict=True):
        assert fitting(order, answer.raw) == list(range(35))
