"""How long somebody who guesses has to wait. Whoever guesses at a login never locks its owner out.

A browser in which the owner has signed in before has a count of its own; what strangers try elsewhere does not reach
it. All others share the counts of their network, of the login from that network, and of the login from everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

REMEMBERED: Final = timedelta(hours=24)


class Counted(StrEnum):
    """What failures are counted by."""

    DEVICE = "device"
    LOGIN_AND_NETWORK = "login_and_network"
    LOGIN = "login"
    NETWORK = "network"


@dataclass(frozen=True)
class Brake:
    """After `free` failures in `window` each further one waits `first`, then twice as long, at most `longest`."""

    free: int
    window: timedelta
    first: timedelta
    longest: timedelta


_MINUTE: Final = timedelta(minutes=1)
BRAKES: Final = {
    Counted.DEVICE: Brake(5, timedelta(hours=1), _MINUTE, 15 * _MINUTE),
    Counted.LOGIN_AND_NETWORK: Brake(5, timedelta(hours=1), _MINUTE, 15 * _MINUTE),
    Counted.LOGIN: Brake(20, timedelta(hours=1), _MINUTE, 15 * _MINUTE),
    # A whole school may come from one address, and many mistype on the first day.
    Counted.NETWORK: Brake(60, 15 * _MINUTE, _MINUTE, 15 * _MINUTE),
}
# Codes are six digits, and whoever may try them knows the password already.
CODE_BRAKES: Final = {
    Counted.DEVICE: Brake(5, timedelta(hours=24), 2 * _MINUTE, timedelta(hours=1)),
    Counted.LOGIN: Brake(5, timedelta(hours=24), 2 * _MINUTE, timedelta(hours=2)),
}
# A pupil of another school is found by a number and a birth date: who does not have the papers cannot try them all.
PUPIL_BRAKES: Final = {Counted.LOGIN: Brake(8, timedelta(hours=24), 5 * _MINUTE, timedelta(hours=2))}
MAIL_BRAKES: Final = {
    Counted.LOGIN: Brake(3, timedelta(hours=1), 20 * _MINUTE, timedelta(hours=1)),
    Counted.NETWORK: Brake(20, timedelta(hours=1), 5 * _MINUTE, timedelta(hours=1)),
}


def wait_until(brake: Brake, failures: Sequence[datetime], at: datetime) -> datetime | None:
    """From when on the next try is let through, None when now; `failures` in any order."""
    recent = sorted(failure for failure in failures if failure > at - brake.window)
    over = len(recent) - brake.free
    if over < 0:
        return None
    wait = min(brake.first * 2 ** min(over, 16), brake.longest)
    until = recent[-1] + wait
    return until if until > at else None
