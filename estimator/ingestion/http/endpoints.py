"""Endpoints of the collector, their limits, and their refusals with HTTP status."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

from estimator.core.errors import SobriaError

PORT, ADDRESS = 8502, "127.0.0.1"
RETRY_S = "5"
Form = Literal["codecarbon", "otlp", "rows"]


class Endpoint(NamedTuple):
    """One endpoint: payload format, content types accepted, and success status of its protocol:
    codecarbon waits for 201, OTLP for 200."""

    form: Form
    types: tuple[str, ...]
    kept: int


_JSON = ("application/json",)
_LINES = ("application/x-ndjson", "application/jsonl", "text/csv", "text/plain")
ENDPOINTS = {
    "/v1/codecarbon": Endpoint("codecarbon", _JSON, 201),
    "/v1/traces": Endpoint("otlp", (*_JSON, "application/x-protobuf"), 200),
    "/v1/rows": Endpoint("rows", (*_JSON, *_LINES), 202),
}
# Path of codecarbon's save_to_api, in its own API format, without country and PUE of a run.
CODECARBON_API = ("/runs", "/emissions")


@dataclass(frozen=True)
class Limits:
    """Maximum body size [B], maximum bodies in progress, maximum time to receive one [s]."""

    body: int = 4_194_304
    waiting: int = 64
    arriving_s: float = 20.0

    @property
    def of_one(self) -> int:
        """Maximum bodies in progress for one sender: a quarter, so that others are served."""
        return max(1, self.waiting // 4)


class Refusal(SobriaError):
    """A refused request, with its HTTP status."""

    status: ClassVar[int]
    headers: ClassVar[Mapping[str, str]] = {}


class TokenMissing(Refusal):
    """A request without a token."""

    code, status, headers = "collect_no_token", 401, {"www-authenticate": 'Bearer realm="sobria"'}


class TokenRefused(Refusal):
    """A token unknown to this home, or revoked."""

    code, status, headers = "collect_bad_token", 401, {"www-authenticate": 'Bearer realm="sobria"'}


class TypeRefused(Refusal):
    """A content type that this endpoint does not accept."""

    code, status = "collect_type", 415


class ProtobufTorn(Refusal):
    """A body declared as OTLP protobuf that is not, or is truncated."""

    code, status = "collect_protobuf_torn", 400


class NothingRead(Refusal):
    """A body in a known format without any row to store."""

    code, status = "collect_nothing_read", 400


class PackedRefused(Refusal):
    """A body compressed otherwise than with gzip."""

    code, status = "collect_packed", 415


class PackedTorn(Refusal):
    """A body declared as gzip that is not, or is truncated."""

    code, status = "collect_packed_torn", 400


class PackedInPieces(Refusal):
    """A body with more gzip members than any legitimate sender makes."""

    code, status = "collect_packed_pieces", 400


class SpansTooMany(Refusal):
    """More spans than an exporter sends at once: decoded, they would take hundreds of times their size in memory."""

    code, status = "collect_too_many_spans", 413


class BodyTooLarge(Refusal):
    """A body above the maximum size."""

    code, status = "collect_too_large", 413


class BodyTooSlow(Refusal):
    """A body not received in time."""

    code, status = "collect_too_slow", 408


class TooBusy(Refusal):
    """Too many bodies in progress."""

    code, status, headers = "collect_busy", 503, {"retry-after": RETRY_S}


class SenderTooBusy(Refusal):
    """Too many bodies in progress from one sender."""

    code, status, headers = "collect_sender_busy", 503, {"retry-after": RETRY_S}


class NotWritten(Refusal):
    """The ledger could not be written: nothing is acknowledged."""

    code, status, headers = "collect_not_written", 503, {"retry-after": RETRY_S}


class AddressRefused(SobriaError):
    """The address cannot be bound."""

    code = "collect_address"


class PortTaken(SobriaError):
    """Another program listens there."""
