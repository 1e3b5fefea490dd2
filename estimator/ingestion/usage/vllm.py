"""Reader of the metrics page of vLLM, SGLang, llama.cpp or TGI: counters since the server started, when it was read."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from estimator.catalogue.default_subjects import NOT_DECLARED
from estimator.ingestion.parsing import delimited_text, prometheus
from estimator.ingestion.parsing.record_fields import FieldNames, RecordFields
from estimator.ingestion.parsing.records import Record, RecordReader, Snapshot, record_reader
from estimator.ingestion.parsing.row_parts import Part, counts_only
from estimator.ingestion.reader import RowRefused

_COUNTERS = {
    "vllm:prompt_tokens_total": "prompt_tokens",
    "vllm:generation_tokens_total": "generation_tokens",
    "vllm:prefix_cache_hits_total": "cached_tokens",
}
# Those of other servers, by the vLLM counter of the same thing; a histogram's sum is one. llama.cpp counts no request.
_OTHERS = {
    "sglang:prompt_tokens_total": "vllm:prompt_tokens_total",
    "sglang:generation_tokens_total": "vllm:generation_tokens_total",
    "sglang:e2e_request_latency_seconds_count": "vllm:e2e_request_latency_seconds_count",
    "llamacpp:prompt_tokens_total": "vllm:prompt_tokens_total",
    "llamacpp:tokens_predicted_total": "vllm:generation_tokens_total",
    "tgi_request_input_length_sum": "vllm:prompt_tokens_total",
    "tgi_request_generated_tokens_sum": "vllm:generation_tokens_total",
    "tgi_request_success": "vllm:request_success_total",
}
_BY_END = frozenset({"finished_reason", "stop_reason", "kind"})  # requests are counted by these, and tokens are not
# Finished requests: the first of these counters that exists; older servers have histograms only.
_REQUESTS = (
    "vllm:request_success_total",
    "vllm:request_generation_tokens_count",
    "vllm:request_prompt_tokens_count",
    "vllm:e2e_request_latency_seconds_count",
)
_STARTS = ("vllm:generation_tokens_created", "vllm:prompt_tokens_created", "process_start_time_seconds")
_COUNTS = {
    "input_tokens": "prompt_tokens",
    "output_tokens": "generation_tokens",
    "cached_tokens": "cached_tokens",
    "requests": "requests",
}
FIELDS = FieldNames(
    numbers=tuple(_COUNTS.values()),
    texts=("model", "service"),
    moments=("since", "until"),
    secret=("labels",),
)
_TOKENS = ("vllm:prompt_tokens_total", "vllm:generation_tokens_total")  # one of them makes a page one of these
_SUBJECT = ("since", "model", "labels")


def sniff(name: str, head: str) -> bool:
    """Whether a token counter of these servers is present."""
    return not set(_TOKENS).isdisjoint(map(_own, prometheus.names(head)))


def records(reading: RecordReader) -> Iterator[Record]:
    """One record for each model and engine, from counters since the start of the server. broken_metrics.

    Without the dates of that start and of the reading the period is unknown: the row is quarantined.
    """
    trace = reading.trace
    text = delimited_text.decode(trace.data)
    told = prometheus.comment_facts(text)
    found: dict[str, dict[str, Any]] = {}
    sums: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    starts: dict[str, float] = {}
    for sample in prometheus.last_of_each(prometheus.samples(text, trace.name)):
        name = _own(sample.name)
        if name in _STARTS:
            starts.setdefault(name, sample.value)
        elif name in _COUNTERS or name in _REQUESTS:
            series = {k: v for k, v in sample.labels.items() if k not in _BY_END}
            key = repr(sorted(series.items()))
            sums[key][name] += sample.value
            until = told.get("until") or prometheus.iso(sample.moment_s)
            model = series.get("model_name", series.get("model", told.get("model")))
            found.setdefault(key, {"labels": key, "until": until, "model": model, "line": sample.line})
        else:
            reading.left_out([sample.name])
    started = next((starts[name] for name in _STARTS if name in starts), None)
    engines = {key: facts for key, facts in found.items() if _COUNTERS.keys() & sums[key].keys()}
    cards = _cards(reading, told.get("cards", ""), len(engines))
    for key, facts in engines.items():
        since = told.get("since") or prometheus.iso(started)
        said = RecordFields(facts | _counts(sums[key]) | {"since": since, "service": told.get("service")}, FIELDS)
        yield Record(facts["line"], said, partial(_fields, reading, cards), Snapshot(_SUBJECT))


def _own(name: str) -> str:
    """The vLLM name of a series: its library writes it without the colon in OpenMetrics."""
    return f"vllm:{name[5:]}" if name.startswith("vllm_") else _OTHERS.get(name, name)


def _counts(sums: Mapping[str, float]) -> dict[str, float]:
    """The counts of one engine, by field; cached tokens limited to those read."""
    found = {field: sums[name] for name, field in _COUNTERS.items() if name in sums}
    if found.get("cached_tokens", 0.0) > found.get("prompt_tokens", 0.0):
        found.pop("cached_tokens", None)
    counted = next((name for name in _REQUESTS if name in sums), None)
    return found | ({"requests": sums[counted]} if counted else {})


def _cards(reading: RecordReader, told: str, engines: int) -> Part:
    """The cards of each engine, from the sidecar, else from the file (`# cards 2 x NVIDIA L40S`),
    with checks for a person."""
    side = reading.sidecar
    device, count = reading.context.places.resolve_device(told)
    device, count = side.device or device, side.device_count if side.device_count is not None else count
    if not count:
        return {}, ["waiting_not_counted"]
    looks = [*(["unknown_device"] if not device else []), *(["cards_by_engine"] if engines > 1 else [])]
    return {"device": device, "device_count": count}, looks


def _fields(reading: RecordReader, cards: Part, said: RecordFields) -> dict[str, Any]:
    counts = said.counts(_COUNTS)
    read_at = reading.context.read_at
    if read_at and "since" not in said.kept:  # the hours of its cards are unknown: those of its answers are counted
        cards = {}, ["waiting_not_counted"]
    missing = [f"# {name} 2026-03-01T08:00:00Z" for name in ("since", "until") if name not in said.kept]
    if missing and not read_at:
        raise RowRefused("counter_without_dates", lines=" ; ".join(missing))
    kept, place = cards[0], reading.place()
    until, dated = reading.dated(said, "until")
    since = said.moment("since") if "since" in said.kept else until
    (start_us, basis), (end_us, _) = (reading.local(moment, place[0]["zone"]) for moment in (since, until))
    period = reading.period(start_us, end_us, basis)
    hours = {"device_hours": kept["device_count"] * period["duration_s"] / 3600} if kept else {}
    counted = _work(said.text("model"), counts, waiting=bool(kept))
    uncounted = ["requests_not_counted"] if counts["output_tokens"] and not counts["requests"] else []
    checks = [*dated, *uncounted, "counter_since_start"]
    service = said.text("service") or reading.reader
    return reading.row(period, counted, place, cards, hours, checks=checks, service_key=service)


def _work(model: str, counts: Mapping[str, float | None], waiting: bool) -> Part:
    """Counts as fields of Activity: an idle server is a row when its hours are counted. RowRefused."""
    if waiting and model and counts["output_tokens"] == 0 and not any(counts.values()):
        return {**counts, "model": model, "other_mode": NOT_DECLARED}, []
    return counts_only(model, counts)


_TOLD = (*_TOKENS, *(name for name, ours in _OTHERS.items() if ours in _TOKENS))
READER = replace(record_reader("vllm", 3, sniff, records), counters=_TOLD)
