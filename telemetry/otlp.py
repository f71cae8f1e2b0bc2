"""Sends the spans of this process to an OTLP endpoint. A module by itself: where traces are off nobody loads it."""

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from telemetry import tracing


def send_to(endpoint: str, part: str) -> None:
    """Export as `hocba-{part}` to an endpoint such as `http://127.0.0.1:4318`, in batches, by a thread.

    What else there is to say (headers, sampling) OpenTelemetry reads from its own OTEL_ variables.
    """
    begin(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")), part)


def begin(processor: SpanProcessor, part: str) -> None:
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: f"hocba-{part}"}))
    provider.add_span_processor(processor)
    tracing.use(provider.get_tracer("hocba"), provider.shutdown)
