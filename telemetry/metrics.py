"""One port of a process for Prometheus: what the process counts itself, and what Temporal's library counts."""

import http.client
import logging
import socket
from collections.abc import Iterator
from typing import Final

from prometheus_client import REGISTRY, disable_created_metrics, start_http_server
from prometheus_client.exposition import ThreadingWSGIServer
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector
from temporalio.activity import logger as activity_logger
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)
from temporalio.workflow import logger as workflow_logger

LOOPBACK: Final = "127.0.0.1"
PATIENCE: Final = 2.0  # seconds
# Of thousands of people who wait, what matters lies between a blink and a coffee; the library's own go to a day.
_SECONDS: Final = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0, 300.0)
_LATENCIES: Final = (
    "activity_schedule_to_start_latency",
    "activity_execution_latency",
    "activity_succeed_endtoend_latency",
    "workflow_task_schedule_to_start_latency",
    "workflow_task_execution_latency",
    "workflow_task_replay_latency",
    "request_latency",
)


def serve(host: str, port: int) -> None:
    """Answer Prometheus at `http://{host}:{port}/metrics`, on threads of its own; call once in a process.

    Raises OSError when another program holds the port.
    """
    disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series of each, for when it began
    inside = _free_port()
    use_engine(inside)
    REGISTRY.register(_Engine(inside))
    # While a process takes the place of another, both hold the port for a moment; other programs cannot.
    ThreadingWSGIServer.allow_reuse_port = True
    start_http_server(port, host)


def use_engine(port: int | None = None) -> None:
    """Have Temporal's library speak through our logs, and count on a port of this machine if one is given.

    Call before the first client is made.
    """
    forwarding = LogForwardingConfig(
        logging.getLogger("temporalio"),
        append_target_to_name=False,
        prepend_target_on_message=False,
        append_log_fields_to_message=False,
    )
    said = LoggingConfig(TelemetryFilter(core_level="WARN", other_level="ERROR"), forwarding)
    counted = PrometheusConfig(
        f"{LOOPBACK}:{port}",
        counters_total_suffix=True,
        unit_suffix=True,
        durations_as_seconds=True,
        histogram_bucket_overrides=dict.fromkeys((f"temporal_{each}" for each in _LATENCIES), _SECONDS),
    )
    telemetry = TelemetryConfig(logging=said, metrics=counted if port else None, attach_service_name=False)
    Runtime.set_default(Runtime(telemetry=telemetry), error_if_already_set=False)
    # The ids are fields of each line; within the words nobody can search for them.
    activity_logger.activity_info_on_message = workflow_logger.workflow_info_on_message = False


class _Engine(Collector):
    """Temporal's library answers on a port of its own, which stays inside this machine."""

    def __init__(self, port: int) -> None:
        self._port = port

    def describe(self) -> Iterator[Metric]:
        """Nothing is asked when this is registered: nobody counts yet."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        connection = http.client.HTTPConnection(LOOPBACK, self._port, timeout=PATIENCE)
        try:
            connection.request("GET", "/metrics")
            said = connection.getresponse().read().decode()
        finally:
            connection.close()
        yield from text_string_to_metric_families(said)


def _free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as probe:
        return int(probe.getsockname()[1])
