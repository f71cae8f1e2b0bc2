"""Answers about certificates that several papers share: those that came since a moment, and only good ones."""

from contextlib import suppress

from signing.revocation import RevocationService, StatusUnavailable
from signing.status_checks import Status
from tests.signing.pki import Stage
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


def test_an_answer_that_has_aged_is_asked_for_again(stage: Stage, service: RevocationService, chain: Chain) -> None:
    start = now()
    aged = service.collect([chain], now()).fresh_until
    with suppress(StatusUnavailable):  # the service answers for now, not for then
        service.collect([chain], aged, start)
    assert stage.asked["/ocsp"] == 2
