"""OpenTelemetry metrics: counters are work since their start, what does not add up is named and left out."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)

from estimator.ingestion.readers import Trace, read_trace
from estimator.ingestion.usage.otel_metrics import SUMS, unread
from estimator.ledger import Ledger
from tests.ingestion.formats import bring, kept_in, result_of, rows_of
from tests.ingestion.test_collect import Door, opened
from tests.ingestion.test_otlp import PROTOBUF
from tests.traces_support import context, judged

START_S = 1_772_366_400  # 2026-03-01T12:00:00Z
CUMULATIVE, DELTA = 2, 1
NAMED = {"model": "gpt-4o-mini", "provider": "openai", "endpoint": "/chat/completions"}


def point(value: float, after_s: int, labels: dict[str, str]) -> dict[str, Any]:
    """A value since the start, read so many seconds after it."""
    times = {"startTimeUnixNano": str(START_S * 10**9), "timeUnixNano": str((START_S + after_s) * 10**9)}
    attributes = [{"key": name, "value": {"stringValue": text}} for name, text in labels.items()]
    return times | {"attributes": attributes, "asInt": str(int(value))}


def total(name: str, *points: dict[str, Any], temporality: int = CUMULATIVE) -> dict[str, Any]:
    added = {"dataPoints": list(points), "aggregationTemporality": temporality, "isMonotonic": True}
    return {"name": name, "sum": added}


def gauge(name: str, *points: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "gauge": {"dataPoints": list(points)}}


def export(*metrics: dict[str, Any], instance: str = "a") -> dict[str, Any]:
    told = {"service.name": "courrier", "service.instance.id": instance}
    attributes = [{"key": name, "value": {"stringValue": text}} for name, text in told.items()]
    scope = {"scope": {"name": "essai"}, "metrics": list(metrics)}
    return {"resourceMetrics": [{"resource": {"attributes": attributes}, "scopeMetrics": [scope]}]}


def requests(count: int, after_s: int, **given: Any) -> dict[str, Any]:
    return total("ecologits_requests", point(count, after_s, NAMED), **given)


def test_a_counter_is_counted_once_however_often_it_is_sent(tmp_path: Path) -> None:
    """One request after 5 s, three after 10 s: three requests. Two more by another process, of the same start: five."""
    bring(tmp_path, json.dumps(export(requests(1, 5))), "a.json")
    bring(tmp_path, json.dumps(export(requests(3, 10))), "b.json")
    bring(tmp_path, json.dumps(export(requests(2, 10), instance="b")), "c.json")
    rows = judged(Ledger(tmp_path))
    assert sorted(row["status"] for row in rows) == ["current", "current", "superseded"]
    current = [row for row in rows if row["status"] == "current"]
    assert sum(row["requests"] for row in current) == 3 + 2
    assert {(row["model"], row["provider"], row["service_key"]) for row in current} == {
        ("gpt-4o-mini", "openai", "courrier")
    }
    assert {row["output_tokens"] for row in current} == {None}


def test_counts_between_two_exports_add_up(tmp_path: Path) -> None:
    """Of a sender that starts again at each export: 1 + 3."""
    bring(tmp_path, json.dumps(export(requests(1, 5, temporality=DELTA))), "a.json")
    bring(tmp_path, json.dumps(export(requests(3, 10, temporality=DELTA))), "b.json")
    assert [row["status"] for row in judged(Ledger(tmp_path))] == ["current"] * 2
    assert sum(row["requests"] for row in judged(Ledger(tmp_path))) == 4


def test_the_counters_of_a_server_passed_on_by_a_collector_are_one_row() -> None:
    """Requests are counted by their end, 6 + 2, and tokens are not; `_total` is written or not."""
    of = {"model_name": "mistral-small-2603", "engine": "0"}
    ended = [point(6, 60, of | {"finished_reason": "stop"}), point(2, 60, of | {"finished_reason": "length"})]
    tokens = total("vllm:prompt_tokens_total", point(900, 60, of)), total("vllm:generation_tokens", point(400, 60, of))
    (row,) = rows_of(export(total("vllm:request_success", *ended), *tokens))
    assert (row.model, row.requests, row.input_tokens, row.output_tokens) == ("mistral-small-2603", 8, 900, 400)
    assert (row.duration_s, row.cumulative, "counter_since_start" in row.checks) == (60, True, True)


def test_a_point_without_its_start_or_below_zero_is_set_aside() -> None:
    bare = export(requests(1, 5))
    (given,) = bare["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]
    del given["sum"]["dataPoints"][0]["startTimeUnixNano"]
    assert [refusal.code for refusal in result_of(bare).refused] == ["no_moment"]
    assert [refusal.code for refusal in result_of(export(requests(-1, 5))).refused] == ["bad_amount"]
    given["sum"]["dataPoints"] = [point(1, 5, NAMED) | {"asInt": "beaucoup"}]
    assert [refusal.code for refusal in result_of(bare).refused] == ["bad_amount"]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(tmp_path_factory.mktemp("metrics") / "home") as running:
        yield running


def test_what_does_not_add_up_is_named_and_not_kept(door: Door) -> None:
    """A gauge of tokens and two points of another measure: three points rejected, one request on disk."""
    secret = "Untel-Fictif"
    left = (
        gauge("ecologits_output_tokens", point(300, 5, NAMED)),
        gauge("http.duration", *[point(1, 5, {"a": secret})] * 2),
    )
    sent = export(requests(1, 5), *left)
    body = door.post("/v1/metrics", json.dumps(sent)).json()
    assert [body[name] for name in ("read", "accepted", "unread")] == [1, 1, 3]
    assert body["unread_names"] == ["ecologits_output_tokens", "http.duration"]
    assert body["partialSuccess"]["rejectedDataPoints"] == 3 and "/v1/traces" in body["partialSuccess"]["errorMessage"]
    assert "3 points de mesures qui ne s'additionnent pas" in body["fr"]
    alone = door.post("/v1/metrics", json.dumps(export(*left))).json()
    assert (alone["code"], alone["read"]) == ("nothing_read", 0)
    assert secret not in kept_in(door.home)


def test_protobuf_is_answered_in_protobuf(door: Door) -> None:
    request = ExportMetricsServiceRequest()
    scope = request.resource_metrics.add().scope_metrics.add()
    metric = scope.metrics.add(name="ecologits_requests")
    metric.sum.aggregation_temporality, metric.sum.is_monotonic = CUMULATIVE, True
    counted = metric.sum.data_points.add(start_time_unix_nano=START_S * 10**9, time_unix_nano=(START_S + 5) * 10**9)
    counted.as_int = 7
    for name, text in NAMED.items():
        counted.attributes.add(key=name).value.string_value = text
    scope.metrics.add(name="ecologits_energy").gauge.data_points.add(as_double=1.5)
    before = door.verified()["accepted"]
    answer = door.post("/v1/metrics", request.SerializeToString(), PROTOBUF)
    partial = ExportMetricsServiceResponse.FromString(answer.content).partial_success
    assert (answer.status_code, partial.rejected_data_points) == (200, 1)
    assert "ecologits_energy" in partial.error_message and door.verified()["accepted"] == before + 1


@pytest.mark.parametrize("said", [{"isMonotonic": False}, {"isMonotonic": None}, {}])
def test_a_sum_that_may_fall_is_no_counter_and_is_named(said: dict[str, Any], tmp_path: Path) -> None:
    falling = requests(3, 10)
    del falling["sum"]["isMonotonic"]
    falling["sum"] |= said
    trace = Trace("a.json", json.dumps(export(falling)).encode(), None)
    assert not read_trace(trace, context()).read and unread(trace) == (1, ("ecologits_requests",), 0)
    assert len(rows_of(export(requests(3, 10)))) == 1


def test_the_page_of_formats_names_each_counter_that_is_read(root: Path) -> None:
    for name in ("formats.md", "formats.en.md"):
        page = (root / "docs" / name).read_text("utf-8")
        assert all(f"`{counter}`" in page for counter in SUMS)
