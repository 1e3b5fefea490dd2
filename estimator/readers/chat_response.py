"""Reader of answers of servers that speak as OpenAI does (vLLM, llama.cpp and others): their usage, not their words."""

from functools import partial
from typing import Any

from estimator.readers import json_text
from estimator.readers.base import Context, Reader, ReadResult, Trace
from estimator.readers.records import Fields, Reading, Said, counts_only

NAME = "chat_response"
VERSION = 1
FIELDS = Fields(
    numbers=("created", "prompt_tokens", "completion_tokens", "cached_tokens"),
    texts=("id", "object", "model"),
)
_USED = frozenset({"id", "object", "model", "created", "usage"})
_SIGNS = frozenset({"id", "object", "created", "model", "usage.prompt_tokens", "usage.total_tokens"})
_OTHERS = frozenset({"usage.carbon.kWh", "usage.impacts.kWh"})


def sniff(name: str, head: str) -> bool:
    """Whether these are answers with their usage, without the electricity that only some gateways add."""
    found = json_text.outline(head)
    return found >= _SIGNS and not _OTHERS & found


def read(trace: Trace, context: Context) -> ReadResult:
    """Each answer that holds its usage, of a document, of a list or of one a line; pieces of an answer hold none.

    BrokenJson, BadSidecar.
    """
    reading = Reading(trace, context, NAME, VERSION)
    for line, answer in json_text.objects(trace):
        if isinstance(answer, str):
            reading.broken(line, answer)
            continue
        usage = json_text.object_in(answer, "usage")
        if usage:
            reading.left_out(answer.keys() - _USED)
            said = Said(_flat(answer, usage), FIELDS)
            reading.take(line, said, partial(_fields, reading), "id" in said.kept)
    return reading.result()


def _flat(answer: dict[str, Any], usage: dict[str, Any]) -> dict[str, Any]:
    found = {name: answer.get(name) for name in ("id", "object", "model", "created")}
    found |= {name: usage.get(name) for name in ("prompt_tokens", "completion_tokens")}
    return found | {"cached_tokens": json_text.object_in(usage, "prompt_tokens_details").get("cached_tokens")}


def _fields(reading: Reading, said: Said) -> dict[str, Any]:
    counts = {
        "input_tokens": said.number("prompt_tokens"),
        "output_tokens": said.number("completion_tokens"),
        "cached_tokens": said.number("cached_tokens"),
    }
    counted, checks = counts_only(said.text("model"), counts)
    place, looks = reading.place()
    moment = said.since_1970_us("created")
    return {
        **reading.period(moment, moment, "offset"),
        **counted,
        **place,
        "service_key": NAME,
        "requests": 1.0,
        "checks": tuple(sorted((*checks, *looks))),
    }


READER = Reader(NAME, VERSION, sniff, read)
