"""LiteLLM's library with one of its callbacks, set by the variables that its documentation gives."""

import asyncio
import os
import sys
from typing import Any

from scripts.conformance.drivers.surroundings import COLLECT, MODEL, PROMPT, SECRET, TOKEN, UPSTREAM

SETTINGS = {
    "otel": {
        "OTEL_EXPORTER": "otlp_http",
        "OTEL_ENDPOINT": f"{COLLECT}/v1/traces",
        "OTEL_HEADERS": f"authorization=Bearer {TOKEN}",
    },
    "generic_api": {
        "GENERIC_LOGGER_ENDPOINT": f"{COLLECT}/v1/rows",
        "GENERIC_LOGGER_HEADERS": f"Authorization=Bearer {TOKEN}",
    },
}


async def main(callback: str) -> None:
    """A call answered at once and one answered in pieces, then the time that its logger takes to send."""
    os.environ |= SETTINGS[callback] | {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "DEFAULT_FLUSH_INTERVAL_SECONDS": "2"}
    import litellm

    litellm.callbacks = [callback]
    await litellm.acompletion(messages=PROMPT, **_to())
    usage = {"stream_options": {"include_usage": True}}
    async for _ in await litellm.acompletion(messages=PROMPT, stream=True, **usage, **_to()):
        pass
    await asyncio.sleep(25)


def _to() -> dict[str, Any]:
    """Metadata of its own for each call: the library marks in it the calls that it sent."""
    tagged = {"user": SECRET, "metadata": {"tags": ["service:courrier"]}}
    return {"model": f"openai/{MODEL}", "api_base": f"{UPSTREAM}/v1", "api_key": SECRET} | tagged


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
