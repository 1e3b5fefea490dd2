"""Reader of OpenTelemetry spans of generative AI, as OTLP JSON: tokens of each call, never its prompt or answer."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from estimator.ingestion.parsing import json_text
from estimator.ingestion.parsing.record_fields import FieldNames, RecordFields
from estimator.ingestion.parsing.records import OtherObject, Record, RecordReader, Snapshot, record_reader
from estimator.ingestion.parsing.redaction import HIDDEN
from estimator.ingestion.parsing.row_parts import counts_only
from estimator.ingestion.parsing.span_links import SpanId
from estimator.ingestion.reader import Trace
from estimator.ingestion.usage import langfuse
from estimator.ingestion.usage.unseen_tokens import NAMES, THOUGHT, TOTAL, TokensTold, Unseen, unseen

_LANGFUSE = "langfuse.observation.usage_details"  # its counts, as JSON text
# Each name with its older names, then that of OpenInference, whose `llm.system` is no provider, then that of Langfuse.
_ATTRIBUTES = {
    "input": (
        *("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt"),
        f"{_LANGFUSE}.input",
    ),
    "output": (
        *("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion"),
        f"{_LANGFUSE}.output",
    ),
    "cached": (
        *("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens"),
        *("llm.token_count.prompt_details.cache_read", f"{_LANGFUSE}.cached"),
    ),
    "cache_made": (
        *("gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_creation_input_tokens"),
        *("gen_ai.usage.cache_write_input_tokens", "llm.token_count.prompt_details.cache_write"),
        f"{_LANGFUSE}.cache_made",
    ),
    TOTAL: (
        *("gen_ai.usage.total_tokens", "llm.usage.total_tokens", "llm.token_count.total"),
        f"{_LANGFUSE}.total",
    ),
    THOUGHT: (
        *("gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens", "llm.usage.reasoning_tokens"),
        *("gen_ai.usage.details.reasoning_tokens", "llm.token_count.completion_details.reasoning"),
        f"{_LANGFUSE}.thought",
    ),
    "model": ("gen_ai.response.model", "gen_ai.request.model", "llm.model_name", "langfuse.observation.model.name"),
    "provider": ("gen_ai.provider.name", "gen_ai.system", "llm.provider"),
    "operation": ("gen_ai.operation.name",),
    "uncounted": ("sobria.uncounted",),  # of sobria_instrument: why a call that it saw has no tokens
}
# Endpoint of the call, most reliable first; it may contain a password, and is not part of the row identity.
_ADDRESSES = (
    *("server.address", "gen_ai.openai.api_base", "llm.openai.api_base", "llm.request.api_base", "llm.api_base"),
    *("api_base", "url.full", "http.url", "net.peer.name", "url"),
)
_HIDDEN_PARAMS = "hidden_params"  # of LiteLLM, JSON text: `api_base` is in it alone
_USAGE_OBJECT, _CACHED = "metadata.usage_object", re.compile(r"'cached_tokens': (\d{1,9})\b")  # as Python writes it
_PORTS = {"server.address": "server.port", "net.peer.name": "net.peer.port"}
_NAME, _PORT = re.compile(r"^[\w.-]+$"), re.compile(r"^[0-9]{1,5}$")
_KINDS = ("openinference.span.kind", "traceloop.span.kind")
_PLACES = (*_ADDRESSES, *_PORTS.values(), _HIDDEN_PARAMS, _USAGE_OBJECT, _LANGFUSE)
_KNOWN = frozenset((*(name for names in _ATTRIBUTES.values() for name in names), *_PLACES, *_KINDS))
_OF_AI = ("langfuse.observation.model.", "gen_ai.", "llm.", "openinference.", "traceloop.", "embedding.")
NAME = re.compile(r"^[\w.@/:-]{1,80}$")  # of a library, or of a metric
_USAGE = frozenset((*_ATTRIBUTES["input"], *_ATTRIBUTES["output"], *_ATTRIBUTES["uncounted"]))
# Spans that contain the calls that they made, each with its own span: by their operation, and of OpenInference and of
# OpenLLMetry by their kind, where it is not that of a call.
_WHOLES = frozenset({"invoke_agent", "create_agent", "invoke_workflow", "execute_tool"})
_CALLS = frozenset({"LLM", "EMBEDDING", "RERANKER", "UNKNOWN"})
_COUNTS = {"input_tokens": "input", "output_tokens": "output", "cached_tokens": "cached"}
FIELDS = FieldNames(
    numbers=("startTimeUnixNano", "endTimeUnixNano", *_COUNTS.values(), *NAMES),
    texts=("traceId", "spanId", "service.name", "model", "provider", "operation", "uncounted"),
)
_CALL = Snapshot(("traceId", "spanId"), once=True)
_TRACE = Snapshot(("traceId",))
_IDS = (*_CALL.names, "parentSpanId")
_SPANS = frozenset(f"resourceSpans.scopeSpans.spans.{name}" for name in ("startTimeUnixNano", "attributes.key"))
_DEEPEST = 100  # spans without counts, one in another, that are passed over
_MOST_THROUGH = 100  # those that a call names as its parts
_NS = 1e-3  # microseconds in a nanosecond


class _Span(NamedTuple):
    """One span, its attributes, the service of its resource, and the library that made it."""

    span: dict[str, Any]
    attributes: dict[str, Any]
    service: Any
    scope: Any

    @property
    def counts(self) -> bool:
        """Whether it has token counts, or says why it has none."""
        return not _USAGE.isdisjoint(self.attributes)

    @property
    def holds_calls(self) -> bool:
        """Whether it is an agent, a chain or a step, which adds up what it called."""
        kinds = {str(self.attributes[name]).upper() for name in _KINDS if self.attributes.get(name)}
        return str(self.attributes.get("gen_ai.operation.name")) in _WHOLES or bool(kinds - _CALLS)


def is_other(export: dict[str, Any]) -> bool:
    """Whether an object is no export of OpenTelemetry, of any of its signals; an empty one is."""
    return bool(export) and not any(name.startswith("resource") for name in export)


class Unread(NamedTuple):
    """What has no row: spans of AI whose call has no tokens, with their libraries, or points of metrics, with their
    names; and the other spans."""

    of_ai: int = 0
    libraries: tuple[str, ...] = ()
    others: int = 0


def sniff(name: str, head: str) -> bool:
    """Whether these are spans with a token count of generative AI."""
    return json_text.outline(head) >= _SPANS and any(f'"{name}"' in head for name in (*_USAGE, _LANGFUSE))


def records(reading: RecordReader) -> Iterator[Record | OtherObject]:
    """Each span with token counts, of a document or of one export a line; the other spans are no usage. broken_json."""
    spans: list[_Span] = []
    between: dict[SpanId, SpanId] = {}
    for line, export in reading.objects():
        if is_other(export):
            yield OtherObject(line, export)
        for span in _spans(export):
            if span.counts:
                spans.append(span)
            else:
                between[_at(span, "spanId")] = _at(span, "parentSpanId")
    if reading.context.span_links:
        traces = {_at(found, "spanId")[0] for found in spans}
        between = reading.context.span_links.joined(reading.trace.name, between, traces)
    below = _below(between)
    for rank, found in enumerate(spans, 1):
        reading.left_out(found.attributes.keys() - _KNOWN)
        flat = _flat(found)
        said, hidden = RecordFields(flat | dict.fromkeys(NAMES), FIELDS), _unseen(flat)
        about = _CALL if said.identified_by(*_CALL.names) else said.identified_by("spanId")
        if hidden.told and about is _CALL:  # so that it stands in the place of what was read before
            said = RecordFields(flat | hidden.told, FIELDS)
        make = partial(_fields, reading, found, _nested(reading, found, between, below), hidden)
        yield Record(rank, said, make, about)


def unread(trace: Trace) -> Unread:
    """Spans that are no record; one that holds a call with tokens, or is a part of it, is no lost call. broken_json."""
    exports = (export for _, export in json_text.objects(trace) if not isinstance(export, str))
    spans = [span for export in exports for span in _spans(export)]
    counted = [span.span for span in spans if span.counts]
    calls, holders = ({str(span.get(name) or "-") for span in counted} for name in ("spanId", "parentSpanId"))
    apart = [span for span in spans if not span.counts and any(name.startswith(_OF_AI) for name in span.attributes)]
    of_ai = [s for s in apart if s.span.get("parentSpanId") not in calls and s.span.get("spanId") not in holders]
    made = {span.scope if isinstance(span.scope, str) and NAME.match(span.scope) else HIDDEN for span in of_ai}
    return Unread(len(of_ai), tuple(sorted(made)), len(spans) - len(counted) - len(of_ai))


def _spans(export: dict[str, Any]) -> Iterator[_Span]:
    for resource in json_text.lists_in(export, "resourceSpans"):
        service = attributes_of(json_text.object_in(resource, "resource")).get("service.name")
        for scope in json_text.lists_in(resource, "scopeSpans"):
            library = json_text.object_in(scope, "scope").get("name")
            for span in json_text.lists_in(scope, "spans"):
                if isinstance(span, dict):
                    ids = {name: span[name].lower() for name in _IDS if isinstance(span.get(name), str)}
                    yield _Span(span | ids, _counted(attributes_of(span)), service, library)


def attributes_of(holder: Any) -> dict[str, Any]:
    """Attributes by name: the value of each, whatever its type."""
    found = {}
    for item in json_text.lists_in(holder, "attributes"):
        if isinstance(item, dict) and isinstance(item.get("key"), str):
            typed = json_text.object_in(item, "value")
            found[item["key"]] = next(iter(typed.values()), None)
    return found


def _counted(attributes: dict[str, Any]) -> dict[str, Any]:
    """Attributes with what LiteLLM says of the cache, or with the counts of Langfuse."""
    if cached := _CACHED.search(str(attributes.get(_USAGE_OBJECT, ""))):
        return {_ATTRIBUTES["cached"][0]: int(cached[1])} | attributes
    told = json_text.parsed(str(attributes.get(_LANGFUSE, "")))
    if not isinstance(told, dict):
        return attributes
    return attributes | {f"{_LANGFUSE}.{name}": count for name, count in langfuse.counts(told).items()}


def _at(found: _Span, name: str) -> SpanId:
    """The trace of a span, and this id of it."""
    return str(found.span.get("traceId") or ""), str(found.span.get(name) or "")


def _above(span: SpanId, between: Mapping[SpanId, SpanId]) -> SpanId:
    """This span, or the first above it that is not one of these; ids that name each other around end somewhere."""
    for _ in range(_DEEPEST):
        if span not in between:
            break
        span = between[span]
    return span


def _below(between: Mapping[SpanId, SpanId]) -> dict[SpanId, list[SpanId]]:
    """The spans that count nothing, by the one that they are all parts of."""
    found = defaultdict[SpanId, list[SpanId]](list)
    for span in between:
        found[_above(span, between)].append(span)
    return found


def _nested(
    reading: RecordReader, found: _Span, between: Mapping[SpanId, SpanId], below: Mapping[SpanId, Sequence[SpanId]]
) -> dict[str, Any]:
    """The trace of a span, the call that it is a part of, its own parts that count nothing, and whether it adds up
    calls, as fields of Activity. between: the parents of the spans that count nothing, each passed over; below: those
    spans, by what they are parts of."""
    own, above = _at(found, "spanId"), _above(_at(found, "parentSpanId"), between)
    if not all(own):
        return {}

    def key(span: SpanId, about: Snapshot) -> str:
        return reading.run_key(RecordFields(dict(zip(_CALL.names, span, strict=True)), FIELDS), about)

    through = [] if found.holds_calls else sorted(below.get(own, ()))[:_MOST_THROUGH]
    return {
        "trace_id": key(own, _TRACE),
        "called_by": key(above, _CALL) if above[1] else None,
        "calls_through": " ".join(key(span, _CALL) for span in through) or None,
        "holds_calls": found.holds_calls or None,
    }


def _flat(found: _Span) -> dict[str, Any]:
    values = {name: found.span.get(name) for name in ("traceId", "spanId", "startTimeUnixNano", "endTimeUnixNano")}
    values["service.name"] = found.service
    for name, attributes in _ATTRIBUTES.items():
        values[name] = next((found.attributes[a] for a in attributes if found.attributes.get(a) is not None), None)
    return values


def _address(found: _Span) -> str:
    """The first address of the span, with the port that stands beside a name; else the one of LiteLLM."""
    for name in _ADDRESSES:
        text = found.attributes.get(name)
        if isinstance(text, str) and text.strip():
            port = str(found.attributes.get(_PORTS.get(name, ""), ""))
            return f"{text.strip()}:{port}" if _PORT.match(port) and _NAME.match(text.strip()) else text
    hidden = json_text.parsed(str(found.attributes.get(_HIDDEN_PARAMS, "")))
    text = hidden.get("api_base") if isinstance(hidden, dict) else None
    return text if isinstance(text, str) else ""


def _unseen(flat: Mapping[str, Any]) -> Unseen:
    """What its input, some of which leave out what the cache has, and its output leave out."""
    cached = flat["cached"], flat["cache_made"]
    return unseen(TokensTold(flat["input"], flat["output"], flat[TOTAL], flat[THOUGHT], cached))


def _fields(
    reading: RecordReader, found: _Span, nested: Mapping[str, Any], hidden: Unseen, said: RecordFields
) -> dict[str, Any]:
    counts = hidden.with_them(said.counts(_COUNTS))
    uncounted = bool(said.text("uncounted"))
    counts |= {"requests": 1.0} if uncounted else {}  # work all the same, whose tokens are unknown
    fields, checks = counts_only(said.text("model"), counts)
    counted, place = (
        (fields, ["tokens_unknown"] if uncounted else checks),
        reading.place(said.text("provider"), _address(found)),
    )
    start_us, end_us = (said.since_1970_us(name, _NS) for name in ("startTimeUnixNano", "endTimeUnixNano"))
    service = said.text("service.name") or reading.reader
    period, seconds = reading.period(start_us, end_us, "offset"), (end_us - start_us) / 1e6
    told = {"service_key": service, "requests": 1.0, "latency_s": seconds}
    return reading.row(counted, place, period, nested, checks=hidden.checks, **told)


READER = record_reader("otel_genai", 6, sniff, records)
