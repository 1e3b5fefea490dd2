"""The clients of several suppliers, each answer written to a file as their libraries write it."""

import sys
from typing import Any

from scripts.conformance.drivers.surroundings import MODEL, PROMPT, SECRET, UPSTREAM, openai_client, write


def openai() -> None:
    """Chat completions and the Responses API."""
    client = openai_client()
    write("answers.jsonl", client.chat.completions.create(model=MODEL, messages=PROMPT).model_dump_json() + "\n")
    write("answers.jsonl", client.responses.create(model=MODEL, input=PROMPT[0]["content"]).model_dump_json() + "\n")


def mistral() -> None:
    """Their library moved its client in version 2."""
    try:
        from mistralai.client import Mistral
    except ImportError:
        from mistralai import Mistral
    client = Mistral(api_key=SECRET, server_url=UPSTREAM)
    for _ in range(2):
        write("answers.jsonl", client.chat.complete(model=MODEL, messages=PROMPT).model_dump_json() + "\n")


def ollama() -> None:
    """A chat answered at once, and one in pieces, all written."""
    from ollama import Client

    client = Client(host=UPSTREAM)
    write("answers.jsonl", client.chat(model=MODEL, messages=PROMPT).model_dump_json() + "\n")
    for piece in client.chat(model=MODEL, messages=PROMPT, stream=True):
        write("answers.jsonl", piece.model_dump_json() + "\n")


def anthropic() -> None:
    """Messages, whose answers have no date."""
    from anthropic import Anthropic

    client: Any = Anthropic(base_url=UPSTREAM, api_key=SECRET)
    for _ in range(2):
        answer = client.messages.create(model=MODEL, max_tokens=500, messages=PROMPT)
        write("answers.jsonl", answer.model_dump_json() + "\n")


def ecologits() -> None:
    """Answers of the OpenAI library, to which EcoLogits adds its impacts."""
    from ecologits import EcoLogits

    EcoLogits.init(providers=["openai"])
    client = openai_client()
    for model in ("gpt-4o-mini", "gpt-4o-mini"):
        write("answers.jsonl", client.chat.completions.create(model=model, messages=PROMPT).model_dump_json() + "\n")


if __name__ == "__main__":
    {f.__name__: f for f in (openai, mistral, ollama, anthropic, ecologits)}[sys.argv[1]]()
