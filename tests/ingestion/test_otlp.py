"""OpenTelemetry as applications send it: the exporter of Python's library, spans in protobuf, what each becomes."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from google.protobuf.json_format import ParseDict
from google.rpc.status_pb2 import Status
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult

from estimator.ingestion.http.otlp import MOST_SPANS, as_json
from estimator.ledger import Ledger
from tests.ingestion.formats import PRIVATE, kept_in
from tests.ingestion.test_collect import SPANS, Door, counts, opened, services
from tests.support import place_of, refuses

PROTOBUF = "application/x-protobuf"
CHAT = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o"}
USAGE = {"gen_ai.usage.input_tokens": 1200, "gen_ai.usage.output_tokens": 300}


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(tmp_path_factory.mktemp("otlp") / "home") as running:
        yield running


def packed(export: dict[str, Any]) -> bytes:
    """An export in OTLP JSON as protobuf: identifiers are bytes there."""
    request = ExportTraceServiceRequest()
    ParseDict(export, request, ignore_unknown_fields=True)
    for resource, told in zip(request.resource_spans, export["resourceSpans"], strict=True):
        for scope, said in zip(resource.scope_spans, told["scopeSpans"], strict=True):
            for span, given in zip(scope.spans, said["spans"], strict=True):
                span.trace_id, span.span_id = bytes.fromhex(given["traceId"]), bytes.fromhex(given["spanId"])
                span.parent_span_id = bytes.fromhex(given.get("parentSpanId", ""))
    return bytes(request.SerializeToString())


def span(number: int, **attributes: Any) -> dict[str, Any]:
    """One span of a second, with attributes whose dots are written `__`."""
    kinds = {str: "stringValue", int: "intValue"}
    named = [(name.replace("__", "."), value) for name, value in attributes.items()]
    given = [{"key": name, "value": {kinds[type(value)]: value}} for name, value in named]
    times = {"startTimeUnixNano": 1772366400 * 10**9, "endTimeUnixNano": 1772366401 * 10**9}
    return {"traceId": "0a" * 16, "spanId": f"{number:016x}", "name": PRIVATE, "attributes": given} | times


def export(*spans: dict[str, Any], library: str = "openinference.instrumentation.openai") -> dict[str, Any]:
    return {"resourceSpans": [{"scopeSpans": [{"scope": {"name": library}, "spans": list(spans)}]}]}


@pytest.mark.parametrize("compression", [Compression.NoCompression, Compression.Gzip])
def test_the_exporter_of_pythons_library_is_heard_as_it_comes(tmp_path: Path, compression: Compression) -> None:
    """Three calls by its own exporter, which is told the address and the token and nothing else: three rows."""
    answers: list[SpanExportResult] = []

    class Told(OTLPSpanExporter):
        def export(self, spans: Any) -> SpanExportResult:
            answers.append(super().export(spans))
            return answers[-1]

    with opened(tmp_path / "home") as door:
        sent = {"authorization": f"Bearer {door.token}"}
        exporter = Told(f"{door.url}/v1/traces", headers=sent, compression=compression, timeout=30)
        provider = TracerProvider(resource=Resource.create({"service.name": "assistant"}))
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        for _ in range(3):
            with provider.get_tracer("essai").start_as_current_span("chat gpt-4o", attributes=CHAT | USAGE):
                pass
        provider.shutdown()
        assert answers == [SpanExportResult.SUCCESS] * 3
        held = door.verified()
        assert (held["read"], held["accepted"], held["duplicates"]) == (3, 3, 0)
        assert services(door.home) == {"courrier"}
        ledger = Ledger(door.home)
        rows = list(ledger.copies("activities", ledger.files("activities")))
        assert {(row.input_tokens, row.output_tokens, row.model) for row in rows} == {(1200, 300, "gpt-4o")}


def test_a_span_is_the_same_row_in_json_and_in_protobuf(tmp_path: Path) -> None:
    body = packed(json.loads(SPANS))
    with opened(tmp_path / "other") as door:
        partial = ExportTraceServiceResponse.FromString(door.post("/v1/traces", body, PROTOBUF).content).partial_success
        assert partial.rejected_spans == 0 and "1 call set aside and kept" in partial.error_message
    with opened(tmp_path / "home") as door:
        assert counts(door.post("/v1/traces", SPANS))[:4] == (5, 4, 0, 1)
        answers = [door.post("/v1/traces", body, PROTOBUF)]
        answers.append(door.post("/v1/traces", gzip.compress(body), PROTOBUF, **{"content-encoding": "gzip"}))
        for answer in answers:
            assert (answer.status_code, answer.headers["content-type"]) == (200, PROTOBUF)
            partial = ExportTraceServiceResponse.FromString(answer.content).partial_success
            assert (partial.rejected_spans, partial.error_message) == (0, "")
        held = door.verified()
        assert (held["read"], held["accepted"], held["quarantined"], held["duplicates"]) == (15, 3, 1, 10)
        assert PRIVATE not in kept_in(door.home)


def test_identifiers_are_hexadecimal_and_integers_of_64_bits_are_whole() -> None:
    given = export(span(2**60 + 1, gen_ai__usage__input_tokens=2**53 + 1))
    (found,) = json.loads(as_json(packed(given)))["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert (found["traceId"], found["spanId"]) == ("0a" * 16, "1000000000000001")
    assert found["attributes"][0]["value"]["intValue"] == str(2**53 + 1)


@pytest.mark.parametrize("body", [b"\n\x01", packed(json.loads(SPANS))[:-7], b"bonjour", b'{"resourceSpans": []}'])
def test_what_is_not_protobuf_is_refused_in_protobuf(door: Door, body: bytes) -> None:
    before = door.verified()["read"]
    answer = door.post("/v1/traces", body, PROTOBUF)
    assert (answer.status_code, answer.headers["content-type"]) == (400, PROTOBUF)
    assert "cannot be decoded to its end: nothing was kept" in Status.FromString(answer.content).message
    assert door.verified()["read"] == before


def test_refusals_speak_the_language_of_the_body(door: Door) -> None:
    headers = {"content-type": PROTOBUF}
    nobody = requests.post(f"{door.url}/v1/traces", data=packed(json.loads(SPANS)), headers=headers, timeout=30)
    assert nobody.status_code == 401 and "no access token" in Status.FromString(nobody.content).message
    astray = door.post("/v1/logs", b"", PROTOBUF)
    assert astray.status_code == 404 and "/v1/traces" in Status.FromString(astray.content).message
    elsewhere = door.post("/v1/codecarbon", b"", PROTOBUF)
    assert elsewhere.status_code == 415 and "application/json" in Status.FromString(elsewhere.content).message


def test_calls_of_ai_that_cannot_be_read_are_rejected_and_what_is_no_call_is_only_said(door: Door) -> None:
    """An agent's step and a tool's, without tokens; a call with tokens; a page of the application."""
    step = span(1, openinference__span__kind="AGENT")
    tool = span(2, gen_ai__operation__name="execute_tool")
    call = span(3, gen_ai__usage__output_tokens=5, gen_ai__request__model="gpt-4o")
    sent = export(step, tool, call, span(4, url__path="/"))
    body = door.post("/v1/traces", json.dumps(sent)).json()
    assert [body[name] for name in ("read", "accepted", "unread", "ignored")] == [1, 1, 2, 1]
    assert body["unread_names"] == ["openinference.instrumentation.openai"]
    assert body["partialSuccess"]["rejectedSpans"] == 2
    assert "2 AI spans without a count of tokens" in body["partialSuccess"]["errorMessage"]
    assert "Tout ce qui est lu est écrit pour de bon. 2 appels d'IA" in body["fr"] and PRIVATE not in body["fr"]
    alone = ExportTraceServiceResponse.FromString(
        door.post("/v1/traces", packed(export(step, library=f"{PRIVATE} !")), PROTOBUF).content
    )
    assert alone.partial_success.rejected_spans == 1
    assert "nothing of them is kept" in alone.partial_success.error_message
    assert PRIVATE not in alone.partial_success.error_message
    plain = door.post("/v1/traces", packed(export(span(5, url__path="/"))), PROTOBUF)
    assert (plain.status_code, plain.content) == (200, b"")


def test_spans_of_openinference_are_rows(tmp_path: Path) -> None:
    """Its `llm.system` names a language, not a provider: a gateway of one's own speaks that of OpenAI."""
    tokens = {"llm__token_count__prompt": 1200, "llm__token_count__completion": 300}
    own = span(1, openinference__span__kind="LLM", llm__model_name="gpt-4o", llm__system="openai", **tokens)
    sold = span(2, openinference__span__kind="LLM", llm__model_name="gpt-4o", llm__provider="openai", **tokens)
    with opened(tmp_path / "home") as door:
        body = door.post("/v1/traces", json.dumps(export(own, sold))).json()
        assert (body["accepted"], body["unread"]) == (2, 0)
        ledger = Ledger(door.home)
        rows = ledger.copies("activities", ledger.files("activities"))
        assert {(place_of(row).host, row.model, row.input_tokens, row.output_tokens) for row in rows} == {
            ("class/hyperscale", "gpt-4o", 1200, 300),  # a model that nobody else may run: its maker's kind of place
            ("openai/usa", "gpt-4o", 1200, 300),
        }


