"""OTLP over HTTP: the shape of an export in JSON; spans and metrics in protobuf converted to it, and protobuf
responses."""

import json
from base64 import b64decode
from collections.abc import Mapping
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
from estimator.ingestion.reader import Trace

PROTOBUF = "application/x-protobuf"
MOST_SPANS = 20_000  # exporters send 512 at a time
_IDS = ("traceId", "spanId", "parentSpanId")
_Shape = Mapping[str, "_Shape"]
_SHAPES: Mapping[bool, _Shape] = {  # the arrays of an export, each of objects
    False: {"resourceSpans": {"scopeSpans": {"spans": {"attributes": {}}}}},
    True: {"resourceMetrics": {"scopeMetrics": {"metrics": {}}}},
}
_KINDS = ("sum", "gauge", "histogram", "exponentialHistogram", "summary")  # of a metric: an object with its points
_TYPES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}


def check_export(trace: Trace, of_metrics: bool = False) -> None:
    """An export in JSON has the shape of OTLP, whatever it holds: else its sender would be told that it was received,
    and drop it. Absent and null are empty. What is no object at all is left to the readers. collect_no_export,
    broken_json."""
    exports = [export for _, export in json_text.objects(trace)]
    if not exports:
        raise _no_export("$", [], "object")
    for export in exports:
        if isinstance(export, dict):
            _check_arrays(export, _SHAPES[of_metrics], "$")


def _check_arrays(found: Mapping[str, Any], shape: _Shape, where: str) -> None:
    """collect_no_export unless each of these keys of an object is an array of objects of this shape."""
    for name, inner in shape.items():
        at, items = f"{where}.{name}", found.get(name)
        if items is None:
            continue
        if not isinstance(items, list):
            raise _no_export(at, items, "array")
        for item in items:
            if not isinstance(item, dict):
                raise _no_export(f"{at}[]", item, "object")
            _check_arrays(item, inner, f"{at}[]")
            for kind in _KINDS if name == "metrics" else ():
                if not isinstance(item.get(kind) or {}, dict):
                    raise _no_export(f"{at}[].{kind}", item[kind], "object")
                _check_arrays(item.get(kind) or {}, {"dataPoints": {}}, f"{at}[].{kind}")


def _no_export(where: str, found: Any, expected: str) -> SobriaError:
    """Of what was read, only its JSON type is told: it may be a prompt."""
    return SobriaError("collect_no_export", where=where, read=_TYPES.get(type(found), "null"), expected=expected)


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
