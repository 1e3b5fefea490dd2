"""Endpoints of the collector, their limits, and the HTTP status of their refusals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

PORT, ADDRESS = 8502, "127.0.0.1"
COLLECTING = ".collecting"  # lock of the ledger that collectors share while they run
_BEARER, _RETRY = {"www-authenticate": 'Bearer realm="sobria"'}, {"retry-after": "5"}
Form = Literal["codecarbon", "spans", "metrics", "rows"]


class Endpoint(NamedTuple):
    """One endpoint: payload format, content types accepted, and success status of its protocol:
    codecarbon waits for 201, OTLP for 200."""

    form: Form
    types: tuple[str, ...]
    kept: int


class Reply(NamedTuple):
    """What is read at an address."""

    text: str
    media_type: str = "application/json"


Reading = Callable[[Mapping[str, str]], Reply]  # given the query of a request

_JSON = ("application/json",)
_OTLP = (*_JSON, "application/x-protobuf")
_LINES = ("application/x-ndjson", "application/jsonl", "text/csv", "text/plain")
ENDPOINTS = {
    "/v1/codecarbon": Endpoint("codecarbon", _JSON, 201),
    "/v1/traces": Endpoint("spans", _OTLP, 200),
    "/v1/metrics": Endpoint("metrics", _OTLP, 200),
    "/v1/rows": Endpoint("rows", (*_JSON, *_LINES), 202),
    "/api/public/otel/v1/traces": Endpoint("spans", _OTLP, 200),  # where the library of Langfuse sends
}
# Path of codecarbon's save_to_api, in its own API format, without country and PUE of a run.
CODECARBON_API = ("/runs", "/emissions")


@dataclass(frozen=True)
class Limits:
    """Maximum body size [B], maximum bodies in progress, maximum time to receive one [s], and to wait for a store that
    is not on this machine before who sends is answered [s]."""

    body: int = 4_194_304
    waiting: int = 64
    arriving_s: float = 20.0
    store_s: float = 15.0

    @property
    def of_one(self) -> int:
        """Maximum bodies in progress for one sender: a quarter, so that others are served."""
        return max(1, self.waiting // 4)


LOG = "sobria"  # the logger of the collector
_UNREAD = {"connection": "close"}  # the rest of the body may still come
STATUS = {  # HTTP status of each refusal, with its headers; 400 for any other
    "collect_no_token": (401, _BEARER),
    "collect_bad_token": (401, _BEARER),
    "no_reader": (401, _BEARER),
    "figure_unknown": (404, {}),
    "number_unknown": (404, {}),
    "nothing_built": (404, {}),
    "api_number": (404, {}),
    "api_value": (404, {}),
    "api_none_told": (404, {}),
    "collect_too_slow": (408, _UNREAD),
    "collect_too_large": (413, _UNREAD),
    "collect_too_many_spans": (413, {}),
    "collect_no_type": (415, {}),
    "collect_type": (415, {}),
    "collect_packed": (415, {}),
    "collect_busy": (503, _RETRY),
    "collect_sender_busy": (503, _RETRY),
    "collect_not_written": (503, _RETRY),
    "collect_store": (503, _RETRY),
    "build_locked": (503, _RETRY),
    "results_preparing": (503, _RETRY),
    "sender_torn": (503, {}),
}
