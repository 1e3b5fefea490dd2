"""EcoLogits, told where to send its metrics; it has no place for a token but the variable of its exporter."""

import os
import time

from scripts.conformance.drivers.surroundings import COLLECT, PROMPT, TOKEN, expect, openai_client

MODEL = "gpt-4o-mini"  # it measures only the models that it knows

if __name__ == "__main__":
    os.environ["OTEL_EXPORTER_OTLP_HEADERS"] = f"authorization=Bearer {TOKEN}"
    from ecologits import EcoLogits

    EcoLogits.init(providers=["openai"], opentelemetry_endpoint=f"{COLLECT}/v1/metrics")
    client = openai_client()
    for _ in range(2):
        client.chat.completions.create(model=MODEL, messages=PROMPT)
    time.sleep(7)  # it sends every five seconds, twice here
    client.chat.completions.create(model=MODEL, messages=PROMPT)
    expect({"model": MODEL, "requests": 3})
