"""A world with one of each signer, and a record sealed in it."""

import pytest

from tests.signing.verification.world import World, make_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="session")
def record(world: World) -> bytes:
    """B-LT: signed half a year ago, sealed ten days later, on the answers of that day."""
    return world.sealed()
