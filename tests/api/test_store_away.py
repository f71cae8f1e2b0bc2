"""Pages and the log's files while the object store is away: said plainly, and nothing is taken for lost."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from api.services import Services
from config.settings import LOOPBACK
from storage.buckets import Bucket
from storage.objects import Objects
from storage.tiles import BucketTiles
from tests.api.applications import CALLED
from tests.api.world import visitor
from tests.ports import hold_port, port_of


@pytest.fixture
def away(services: Services) -> Iterator[Services]:
    with hold_port() as held:
        bucket = Bucket("hocba", "", f"http://{LOOPBACK}:{port_of(held)}", "us-east-1", "key", "secret", timeout_s=0.3)
        yield replace(services, objects=Objects(bucket), history=BucketTiles(bucket))


async def test_the_log_is_unavailable_and_not_gone(away: Services) -> None:
    answer = await visitor(CALLED.over(away)).get("/history/checkpoint")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
