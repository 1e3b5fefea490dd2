"""Reader of OpenTelemetry spans of generative AI, as OTLP JSON: tokens of each call, never its prompt or answer."""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

from estimator.ingestion.parsing import json_text
from estimator.ingestion.parsing.records import FieldNames, Record, RecordFields, RecordReader, record_reader
from estimator.ingestion.parsing.redaction import HIDDEN
from estimator.ingestion.parsing.row_parts import counts_only
from estimator.ingestion.reader import RowRefused, Trace

# Each name with its older names, then that of OpenInference, whose `llm.system` is no provider.
_ATTRIBUTES = {
    "input": ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt"),
    "output": ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion"),
    "cached": (
        *("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens"),
        "llm.token_count.prompt_details.cache_read",
    ),
    "model": ("gen_ai.response.model", "gen_ai.request.model", "llm.model_name"),
    "provider": ("gen_ai.provider.name", "gen_ai.system", "llm.provider"),
    "operation": ("gen_ai.operation.name",),
}
# Endpoint of the call, most reliable first; it may contain a password, and is not part of the row identity.
_ADDRESSES = (
    *("server.address", "gen_ai.openai.api_base", "llm.openai.api_base", "llm.request.api_base", "llm.api_base"),
    *("api_base", "url.full", "http.url", "net.peer.name", "url"),
)
_PORTS = {"server.address": "server.port", "net.peer.name": "net.peer.port"}
_NAME, _PORT = re.compile(r"^[\w.-]+$"), re.compile(r"^[0-9]{1,5}$")
_KNOWN = frozenset((*(name for names in _ATTRIBUTES.values() for name in names), *_ADDRESSES, *_PORTS.values()))
_OF_AI = ("gen_ai.", "llm.", "openinference.", "traceloop.", "embedding.")
_SCOPE = re.compile(r"^[\w.@/-]{1,80}$")
_USAGE = frozenset((*_ATTRIBUTES["input"], *_ATTRIBUTES["output"]))
# Spans that contain the calls that they made, each with its own span.
_WHOLES = frozenset({"invoke_agent", "create_agent", "invoke_workflow", "execute_tool"})
FIELDS = FieldNames(
    numbers=("startTimeUnixNano", "endTimeUnixNano", "input", "output", "cached"),
    texts=("traceId", "spanId", "service.name", "model", "provider", "operation"),
)
_SPANS = frozenset(f"resourceSpans.scopeSpans.spans.{name}" for name in ("startTimeUnixNano", "attributes.key"))
_NS = 1e-3  # microseconds in a nanosecond


class _Span(NamedTuple):
    """One span, its attributes, the service of its resource, and the library that made it."""

    span: dict[str, Any]
    attributes: dict[str, Any]
    service: Any
    scope: Any

    @property
    def counts(self) -> bool:
        """Whether it has token counts."""
        return not _USAGE.isdisjoint(self.attributes)


class Unread(NamedTuple):
    """Spans without a row: those of AI without tokens, with their libraries, and the others."""

    of_ai: int = 0
    libraries: tuple[str, ...] = ()
    others: int = 0


def sniff(name: str, head: str) -> bool:
    """Whether these are spans with a token count of generative AI."""
    return json_text.outline(head) >= _SPANS and any(f'"{name}"' in head for name in _USAGE)


def records(reading: RecordReader) -> Iterator[Record]:
    """Each span with token counts, of a document or of one export a line; the other spans are no usage. broken_json."""
    spans: list[_Span] = []
    for _, export in reading.objects():
        spans += (span for span in _spans(export) if span.counts)
    parents = _parents(spans)
    for rank, found in enumerate(spans, 1):
        reading.left_out(found.attributes.keys() - _KNOWN)
        said = RecordFields(_flat(found), FIELDS)
        whole = said.text("operation") in _WHOLES or said.text("spanId") in parents
        yield Record(rank, said, partial(_fields, reading, whole, _address(found)), "spanId" in said.kept)


def unread(trace: Trace) -> Unread:
    """Spans that are no record. broken_json."""
    exports = (export for _, export in json_text.objects(trace) if not isinstance(export, str))
    left = [span for export in exports for span in _spans(export) if not span.counts]
    of_ai = [span for span in left if any(name.startswith(_OF_AI) for name in span.attributes)]
    made = {span.scope if isinstance(span.scope, str) and _SCOPE.match(span.scope) else HIDDEN for span in of_ai}
    return Unread(len(of_ai), tuple(sorted(made)), len(left) - len(of_ai))


def _spans(export: dict[str, Any]) -> Iterator[_Span]:
    for resource in json_text.lists_in(export, "resourceSpans"):
        service = _attributes(json_text.object_in(resource, "resource")).get("service.name")
        for scope in json_text.lists_in(resource, "scopeSpans"):
            library = json_text.object_in(scope, "scope").get("name")
            for span in json_text.lists_in(scope, "spans"):
                if isinstance(span, dict):
                    yield _Span(span, _attributes(span), service, library)


def _attributes(holder: Any) -> dict[str, Any]:
    """Attributes by name: the value of each, whatever its type."""
    found = {}
    for item in json_text.lists_in(holder, "attributes"):
        if isinstance(item, dict) and isinstance(item.get("key"), str):
            typed = json_text.object_in(item, "value")
            found[item["key"]] = next(iter(typed.values()), None)
    return found


def _parents(spans: Iterable[_Span]) -> set[str]:
    """Parents of spans with usage: an agent's span often adds up those of its calls."""
    named = (found.span.get("parentSpanId") for found in spans)
    return {parent for parent in named if isinstance(parent, str) and parent}


def _flat(found: _Span) -> dict[str, Any]:
    values = {name: found.span.get(name) for name in ("traceId", "spanId", "startTimeUnixNano", "endTimeUnixNano")}
    values["service.name"] = found.service
    for name, attributes in _ATTRIBUTES.items():
        values[name] = next((found.attributes[a] for a in attributes if found.attributes.get(a) is not None), None)
    return values


def _address(found: _Span) -> str:
    """The first address of the span, with the port that stands beside a name."""
    for name in _ADDRESSES:
        text = found.attributes.get(name)
        if isinstance(text, str) and text.strip():
            port = str(found.attributes.get(_PORTS.get(name, ""), ""))
            return f"{text.strip()}:{port}" if _PORT.match(port) and _NAME.match(text.strip()) else text
    return ""


def _fields(reading: RecordReader, whole: bool, address: str, said: RecordFields) -> dict[str, Any]:
    if whole:
        raise RowRefused("span_of_spans")
    read, cached = said.number("input"), said.number("cached")
    if read is not None and cached is not None and cached > read:  # some libraries count them in addition, not within
        read += cached
    counts = {"input_tokens": read, "output_tokens": said.number("output"), "cached_tokens": cached}
    counted, place = counts_only(said.text("model"), counts), reading.place(said.text("provider"), address)
    start_us, end_us = (said.since_1970_us(name, _NS) for name in ("startTimeUnixNano", "endTimeUnixNano"))
    service = said.text("service.name") or reading.reader
    period, seconds = reading.period(start_us, end_us, "offset"), (end_us - start_us) / 1e6
    return reading.row(counted, place, period, service_key=service, requests=1.0, latency_s=seconds)


READER = record_reader("otel_genai", 3, sniff, records)
