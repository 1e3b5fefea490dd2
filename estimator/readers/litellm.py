"""Reader of LiteLLM spend logs: one request a row, without its messages, its keys and who made it."""

from collections.abc import Mapping
from datetime import UTC
from functools import partial
from typing import Any

from estimator.readers import json_text
from estimator.readers.base import Context, Reader, ReadResult, RowRefused, Trace
from estimator.readers.records import Fields, Reading, Said, counts_only

NAME = "litellm"
VERSION = 1
# Where the call went tells a provider's own address from another that speaks like it; it may hold a password.
FIELDS = Fields(
    numbers=("prompt_tokens", "completion_tokens", "cached_tokens"),
    texts=("request_id", "call_type", "model", "custom_llm_provider", "team_id", "cache_hit"),
    moments=("startTime", "endTime"),
    secret=("api_base",),
)
_SIGNS = frozenset({"request_id", "call_type", "startTime", "endTime", "prompt_tokens", "completion_tokens"})
_OPENAI = ("api.openai.com",)


def sniff(name: str, head: str) -> bool:
    """Whether objects have the names of a spend log."""
    return json_text.outline(head) >= _SIGNS


def read(trace: Trace, context: Context) -> ReadResult:
    """Each request, of a list or of one object a line. BrokenJson, BadSidecar."""
    reading = Reading(trace, context, NAME, VERSION)
    for line, log in json_text.objects(trace):
        if isinstance(log, str):
            reading.broken(line, log)
            continue
        said = Said(log | {"cached_tokens": _cached(log)}, FIELDS)
        reading.left_out(log.keys() - FIELDS.names)
        reading.take(line, said, partial(_fields, reading), "request_id" in said.kept)
    return reading.result()


def _cached(log: Mapping[str, Any]) -> Any:
    """Tokens read again from the provider's cache, in the usage that the log quotes as JSON text or as an object."""
    quoted = log.get("metadata")
    metadata = json_text.parsed(quoted) if isinstance(quoted, str) else quoted
    usage = json_text.object_in(metadata, "usage_object")
    return json_text.object_in(usage, "prompt_tokens_details").get("cached_tokens")


def _fields(reading: Reading, said: Said) -> dict[str, Any]:
    if said.text("cache_hit").lower() == "true":
        raise RowRefused("gateway_cache")
    counts = {
        "input_tokens": said.number("prompt_tokens"),
        "output_tokens": said.number("completion_tokens"),
        "cached_tokens": said.number("cached_tokens"),
    }
    counted, checks = counts_only(said.text("model"), counts)
    place, looks = reading.place(_provider(said))
    start, end = (said.moment(name) for name in ("startTime", "endTime"))
    start_us, end_us = (reading.local(m if m.tzinfo else m.replace(tzinfo=UTC), None)[0] for m in (start, end))
    return {
        **reading.period(start_us, end_us, "offset"),
        **counted,
        **place,
        "service_key": said.text("team_id") or NAME,
        "requests": 1.0,
        "latency_s": (end_us - start_us) / 1e6,
        "checks": tuple(sorted((*checks, *looks))),
    }


def _provider(said: Said) -> str:
    """The provider that the log names; none for an address that only speaks the language of OpenAI."""
    provider, base = said.text("custom_llm_provider"), said.secret.get("api_base", "")
    spoken = provider == "openai" and base and not any(name in base for name in _OPENAI)
    return "" if spoken else provider


READER = Reader(NAME, VERSION, sniff, read)
