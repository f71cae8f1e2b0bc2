"""Temporal's own server in memory, with our namespace, converter and search attributes: for what is thrown away."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio.converter import DataConverter
from temporalio.testing import WorkflowEnvironment

from cli.services.temporal import prepare_namespace, temporal_binary
from config.payloads import passing_converter

# Time skipping on the real server: off unless asked for.
TIME_SKIPPING = ("--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true")
# Each timer, also one that is skipped and one before an activity is tried again, waits a second longer otherwise.
FINE_TIMERS = ("--dynamic-config-value", 'history.timerProcessorMaxTimeShift="1ms"')


@asynccontextmanager
async def temporal_server(
    identity: str | None = None, arguments: Sequence[str] = ()
) -> AsyncIterator[WorkflowEnvironment]:
    """With the arguments of `TIME_SKIPPING`, clocks can be turned that nobody asked to run ahead by themselves."""
    async with await WorkflowEnvironment.start_local(**_options(identity, arguments)) as environment:
        await prepare_namespace(environment.client)
        yield environment


@asynccontextmanager
async def time_skipping_server(
    identity: str | None = None, converter: DataConverter | None = None
) -> AsyncIterator[WorkflowEnvironment]:
    """The same with workflows whose clocks run ahead whenever they only wait."""
    options = _options(identity, TIME_SKIPPING)
    if converter is not None:
        options["data_converter"] = converter
    async with await WorkflowEnvironment.start_time_skipping_v2(**options) as environment:
        await prepare_namespace(environment.client)
        yield environment


def _options(identity: str | None, arguments: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "namespace": "hocba",
        "identity": identity,
        "data_converter": passing_converter(),
        "dev_server_existing_path": temporal_binary(),
        "dev_server_startup_timeout": timedelta(seconds=60),
        "dev_server_log_level": "error",
        # No banner among what a command prints.
        "dev_server_extra_args": ["--output", "none", *FINE_TIMERS, *arguments],
    }
