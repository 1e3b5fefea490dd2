"""The OpenTelemetry SDK as an application sets it up: spans of two calls, in protobuf, packed or not, or in JSON."""

import sys
import time
from urllib.parse import urlsplit

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from scripts.conformance.drivers.surroundings import BEARER, COLLECT, MODEL, PROMPT, SECRET, UPSTREAM, expect


def main(form: str) -> None:
    """Two calls under a span of the application."""
    if form == "json":
        from opentelemetry.exporter.otlp.json.http.trace_exporter import OTLPSpanExporter
    else:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    packed = {}
    if form == "gzip":
        from opentelemetry.exporter.otlp.proto.http import Compression

        packed = {"compression": Compression.Gzip}
    exporter = OTLPSpanExporter(f"{COLLECT}/v1/traces", headers=BEARER, **packed)
    provider = TracerProvider(resource=Resource.create({"service.name": "courrier", "host.name": SECRET}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer, rows = provider.get_tracer("courrier"), []
    address = urlsplit(UPSTREAM)
    with tracer.start_as_current_span("GET /", attributes={"url.path": f"/{SECRET}"}):
        for number in (1, 2):
            with tracer.start_as_current_span(f"chat {MODEL}") as span:
                span.set_attributes({"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai"})
                span.set_attributes({"gen_ai.request.model": MODEL, "gen_ai.usage.input_tokens": 1000 + number})
                span.set_attributes({"gen_ai.usage.output_tokens": 300, "gen_ai.input.messages": str(PROMPT)})
                span.set_attributes({"server.address": address.hostname or "", "server.port": address.port or 0})
                time.sleep(0.01)
            rows.append({"model": MODEL, "input_tokens": 1000 + number, "output_tokens": 300})
    provider.shutdown()
    expect(*rows)


if __name__ == "__main__":
    main(sys.argv[1])
