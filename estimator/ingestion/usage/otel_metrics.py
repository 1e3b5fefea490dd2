"""Reader of OpenTelemetry metrics, as OTLP JSON: counters of requests and tokens, each since its start.

A gauge has the last call of each export and cannot be added up; a histogram of tokens counts the calls that the spans
of the same library count. Neither is read, and both are named."""

import math
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from estimator.ingestion.parsing import json_text
from estimator.ingestion.parsing.record_fields import FieldNames, RecordFields
from estimator.ingestion.parsing.records import OtherObject, Record, RecordReader, Snapshot, record_reader
from estimator.ingestion.parsing.redaction import HIDDEN
from estimator.ingestion.parsing.row_parts import counts_only
from estimator.ingestion.reader import LargeTrace, Trace
from estimator.ingestion.usage.otel import NAME, Unread, attributes_of, is_other

# Sums that are read: those of EcoLogits, and those of vLLM as a collector that reads its page passes them on.
SUMS = {
    "ecologits_requests": "requests",
    "vllm:request_success": "requests",
    "vllm:prompt_tokens": "input_tokens",
    "vllm:generation_tokens": "output_tokens",
    "vllm:prefix_cache_hits": "cached_tokens",
}
_COUNTS = {name: name for name in ("requests", "input_tokens", "output_tokens", "cached_tokens")}
_MODEL, _PROVIDER = ("model", "model_name"), "provider"
_APART = "finished_reason"  # requests are counted by it, and tokens are not
_CUMULATIVE = ("2", "AGGREGATION_TEMPORALITY_CUMULATIVE")
FIELDS = FieldNames(
    numbers=("start", "time", *_COUNTS), texts=("model", "provider", "service"), secret=("labels", "alone")
)
_SUBJECT = ("start", "model", "labels")
_SIGNS = frozenset({"resourceMetrics.scopeMetrics.metrics.name"})
_NS = 1e-3  # microseconds in a nanosecond


class _Point(NamedTuple):
    """One point of a sum: its count, the labels and times that it shares with those of the same work."""

    name: str
    value: float
    labels: dict[str, Any]
    service: Any
    key: tuple[str, str, str, str]


def sniff(name: str, head: str) -> bool:
    """Whether these are metrics."""
    return json_text.outline(head) >= _SIGNS


def records(reading: RecordReader) -> Iterator[Record | OtherObject]:
    """The counts of each model of each process, one record an export; a later one on the same start supersedes it
    where they are since that start. broken_json."""
    works: dict[tuple[str, str, str, str], list[_Point]] = defaultdict(list)
    for line, export in reading.objects():
        if is_other(export):
            yield OtherObject(line, export)
        for point in _points(export):
            works[point.key].append(point)
    reading.left_out(unread(reading.trace).libraries)
    for rank, (key, points) in enumerate(works.items(), 1):
        labels, start, time, alone = key
        counts: dict[str, float] = defaultdict(float)
        for point in points:
            counts[point.name] += point.value
        first = points[0]
        model = next((first.labels[name] for name in _MODEL if name in first.labels), None)
        told = {"model": model, "provider": first.labels.get(_PROVIDER), "service": first.service, "labels": labels}
        said = RecordFields({**told, **counts, "start": start, "time": time, "alone": alone}, FIELDS)
        yield Record(rank, said, partial(_fields, reading), True if alone else Snapshot(_SUBJECT))


def unread(trace: Trace | LargeTrace) -> Unread:
    """How many points are not read, and of which metrics. broken_json."""
    exports = (export for _, export in json_text.objects(trace) if not isinstance(export, str))
    left = [metric for export in exports for _, metric in _metrics(export) if _field(metric) is None]
    count = sum(len(json_text.lists_in(kind, "dataPoints")) for metric in left for kind in metric.values())
    named = {_text(metric) for metric in left}
    return Unread(count, tuple(sorted(name if NAME.match(name) else HIDDEN for name in named)))


def _metrics(export: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The attributes of the resource, and each of its metrics."""
    for resource in json_text.lists_in(export, "resourceMetrics"):
        of_resource = attributes_of(json_text.object_in(resource, "resource"))
        for scope in json_text.lists_in(resource, "scopeMetrics"):
            for metric in json_text.lists_in(scope, "metrics"):
                if isinstance(metric, dict):
                    yield of_resource, metric


def _text(metric: dict[str, Any]) -> str:
    return str(metric.get("name", "")).removesuffix("_total")


def _field(metric: dict[str, Any]) -> str | None:
    """The count that a sum is of; None for another metric, and for a sum that may fall, which is no counter."""
    counts = json_text.object_in(metric, "sum").get("isMonotonic") is True
    return SUMS.get(_text(metric)) if counts else None


def _points(export: dict[str, Any]) -> Iterator[_Point]:
    for of_resource, metric in _metrics(export):
        field, total = _field(metric), json_text.object_in(metric, "sum")
        if field is None:
            continue
        alone = "" if str(total.get("aggregationTemporality")) in _CUMULATIVE else "delta"
        for point in json_text.lists_in(total, "dataPoints"):
            if not isinstance(point, dict):
                continue
            value = point.get("asInt", point.get("asDouble"))
            labels = {name: text for name, text in attributes_of(point).items() if name != _APART}
            start, time = (str(point.get(name, "")) for name in ("startTimeUnixNano", "timeUnixNano"))
            key = (repr(sorted((of_resource | labels).items(), key=str)), start, time, alone)
            yield _Point(field, _amount(value), labels, of_resource.get("service.name"), key)


def _amount(value: Any) -> float:
    """A number, also written as text; not a number for anything else, which is set aside."""
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _fields(reading: RecordReader, said: RecordFields) -> dict[str, Any]:
    counted = counts_only(said.text("model"), said.counts(_COUNTS))
    start_us, end_us = (said.since_1970_us(name, _NS) for name in ("start", "time"))
    period, place = reading.period(start_us, end_us, "offset"), reading.place(said.text("provider"))
    service = said.text("service") or reading.reader
    return reading.row(counted, place, period, checks=["counter_since_start"], service_key=service)


READER = record_reader("otel_metrics", 1, sniff, records)
