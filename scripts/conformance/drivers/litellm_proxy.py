"""The LiteLLM gateway with its logger `generic_api`, or with the callback of SobrIA, called by the OpenAI library."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from scripts.conformance.drivers.surroundings import COLLECT, MODEL, SECRET, TOKEN, UPSTREAM, chat

KEY = f"sk-{SECRET}"
CALLBACK = "from sobria_instrument import litellm_callback\n\ncounting = litellm_callback()\n"  # as docs/appels.md says


def main(callback: str) -> None:
    """Two calls, then the time that the logger takes to send."""
    named = {"GENERIC_LOGGER_ENDPOINT": f"{COLLECT}/v1/rows", "GENERIC_LOGGER_HEADERS": f"Authorization=Bearer {TOKEN}"}
    named |= {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "DEFAULT_FLUSH_INTERVAL_SECONDS": "2", "LITELLM_MASTER_KEY": KEY}
    named |= {"SOBRIA_COLLECT": COLLECT, "SOBRIA_TOKEN": TOKEN}
    Path("sobria_callback.py").write_text(CALLBACK, "utf-8")
    to = {"model": f"openai/{MODEL}", "api_base": f"{UPSTREAM}/v1", "api_key": SECRET}
    served = {"model_list": [{"model_name": MODEL, "litellm_params": to}]}
    Path("proxy.json").write_text(json.dumps(served | {"litellm_settings": {"callbacks": [callback]}}), "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["litellm", "--config", "proxy.json", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, env=os.environ | named) as proxy:
        try:
            _wait_for(f"http://127.0.0.1:{port}/health/liveliness")
            import openai

            chat(openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key=KEY, max_retries=0))
            time.sleep(25)
        finally:
            proxy.terminate()


def _wait_for(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(1)
    raise SystemExit("the gateway never opened")


if __name__ == "__main__":
    main(*sys.argv[1:])
