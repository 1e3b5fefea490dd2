"""OTLP over HTTP in protobuf: spans and metrics converted to OTLP JSON, and protobuf responses."""

import json
from base64 import b64decode
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import DecodeError
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from estimator.core.errors import SobriaError
from estimator.ingestion.parsing import json_text

PROTOBUF = "application/x-protobuf"
MOST_SPANS = 20_000  # exporters send 512 at a time
_IDS = ("traceId", "spanId", "parentSpanId")


def as_json(data: bytes, of_metrics: bool = False) -> bytes:
    """The spans or metrics of a request as OTLP JSON: identifiers in hexadecimal, 64-bit integers as text.
    collect_protobuf_torn, collect_too_many_spans."""
    try:
        request = (ExportMetricsServiceRequest if of_metrics else ExportTraceServiceRequest).FromString(data)
    except DecodeError as error:
        raise SobriaError("collect_protobuf_torn") from error
    count = _points(request) if of_metrics else _spans(request)
    if count > MOST_SPANS:
        raise SobriaError("collect_too_many_spans", count=count, most=MOST_SPANS)
    export = MessageToDict(request)
    for resource in json_text.lists_in(export, "resourceSpans"):
        for scope in json_text.lists_in(resource, "scopeSpans"):
            for span in json_text.lists_in(scope, "spans"):
                span.update({name: b64decode(span[name]).hex() for name in _IDS if name in span})
    return json.dumps(export, ensure_ascii=False).encode("utf-8")


def accepted_response(partial: dict[str, Any], of_metrics: bool = False) -> bytes:
    """The response to accepted spans or metrics: how many others were rejected, and why; empty when there are none."""
    answer = (ExportMetricsServiceResponse if of_metrics else ExportTraceServiceResponse)()
    ParseDict({"partialSuccess": partial} if partial else {}, answer)
    return bytes(answer.SerializeToString())


def _spans(request: Any) -> int:
    return sum(len(scope.spans) for resource in request.resource_spans for scope in resource.scope_spans)


def _points(request: Any) -> int:
    """Points of every kind: a metric has one kind."""
    scopes = [scope for resource in request.resource_metrics for scope in resource.scope_metrics]
    kinds = [(metric, metric.WhichOneof("data")) for scope in scopes for metric in scope.metrics]
    return sum(len(getattr(metric, kind).data_points) for metric, kind in kinds if kind)


def refusal(told: str) -> bytes:
    """The response to a refused request."""
    return bytes(Status(message=told).SerializeToString())
