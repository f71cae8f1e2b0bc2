"""Answers about certificates that several papers share: those that came since a moment, and only good ones."""

from contextlib import suppress
from datetime import timedelta

import pytest

from signing.revocation import RevocationService, StatusUnavailable
from signing.status_checks import Status
from tests.signing.pki import Stage, answering
from tests.signing.revocation.conftest import Chain, now, person, serial


def test_what_was_found_good_since_then_is_not_asked_again(
    stage: Stage, service: RevocationService, chain: Chain
) -> None:
    start = now()
    first = service.collect([chain], now())
    again = service.collect([chain], now(), start)
    assert stage.asked == {"/ocsp": 1, "/crl/root.crl": 1}
    assert (again.checks, again.material) == (first.checks, first.material)


def test_others_of_the_same_authority_share_what_is_known_of_it(stage: Stage, service: RevocationService) -> None:
    start = now()
    for each in (person(stage), person(stage)):
        assert all(check.status is Status.GOOD for check in service.collect([each], now(), start).checks)
    assert stage.asked == {"/ocsp": 2, "/crl/root.crl": 1}


def test_what_was_found_before_is_asked_again(stage: Stage, service: RevocationService, chain: Chain) -> None:
    service.collect([chain], now())
    service.collect([chain], now(), now())
    service.collect([chain], now())
    assert stage.asked == {"/ocsp": 3, "/crl/root.crl": 3}


def test_who_was_not_good_is_asked_about_again(stage: Stage, service: RevocationService, chain: Chain) -> None:
    start = now()
    stage.authority.revocations.suspend(serial(chain))
    assert service.collect([chain], now(), start).checks[0].status is Status.SUSPENDED
    stage.authority.revocations.resume(serial(chain))
    assert service.collect([chain], now(), start).checks[0].status is Status.GOOD
    assert stage.asked["/ocsp"] == 2


def test_a_newer_answer_takes_the_place_of_a_good_one(stage: Stage, service: RevocationService, chain: Chain) -> None:
    start = now()
    service.collect([chain], now())
    stage.authority.revocations.suspend(serial(chain))
    assert service.check(chain, now()).status is Status.SUSPENDED
    assert service.collect([chain], now(), start).checks[0].status is Status.SUSPENDED
    assert stage.asked["/ocsp"] == 3


@pytest.mark.parametrize("left", [timedelta(0), timedelta(minutes=10)])
def test_an_answer_that_has_aged_or_soon_will_is_asked_for_again(
    stage: Stage, service: RevocationService, chain: Chain, left: timedelta
) -> None:
    start = now()
    aged = service.collect([chain], now()).fresh_until
    with suppress(StatusUnavailable):  # the service answers for now, not for then
        service.collect([chain], aged - left, start)
    assert stage.asked["/ocsp"] == 2


def test_what_one_has_answered_is_known_though_another_is_silent(
    stage: Stage, service: RevocationService, chain: Chain
) -> None:
    start = now()
    service.collect([chain], now())
    stage.authority.revocations.suspend(serial(chain))
    stage.put("/crl/root.crl", answering(b"", 503))
    with pytest.raises(StatusUnavailable):
        service.collect([chain], now())
    stage.reset()
    assert service.collect([chain], now(), start).checks[0].status is Status.SUSPENDED
    assert stage.asked["/ocsp"] == 1


def test_a_long_answer_is_not_kept(
    stage: Stage, service: RevocationService, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signing.revocation._SHORT", 10)
    start = now()
    for _ in range(2):
        service.collect([chain], now(), start)
    assert stage.asked == {"/ocsp": 2, "/crl/root.crl": 2}


def test_the_oldest_answers_are_forgotten(
    stage: Stage, service: RevocationService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signing.revocation._KNOWN", 2)
    start, chains = now(), [person(stage) for _ in range(3)]
    for each in (*chains, chains[0]):
        service.collect([each], now(), start)
    assert stage.asked["/ocsp"] == 4


def test_an_answer_that_came_late_does_not_replace_a_newer_one(
    stage: Stage, service: RevocationService, chain: Chain
) -> None:
    start, earlier = now(), now()
    stage.authority.revocations.suspend(serial(chain))
    service.collect([chain], now())
    stage.authority.revocations.resume(serial(chain))
    assert service.collect([chain], earlier).checks[0].status is Status.GOOD  # asked before, answered after
    service.collect([chain], now(), start)
    assert stage.asked["/ocsp"] == 3