def test_more_spans_than_any_exporter_sends_are_refused_before_they_are_written_out() -> None:
    """A span of nothing takes two bytes in protobuf and hundreds of times more as text."""
    export = ExportTraceServiceRequest()
    spans = export.resource_spans.add().scope_spans.add().spans
    for _ in range(MOST_SPANS):
        spans.add()
    assert as_json(export.SerializeToString())
    spans.add()
    with refuses("collect_too_many_spans"):
        as_json(export.SerializeToString())


def test_the_address_of_a_call_by_litellm_is_read_where_it_is_hidden(tmp_path: Path) -> None:
    """It stands in JSON text, and its cached tokens in Python's; what holds the call, and what it is made of, are no
    lost calls."""
    hidden = json.dumps({"model_id": None, "api_base": "http://sk-untel@10.0.0.4:8000/v1"})
    tokens = {"gen_ai__usage__input_tokens": 12, "gen_ai__usage__output_tokens": 3}
    tokens["metadata__usage_object"] = "{'prompt_tokens': 12, 'prompt_tokens_details': {'cached_tokens': 8}}"
    call = span(2, hidden_params=hidden, gen_ai__system="openai", gen_ai__request__model="gpt-oss-20b", **tokens)
    agent, raw = span(1, gen_ai__operation__name="invoke_agent"), span(3, llm__openai__id="chatcmpl-1")
    sent = export(agent, call | {"parentSpanId": agent["spanId"]}, raw | {"parentSpanId": call["spanId"]})
    with opened(tmp_path / "home") as door:
        body = door.post("/v1/traces", json.dumps(sent)).json()
        assert [body[name] for name in ("read", "accepted", "unread", "ignored")] == [1, 1, 0, 2]
        ledger = Ledger(door.home)
        (row,) = ledger.copies("activities", ledger.files("activities"))
        assert (row.served_at, "hidden_params" in body["dropped_names"]) == ("10.0.0.4:8000", False)
        assert (row.input_tokens, row.cached_tokens, row.output_tokens) == (12, 8, 3)
        assert "untel" not in kept_in(door.home)
