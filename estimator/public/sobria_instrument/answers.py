"""What the answer of a model says of its use: the name of the model and its counts of tokens, never what was said."""

import json
import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

# Ends of the paths where models answer: OpenAI and compatible servers, Mistral, Anthropic, Ollama, Google.
PATHS = (
    *("/completions", "/responses", "/embeddings", "/v1/messages", "/api/chat", "/api/generate", "/api/embed"),
    *(":generateContent", ":streamGenerateContent"),
)
# Names of a count, those of OpenAI first; then Responses and Anthropic, Ollama, Google.
_INPUT = ("prompt_tokens", "input_tokens", "prompt_eval_count", "promptTokenCount")
_OUTPUT = ("completion_tokens", "output_tokens", "eval_count", "candidatesTokenCount")
_CACHED = ("cached_tokens", "cache_read_input_tokens", "cachedContentTokenCount")
_MADE = ("cache_creation_tokens", "cache_write_tokens", "cache_creation_input_tokens")
# What a count leaves out, where no details or total say more: that of Anthropic, the cache; those of Google, what a
# tool read, and the reasoning.
_BESIDE = {
    "input_tokens": ("cache_read_input_tokens", "cache_creation_input_tokens"),
    "promptTokenCount": ("toolUsePromptTokenCount",),
    "candidatesTokenCount": ("thoughtsTokenCount",),
}
_DETAILS = ("prompt_tokens_details", "input_tokens_details")
_DETAILS_OF_OUTPUT = ("completion_tokens_details", "output_tokens_details")
_TOTAL = ("total_tokens", "totalTokenCount")
_THOUGHT = ("reasoning_tokens", "thoughtsTokenCount")
_MODEL = ("model", "modelVersion")
_SIGN = re.compile(rb'"(usage|usageMetadata|eval_count|prompt_eval_count)"')
_LONGEST = 120  # signs of the name of a model
UNCOUNTED = "sobria.uncounted"  # why a call has no tokens


def uses(objects: Iterable[Any]) -> dict[str, Any]:
    """Model and tokens (input, output, cached, cache_made, total, thought), those told, of an answer or of its pieces.

    One that cannot be, negative or huge, is sent as it was read: the collector keeps its row aside and says why."""
    model, usage = "", dict[str, Any]()
    for found in (found for found in objects if isinstance(found, dict)):
        holders = (found, *(found.get(name) for name in ("response", "message")))
        for holder in (holder for holder in holders if isinstance(holder, dict)):
            model = next((holder[name] for name in _MODEL if isinstance(holder.get(name), str)), model)
            for told in (holder, holder.get("usage"), holder.get("usageMetadata")):
                usage |= {n: v for n, v in told.items() if v is not None} if isinstance(told, dict) else {}
    details = [usage[name] for name in _DETAILS if isinstance(usage.get(name), dict)]
    total = _count(usage, _TOTAL)
    counts = {"input": _whole(usage, _INPUT, bool(details)), "output": _whole(usage, _OUTPUT, total is not None)}
    counts |= {"cached": _first((*details, usage), _CACHED), "cache_made": _first((*details, usage), _MADE)}
    details = [usage[name] for name in _DETAILS_OF_OUTPUT if isinstance(usage.get(name), dict)]
    counts |= {"total": total, "thought": _first((*details, usage), _THOUGHT)}
    return {"model": model[:_LONGEST], **{name: count for name, count in counts.items() if count is not None}}


def _whole(usage: Mapping[str, Any], names: Iterable[str], told: bool) -> int | None:
    """The first of these counts, with those that it leaves out unless the usage tells where they are."""
    name = next((name for name in names if _count(usage, (name,)) is not None), "")
    parts = [_count(usage, (one,)) for one in (name, *(() if told else _BESIDE.get(name, ())))]
    counts = [count for count in parts if count is not None]
    return (sum if min(counts) >= 0 else min)(counts) if counts else None


def _first(holders: Iterable[Mapping[str, Any]], names: Iterable[str]) -> int | None:
    return next((count for one in holders if (count := _count(one, names)) is not None), None)


def _count(usage: Mapping[str, Any], names: Iterable[str]) -> int | None:
    values = (usage.get(name) for name in names)
    return next((v for v in values if isinstance(v, int) and not isinstance(v, bool)), None)


