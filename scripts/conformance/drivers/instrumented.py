"""A service that counts its calls by `sobria_instrument`, one line, with each of the libraries that it may call by."""

import asyncio
import sys
from typing import Any

from sobria_instrument import instrument, litellm_callback

from scripts.conformance.drivers.surroundings import COLLECT, MODEL, OUT, PROMPT, SECRET, TOKEN, UPSTREAM, openai_client
from scripts.conformance.drivers.surroundings import chat as chat_twice

PLACES = {"address": COLLECT, "token": TOKEN, "folder": OUT.parent / "spool"}
USAGE = {"stream_options": {"include_usage": True}}


async def openai() -> None:
    """Chat and responses, at once and in pieces, waited for or not."""
    import openai as library

    client = openai_client()
    chat_twice(client)
    client.responses.create(model=MODEL, input=PROMPT[0]["content"])
    for _ in client.responses.create(model=MODEL, input=PROMPT[0]["content"], stream=True):
        pass
    awaited: Any = library.AsyncOpenAI(base_url=f"{UPSTREAM}/v1", api_key=SECRET, max_retries=0)
    asked: dict[str, Any] = {"model": MODEL, "messages": PROMPT}
    await awaited.chat.completions.create(**asked)
    async for _ in await awaited.chat.completions.create(stream=True, **USAGE, **asked):
        pass


async def mistral() -> None:
    """Their library moved its client in version 2."""
    try:
        from mistralai.client import Mistral
    except ImportError:
        from mistralai import Mistral
    client: Any = Mistral(api_key=SECRET, server_url=UPSTREAM)
    asked: dict[str, Any] = {"model": MODEL, "messages": PROMPT}
    client.chat.complete(**asked)
    await client.chat.complete_async(**asked)
    for _ in client.chat.stream(**asked):
        pass
    async for _ in await client.chat.stream_async(**asked):
        pass


async def ollama() -> None:
    """Chat and generate."""
    from ollama import AsyncClient, Client

    client, awaited = Client(host=UPSTREAM), AsyncClient(host=UPSTREAM)
    client.chat(model=MODEL, messages=PROMPT)
    for _ in client.generate(model=MODEL, prompt=PROMPT[0]["content"], stream=True):
        pass
    await awaited.generate(model=MODEL, prompt=PROMPT[0]["content"])
    async for _ in await awaited.chat(model=MODEL, messages=PROMPT, stream=True):
        pass


async def anthropic() -> None:
    """Messages."""
    from anthropic import Anthropic, AsyncAnthropic

    asked: dict[str, Any] = {"model": MODEL, "messages": PROMPT, "max_tokens": 500}
    client: Any = Anthropic(base_url=UPSTREAM, api_key=SECRET)
    client.messages.create(**asked)
    for _ in client.messages.create(stream=True, **asked):
        pass
    await AsyncAnthropic(base_url=UPSTREAM, api_key=SECRET).messages.create(**asked)


async def litellm() -> None:
    """The library, with the hook or with its callback."""
    import litellm as library

    asked: dict[str, Any] = {"model": f"openai/{MODEL}", "api_base": f"{UPSTREAM}/v1", "api_key": SECRET}
    library.completion(messages=PROMPT, **asked)
    for _ in library.completion(messages=PROMPT, stream=True, **USAGE, **asked):
        pass
    await library.acompletion(messages=PROMPT, **asked)
    async for _ in await library.acompletion(messages=PROMPT, stream=True, **USAGE, **asked):
        pass
    await library.acompletion(messages=PROMPT, **asked | {"model": f"ollama_chat/{MODEL}", "api_base": UPSTREAM})
    await asyncio.sleep(5)


if __name__ == "__main__":
    client, way = sys.argv[1:3]
    if way == "callback":
        import litellm as used

        used.callbacks = [litellm_callback("courrier", **PLACES)]
    else:
        instrument("courrier", **PLACES)
    asyncio.run({f.__name__: f for f in (openai, mistral, ollama, anthropic, litellm)}[client]())
