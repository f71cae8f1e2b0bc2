"""Temporal's own server: 90 days of history and our search attributes, also for an older state file."""

import pytest
from temporalio.testing import WorkflowEnvironment

from cli.services.services import Services, on_free_ports
from cli.services.temporal import RETENTION, missing_search_attributes, retention, temporal_part
from cli.trouble import Trouble
from config.settings import Settings
from config.temporal import connect


async def test_history_is_kept_for_90_days_and_every_search_attribute_is_there(settings: Settings) -> None:
    own = on_free_ports(settings, settings.var_dir)
    for _ in range(2):
        async with Services(own, [temporal_part(own)]):
            client = await connect(own)
            assert await retention(client) == RETENTION
            assert await missing_search_attributes(client) == []


async def test_a_server_that_has_ended_meanwhile_is_trouble(settings: Settings) -> None:
    own = on_free_ports(settings, settings.var_dir)
    with pytest.raises(Trouble, match="Temporal answered, and then did not any more"):
        await temporal_part(own).complete()


async def test_the_tests_own_server_has_them_too(temporal_env: WorkflowEnvironment) -> None:
    assert temporal_env.client.namespace == "hocba"
    assert await missing_search_attributes(temporal_env.client) == []
