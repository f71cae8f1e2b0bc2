"""Moments are taken for one another only where no comparison of pyHanko's could tell them apart."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from signing.eras import LATER, era, times_in_answers, times_of
from signing.tokens import CLOCK_SKEW
from tests.signing.verification.conftest import world  # noqa: F401 - a fixture
from tests.signing.verification.world import CRL_LASTS, NOW, OCSP_LASTS, SEALED, SIGNED, Ended, World

BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def test_between_two_times_moments_are_the_same() -> None:
    assert era([BEGIN, END], BEGIN + DAY) == era([END, BEGIN], BEGIN + 2 * DAY)
    assert era([], BEGIN) == era([], END)


@pytest.mark.parametrize("later", LATER)
@pytest.mark.parametrize("time", [BEGIN, END])
def test_across_a_time_or_so_much_beside_it_they_are_not(time: datetime, later: timedelta) -> None:
    at = time + later
    assert era([BEGIN, END], at - 20 * SECOND) != era([BEGIN, END], at + 20 * SECOND)


@pytest.mark.parametrize("later", LATER)
def test_close_to_a_time_every_moment_stands_for_itself(later: timedelta) -> None:
    found = {era([BEGIN], BEGIN + later + beside * SECOND) for beside in range(-3, 4)}
    assert len(found) == 7


def test_without_known_times_every_moment_stands_for_itself() -> None:
    assert era(None, BEGIN) != era(None, BEGIN + SECOND)
    beginning = datetime(1, 1, 2, tzinfo=UTC)
    assert era([BEGIN], beginning) != era([BEGIN], beginning + SECOND)


def test_the_skew_of_clocks_is_looked_at_on_both_sides() -> None:
    assert {CLOCK_SKEW, -CLOCK_SKEW, timedelta(0), timedelta(minutes=30)} < set(LATER)


def test_all_times_of_certificates_and_answers_are_found(world: World) -> None:  # noqa: F811
    (homeroom, *_) = world.signers()
    assert set(times_of([homeroom])) == {homeroom.not_valid_before_utc, homeroom.not_valid_after_utc}
    ended = Ended(homeroom, SIGNED, invalid_since=SIGNED - DAY)
    responder = world.services.ocsp.certificate
    answers = times_in_answers([world.ocsp(homeroom, SEALED, ended)], [world.crl(NOW, ended)])
    assert answers is not None
    told = {SEALED, SEALED + OCSP_LASTS, SIGNED, SIGNED - DAY, NOW, NOW + CRL_LASTS, *times_of([responder])}
    assert told < set(answers)


def test_what_cannot_be_read_or_is_too_long_has_no_known_times(world: World) -> None:  # noqa: F811
    (homeroom, *_) = world.signers()
    assert times_in_answers([b"x"], []) is None
    assert times_in_answers([], [homeroom.public_bytes(Encoding.DER)]) is None
    assert times_in_answers([], [world.crl(NOW, *(Ended(homeroom, SIGNED) for _ in range(1001)))]) is None
    assert times_in_answers([], []) == []
