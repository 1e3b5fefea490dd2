"""A tracer provider that sends to the collector, for the libraries that instrument the calls of another."""

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from scripts.conformance.drivers.surroundings import BEARER, COLLECT


def provider() -> TracerProvider:
    """Also the one that libraries find by themselves."""
    made = TracerProvider(resource=Resource.create({"service.name": "courrier"}))
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{COLLECT}/v1/traces", headers=BEARER)))
    trace.set_tracer_provider(made)
    return made
