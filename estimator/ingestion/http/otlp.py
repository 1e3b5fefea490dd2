"""OTLP over HTTP in protobuf: spans converted to OTLP JSON, and protobuf responses."""

import json
from base64 import b64decode
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from estimator.core.errors import SobriaError
from estimator.ingestion.parsing import json_text

PROTOBUF = "application/x-protobuf"
MOST_SPANS = 20_000  # exporters send 512 at a time
_IDS = ("traceId", "spanId", "parentSpanId")


def as_json(data: bytes) -> bytes:
    """The spans of a request as OTLP JSON: identifiers in hexadecimal, 64-bit integers as text.
    collect_protobuf_torn, collect_too_many_spans."""
    try:
        request = ExportTraceServiceRequest.FromString(data)
    except DecodeError as error:
        raise SobriaError("collect_protobuf_torn") from error
    count = sum(len(scope.spans) for resource in request.resource_spans for scope in resource.scope_spans)
    if count > MOST_SPANS:
        raise SobriaError("collect_too_many_spans", count=count, most=MOST_SPANS)
    export = MessageToDict(request)
    for resource in json_text.lists_in(export, "resourceSpans"):
        for scope in json_text.lists_in(resource, "scopeSpans"):
            for span in json_text.lists_in(scope, "spans"):
                span.update({name: b64decode(span[name]).hex() for name in _IDS if name in span})
    return json.dumps(export, ensure_ascii=False).encode("utf-8")


def accepted_response(partial: dict[str, Any]) -> bytes:
    """The response to accepted spans: `rejectedSpans` and `errorMessage` of the others, empty when all are accepted."""
    answer = ExportTraceServiceResponse()
    if partial:
        answer.partial_success.rejected_spans = partial["rejectedSpans"]
        answer.partial_success.error_message = partial["errorMessage"]
    return bytes(answer.SerializeToString())


def refusal(told: str) -> bytes:
    """The response to a refused request."""
    return bytes(Status(message=told).SerializeToString())