def span(used: Mapping[str, Any], at: tuple[str, int | None], times: tuple[int, int], why: str) -> dict[str, Any]:
    """One call as a span of OpenTelemetry, in its JSON: `used` of `uses`, `at` the host and port that answered, `times`
    its start and end [ns since 1970]. Zero tokens are no count; `why` says then what is missing."""
    told = {"gen_ai.response.model": used.get("model"), "server.address": at[0], "server.port": at[1]}
    told["gen_ai.provider.name"] = used.get("provider")
    if used.get("input") or used.get("output"):
        told |= {f"gen_ai.usage.{name}_tokens": used.get(name) for name in ("input", "output")}
        told["gen_ai.usage.cache_read.input_tokens"] = used.get("cached")
        told |= _beside(used)
    else:
        told[UNCOUNTED] = why
    written = [
        {"key": name, "value": {"stringValue": value} if isinstance(value, str) else {"intValue": str(value)}}
        for name, value in told.items()
        if value not in (None, "")
    ]
    ids = {"traceId": secrets.token_hex(16), "spanId": secrets.token_hex(8), "name": "chat", "kind": 3}
    return {**ids, "startTimeUnixNano": str(times[0]), "endTimeUnixNano": str(times[1]), "attributes": written}


def _beside(used: Mapping[str, Any]) -> dict[str, Any]:
    """What is told beside input and output, where these leave something out: the collector says of what."""
    read, written, total, thought = (used.get(name) or 0 for name in ("input", "output", "total", "thought"))
    of_cache = sum(used.get(name) or 0 for name in ("cached", "cache_made"))
    if total <= read + written and thought <= written and of_cache <= read:
        return {}
    told = {"gen_ai.usage.total_tokens": used.get("total"), "gen_ai.usage.reasoning.output_tokens": used.get("thought")}
    return told | {"gen_ai.usage.cache_creation.input_tokens": used.get("cache_made")}


class Call:
    """One call, from its sending to the last piece of its answer, of which two lines are held at most: the first that
    names a model, the last that has a usage."""

    def __init__(self, host: str, port: int | None, tell: Callable[[dict[str, Any]], None]) -> None:
        self.at, self._tell = (host, port), tell
        self._since = time.time_ns(), time.perf_counter_ns()
        self._rest: list[bytes] = []
        self._named = self._usage = b""
        self._ended = False

    def feed(self, piece: bytes) -> None:
        """A piece of a streamed answer: events or lines."""
        if b"\n" not in piece:
            self._rest.append(piece)
            return
        *lines, rest = b"".join((*self._rest, piece)).split(b"\n")
        self._rest = [rest]
        for line in lines:
            self._read(line)

    def end(self, whole: bool) -> None:
        """The last piece was read, or no more will be: the counts of an answer left before its end are not known."""
        self._read(b"".join(self._rest))
        lines = (self._named, self._usage) if whole else (self._named,)
        self._told([_parsed(line) for line in lines], "no_usage" if whole else "stream_left", whole)

    def document(self, body: bytes) -> None:
        """The answer in one piece: an object, or a list of those that Google streams; else the lines of a stream."""
        found = _parsed(body)
        if found is None:
            self.feed(body)
            self.end(True)
        else:
            self._told(found if isinstance(found, list) else [found], "no_usage", True)

    def _read(self, line: bytes) -> None:
        """A line of a stream; its end, which some clients read no further than."""
        self._named = self._named or (line if b'"model' in line else b"")
        self._usage = line if _SIGN.search(line) else self._usage
        if line.removeprefix(b"data:").strip() == b"[DONE]":
            self._rest = []
            self.end(True)

    def _told(self, objects: list[Any], why: str, whole: bool) -> None:
        """Once, and not for what names no model and counts nothing: another service has such a path too."""
        used = uses(objects)
        if self._ended or not any(used.values()):
            return
        self._ended = True
        kept = used if whole else {"model": used["model"]}
        begun, clock = self._since
        times = begun, begun + time.perf_counter_ns() - clock
        self._tell(span(kept, self.at, times, why))


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line.removeprefix(b"data:"))
    except ValueError:
        return None
