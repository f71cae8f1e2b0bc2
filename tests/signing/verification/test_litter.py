"""Garbage is looked for after what is out of the ordinary, and after so many bytes."""

import gc
from collections.abc import Iterator

import pytest

from signing.verification.litter import Litter


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    found: list[int] = []
    monkeypatch.setattr(gc, "collect", lambda: found.append(1))
    try:
        yield found
    finally:
        gc.enable()


def test_ordinary_documents_are_cleared_away_together(collected: list[int]) -> None:
    litter = Litter()
    assert not gc.isenabled()
    for _ in range(64):
        litter.left(1 << 20, is_ordinary=True)
    assert len(collected) == 1


def test_what_is_out_of_the_ordinary_is_cleared_away_at_once(collected: list[int]) -> None:
    litter = Litter()
    litter.left(100, is_ordinary=False)
    assert len(collected) == 1
