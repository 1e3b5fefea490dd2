"""What every driver is told by its environment, and the calls that most of them make; standard library only."""

import json
import os
from pathlib import Path
from typing import Any

UPSTREAM, COLLECT, TOKEN, SECRET, MODEL = (
    os.environ[f"CONFORMANCE_{name}"] for name in ("UPSTREAM", "COLLECT", "TOKEN", "SECRET", "MODEL")
)
OUT = Path(os.environ["CONFORMANCE_OUT"])  # files to import
BEARER = {"authorization": f"Bearer {TOKEN}"}
PROMPT = [{"role": "user", "content": f"Écrivez à {SECRET}, s'il vous plaît."}]


def write(name: str, value: Any) -> None:
    """A file to import, of text or of a value as JSON; appended to where it is there, one value a line."""
    with (OUT / name).open("a", encoding="utf-8") as file:
        file.write(value if isinstance(value, str) else json.dumps(value) + "\n")


def expect(*rows: dict[str, Any]) -> None:
    """Rows that are expected, where they are not those of the calls that the fake model answered."""
    Path(os.environ["CONFORMANCE_EXPECTED"]).write_text(json.dumps(rows), "utf-8")


def chat(client: Any, **options: Any) -> None:
    """A call of the OpenAI library answered at once, and one answered in pieces, which is asked for its usage."""
    client.chat.completions.create(model=MODEL, messages=PROMPT, user=SECRET, **options)
    usage = {"stream_options": {"include_usage": True}}
    for _ in client.chat.completions.create(model=MODEL, messages=PROMPT, stream=True, **usage, **options):
        pass


def openai_client() -> Any:
    """The client of the OpenAI library, imported when its instrumentation is in place."""
    import openai

    return openai.OpenAI(base_url=f"{UPSTREAM}/v1", api_key=SECRET, max_retries=0)
