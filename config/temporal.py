"""The one way to reach Temporal: namespace, data converter and what watches are the same for every process."""

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from config.settings import Settings
from telemetry.temporal import Watching


async def connect(settings: Settings) -> Client:
    """Return a client of the `hocba` namespace.

    Raises RuntimeError (from the SDK) when no Temporal server answers at the address of the settings.
    """
    return await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        data_converter=pydantic_data_converter,
        interceptors=[Watching()],
    )
