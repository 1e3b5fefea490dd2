"""OpenInference's instrumentation of the OpenAI library, which writes prompts in its spans."""

from openinference.instrumentation.openai import OpenAIInstrumentor

from scripts.conformance.drivers.surroundings import chat, openai_client
from scripts.conformance.drivers.tracing import provider

if __name__ == "__main__":
    made = provider()
    OpenAIInstrumentor().instrument(tracer_provider=made)
    chat(openai_client())
    made.shutdown()
