"""The counts that Langfuse writes of a call: in OpenAI's words, or in its own, where input and output are what none of
their parts has (`input_cache_read`, `output_reasoning`), as its SDK, LangChain through it and LiteLLM write them."""

from collections.abc import Iterable, Mapping
from typing import Any

from estimator.ingestion.parsing import json_text

_CACHED = ("input_cached_tokens", "input_cache_read", "cache_read_input_tokens")
_MADE = ("input_cache_creation", "cache_creation_input_tokens")
_THOUGHT = ("output_reasoning_tokens", "output_reasoning")
_PARTS = {"input": ("input_", "cache_read_input_", "cache_creation_input_"), "output": ("output_",)}  # how they begin
_OPENAI = {"input": ("prompt", "input"), "output": ("completion", "output")}
_NO_PART = "_priority"  # of the tokens of `input`, those that were served first


def counts(told: Mapping[str, Any]) -> dict[str, Any]:
    """Input, output, cached, cache_made, total and thought, those told."""
    own = told.keys() & _PARTS.keys()
    found = _in_its_own_words(told) if own else _in_those_of_openai(told)
    return {name: count for name, count in found.items() if count is not None}


def _in_its_own_words(told: Mapping[str, Any]) -> dict[str, Any]:
    """Each with its parts, unless the total has no room for them: they are then within."""
    total, whole = told.get("total"), {kind: _whole(told, kind) for kind in _PARTS}
    room = not isinstance(total, int) or sum(count for count in whole.values() if isinstance(count, int)) <= total
    found = whole if room else {kind: told.get(kind) for kind in _PARTS}
    others = {"cached": _CACHED, "cache_made": _MADE, "thought": _THOUGHT}
    return found | {"total": total} | {kind: _first(told, names) for kind, names in others.items()}


def _whole(told: Mapping[str, Any], kind: str) -> Any:
    count = told.get(kind)
    if not isinstance(count, int):
        return count
    parts = [told[name] for name in told if name.startswith(_PARTS[kind]) and not name.startswith(kind + _NO_PART)]
    return count + sum(part for part in parts if isinstance(part, int) and part > 0)


def _in_those_of_openai(told: Mapping[str, Any]) -> dict[str, Any]:
    read, written = (
        next((found for name in names if (found := json_text.object_in(told, f"{name}_tokens_details"))), {})
        for names in _OPENAI.values()
    )
    return {
        **{kind: _first(told, [f"{name}_tokens" for name in names]) for kind, names in _OPENAI.items()},
        "cached": read.get("cached_tokens"),
        "cache_made": _first(read, ("cache_creation_tokens", "cache_write_tokens")),
        "total": told.get("total_tokens"),
        "thought": written.get("reasoning_tokens"),
    }


def _first(told: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((told[name] for name in names if told.get(name) is not None), None)
