"""Reader of the metrics page of vLLM: what its counters hold since the server started, at the moment it was read."""

from collections import defaultdict
from functools import partial
from typing import Any

from estimator.readers import prometheus, table
from estimator.readers.base import Context, Reader, ReadResult, RowRefused, Trace
from estimator.readers.records import Fields, Reading, Said, Snapshot, counts_only

NAME = "vllm"
VERSION = 1
_COUNTERS = {
    "vllm:prompt_tokens_total": "prompt_tokens",
    "vllm:generation_tokens_total": "generation_tokens",
    "vllm:request_success_total": "requests",
}
_STARTS = ("vllm:generation_tokens_created", "vllm:prompt_tokens_created", "process_start_time_seconds")
FIELDS = Fields(
    numbers=("prompt_tokens", "generation_tokens", "requests"),
    texts=("model", "service"),
    moments=("since", "until"),
    secret=("labels",),
)
_SUBJECT = ("since", "model", "labels")


def sniff(name: str, head: str) -> bool:
    """Whether a counter of tokens of vLLM is there."""
    names = ("vllm:prompt_tokens_total", "vllm:generation_tokens_total")
    return any(sample.name in names for sample in prometheus.samples(head)) if "vllm:" in head else False


def read(trace: Trace, context: Context) -> ReadResult:
    """One row for each model and engine, whose counters are taken from the start of the server. BadSidecar.

    Without the dates of that start and of the reading a counter has no place in time: the row is set aside.
    """
    reading = Reading(trace, context, NAME, VERSION)
    text = table.decode(trace.data)
    told = prometheus.told(text)
    found: dict[str, dict[str, Any]] = {}
    lines: dict[str, int] = {}
    sums: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    starts: dict[str, float] = {}
    for sample in prometheus.samples(text):
        if sample.name in _STARTS:
            starts.setdefault(sample.name, sample.value)
        elif sample.name in _COUNTERS:
            series = {k: v for k, v in sample.labels.items() if k != "finished_reason"}
            key = repr(sorted(series.items()))
            sums[key][_COUNTERS[sample.name]] += sample.value
            lines.setdefault(key, sample.line)
            until = told.get("until") or prometheus.iso(sample.moment_s)
            found.setdefault(
                key, {"labels": key, "until": until, "model": series.get("model_name", series.get("model"))}
            )
        else:
            reading.left_out([sample.name])
    started = next((starts[name] for name in _STARTS if name in starts), None)
    for key, facts in found.items():
        since = told.get("since") or prometheus.iso(started)
        said = Said(facts | sums[key] | {"since": since, "service": told.get("service")}, FIELDS)
        reading.take(lines[key], said, partial(_fields, reading), Snapshot(_SUBJECT))
    return reading.result()


def _fields(reading: Reading, said: Said) -> dict[str, Any]:
    counts = {
        "input_tokens": said.number("prompt_tokens"),
        "output_tokens": said.number("generation_tokens"),
        "requests": said.number("requests"),
    }
    missing = [f"# {name} 2026-03-01T08:00:00Z" for name in ("since", "until") if name not in said.kept]
    if missing:
        raise RowRefused("counter_without_dates", lines=" ; ".join(missing))
    counted, checks = counts_only(said.text("model"), counts)
    place, looks = reading.place()
    (start_us, basis), (end_us, _) = (reading.local(said.moment(name), place["zone"]) for name in ("since", "until"))
    return {
        **reading.period(start_us, end_us, basis),
        **counted,
        **place,
        "service_key": said.text("service") or NAME,
        "checks": tuple(sorted((*checks, *looks, "counter_since_start"))),
    }


READER = Reader(NAME, VERSION, sniff, read)
