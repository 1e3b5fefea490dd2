"""OpenTelemetry's own instrumentation of the OpenAI library, its capture of contents asked for."""

import os

from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor

from scripts.conformance.drivers.surroundings import chat, openai_client
from scripts.conformance.drivers.tracing import provider

if __name__ == "__main__":
    os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "true"
    made = provider()
    OpenAIInstrumentor().instrument(tracer_provider=made)
    chat(openai_client())
    made.shutdown()
