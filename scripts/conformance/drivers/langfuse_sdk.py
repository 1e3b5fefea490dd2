"""Langfuse's library around that of OpenAI, its host being the collector, its secret key the token."""

import os

from scripts.conformance.drivers.surroundings import COLLECT, SECRET, TOKEN, UPSTREAM, chat

if __name__ == "__main__":
    named = {"HOST": COLLECT, "BASE_URL": COLLECT, "PUBLIC_KEY": "sobria", "SECRET_KEY": TOKEN}
    os.environ |= {f"LANGFUSE_{name}": text for name, text in named.items()}
    from langfuse import get_client
    from langfuse.openai import openai

    chat(openai.OpenAI(base_url=f"{UPSTREAM}/v1", api_key=SECRET, max_retries=0))
    get_client().flush()
    get_client().shutdown()
