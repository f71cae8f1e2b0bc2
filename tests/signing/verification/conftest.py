"""A world with one of each signer, and a record sealed in it."""

from typing import Any

import pytest

from domain.transfers.contents import TransferPackage
from tests.signing.verification import transfer_desk
from tests.signing.verification.world import World, make_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="session")
def record(world: World) -> bytes:
    """B-LT: signed half a year ago, sealed ten days later, on the answers of that day."""
    return world.sealed()


@pytest.fixture(scope="session")
def records(world: World) -> dict[str, bytes]:
    return transfer_desk.sealed_records(world)


@pytest.fixture(scope="session")
def package(world: World, records: dict[str, bytes]) -> TransferPackage:
    return transfer_desk.package_of(world, records)


@pytest.fixture
def said(records: dict[str, bytes]) -> dict[str, Any]:
    return transfer_desk.result_over(records)
