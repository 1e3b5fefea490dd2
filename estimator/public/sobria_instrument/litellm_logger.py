"""A callback of LiteLLM, library or gateway, that counts its calls: for those that do not pass by httpx too."""

import importlib
import os
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from sobria_instrument.answers import span
from sobria_instrument.calls import counted, outbox
from sobria_instrument.telling import Guarded, tell


def litellm_callback(
    service: str | None = None,
    address: str | None = None,
    token: str | None = None,
    folder: str | os.PathLike[str] | None = None,
) -> Any:
    """A callback for `litellm.callbacks`, or for `callbacks` of the gateway, that sends the same as `instrument`.

    Tokens are those that LiteLLM tells: where the model says none, it counts them itself. An answer from its own cache
    is no work, and is not counted.

    Parameters
    ----------
    service : as in `instrument`.
    address : as in `instrument`.
    token : as in `instrument`.
    folder : as in `instrument`.

    Returns
    -------
    CustomLogger
        A logger of LiteLLM, which counts nothing where `instrument` counts already. ImportError without LiteLLM.
    """
    base: Any = importlib.import_module("litellm.integrations.custom_logger").CustomLogger
    sending = outbox(service, address, token, folder)

    class CallCounter(base):  # type: ignore[misc]
        """Counts each call that succeeded, once."""

        def log_success_event(self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any) -> None:
            with Guarded():
                if found := _span(kwargs.get("standard_logging_object") or {}):
                    sending.put(found)

        async def async_log_success_event(self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any) -> None:
            self.log_success_event(kwargs, response_obj, start_time, end_time)

        def close(self) -> None:
            """Write what is left and try once to send it, as the end of the program does."""
            sending.close()

    if counted():
        tell("both")
    return CallCounter()


def _span(log: dict[str, Any]) -> dict[str, Any] | None:
    """The span of a call, with identifiers that are those of the call: told twice, it counts once."""
    if not log or log.get("cache_hit") or counted():
        return None
    at = urlsplit(log.get("api_base") or "")
    usage = (log.get("metadata") or {}).get("usage_object") or {}
    provider = log.get("custom_llm_provider") or ""
    used = {"input": log.get("prompt_tokens"), "output": log.get("completion_tokens"), "provider": provider}
    used["cached"] = (usage.get("prompt_tokens_details") or {}).get("cached_tokens")
    used["thought"] = (usage.get("completion_tokens_details") or {}).get("reasoning_tokens")
    used |= {"total": log.get("total_tokens"), "cache_made": usage.get("cache_creation_input_tokens")}
    used["model"] = str(log.get("model") or "").removeprefix(f"{provider}/")
    times = tuple(int(float(log[name]) * 1e9) for name in ("startTime", "endTime"))
    found = span(used, (at.hostname or "", at.port), (times[0], times[1]), "no_usage")
    digest = sha256(f"{log.get('id')} {times}".encode()).hexdigest()
    return found | {"traceId": digest[:32], "spanId": digest[32:48]}
