"""Three time-stamp authorities whose certificates follow one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from cryptography import x509

from tests.signing.tsa import StampAuthority, found


@dataclass(frozen=True)
class Authorities:
    """Certificates until 2031, 2037 and 2045."""

    first: StampAuthority
    second: StampAuthority
    third: StampAuthority

    @property
    def roots(self) -> Sequence[x509.Certificate]:
        return [*self.first.roots, *self.second.roots, *self.third.roots]


@pytest.fixture(scope="session")
def authorities() -> Authorities:
    years = ((2026, 2031), (2029, 2037), (2035, 2045))
    return Authorities(
        *(
            found(f"Thử {since}", datetime(since, 1, 1, tzinfo=UTC), datetime(until, 1, 1, tzinfo=UTC))
            for since, until in years
        )
    )
