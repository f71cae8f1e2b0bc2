"""The one way to reach Temporal: namespace, data converter and what watches are the same for every process."""

from collections.abc import Sequence

from temporalio.client import Client, Interceptor, Plugin

from config.history_keys import HistoryKeys
from config.payloads import data_converter
from config.settings import Settings
from telemetry.temporal import Watching


async def connect(
    settings: Settings, interceptors: Sequence[Interceptor] = (), plugins: Sequence[Plugin] = ()
) -> Client:
    """Return a client of the `hocba` namespace.

    Raises RuntimeError (from the SDK) when no Temporal server answers at the address of the settings, and
    HistoryKeysDamaged.
    """
    return await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        data_converter=data_converter(HistoryKeys.open(settings.secrets_dir)),
        interceptors=[Watching(), *interceptors],
        plugins=plugins,
    )
