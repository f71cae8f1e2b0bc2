"""What each process of hocba does first so that it can be watched: its logs, its metrics, its traces."""

from importlib import import_module

from config.settings import Settings
from telemetry import logs, metrics


def watch(settings: Settings, part: str) -> None:
    """Set up what the settings want of this process, `part` of hocba; before it makes a client of Temporal.

    Raises OSError when another program holds the port for metrics.
    """
    logs.set_up(settings.log_format, settings.log_level)
    if settings.metrics_port is not None:
        metrics.serve(settings.metrics_host, settings.metrics_port)
    else:
        metrics.use_engine()
    if settings.otlp_endpoint:
        import_module("telemetry.otlp").send_to(
            settings.otlp_endpoint, part
        )  # a quarter of a second, for those who want it
