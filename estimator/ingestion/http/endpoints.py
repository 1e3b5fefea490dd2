"""What may come to the collector: its doors, the limits that it keeps, and the refusals with their status."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

from estimator.core.errors import SobriaError

PORT, ADDRESS = 8502, "127.0.0.1"
RETRY_S = "5"
Form = Literal["codecarbon", "otlp", "rows"]


class Endpoint(NamedTuple):
    """One address: the form of what comes in, the types it may be sent as, and how its protocol says that it was kept:
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
# Where codecarbon posts with save_to_api: its own API, which says neither the country nor the PUE of a run.
CODECARBON_API = ("/runs", "/emissions")


@dataclass(frozen=True)
class Limits:
    """The largest body [B], how many bodies may be in hand at once, how long one may take to arrive [s]."""

    body: int = 4_194_304
    waiting: int = 64
    arriving_s: float = 20.0

    @property
    def of_one(self) -> int:
        """How many of them may be those of one sender: a quarter, so that the others are heard."""
        return max(1, self.waiting // 4)


class Refusal(SobriaError):
    """A request that is not taken, with the status of its answer."""

    status: ClassVar[int]
    headers: ClassVar[Mapping[str, str]] = {}


class TokenMissing(Refusal):
    """No token was shown."""

    code, status, headers = "collect_no_token", 401, {"www-authenticate": 'Bearer realm="sobria"'}


class TokenRefused(Refusal):
    """The token is none of this home, or was revoked."""

    code, status, headers = "collect_bad_token", 401, {"www-authenticate": 'Bearer realm="sobria"'}


class TypeRefused(Refusal):
    """A content type that this door does not read."""

    code, status = "collect_type", 415


class ProtobufTorn(Refusal):
    """A body that says it is OTLP in protobuf and is not, or was cut."""

    code, status = "collect_protobuf_torn", 400


class NothingRead(Refusal):
    """A body in which a reader knows its format and finds no row: there is nothing to keep."""

    code, status = "collect_nothing_read", 400


class PackedRefused(Refusal):
    """A body compressed in another way than gzip."""

    code, status = "collect_packed", 415


class PackedTorn(Refusal):
    """A body that says it is gzip and is not, or was cut."""

    code, status = "collect_packed_torn", 400


class PackedInPieces(Refusal):
    """A body of more gzip members than any sender has a reason to make."""

    code, status = "collect_packed_pieces", 400


class SpansTooMany(Refusal):
    """More spans than an exporter sends at once: as text they would take hundreds of times their size in memory."""

    code, status = "collect_too_many_spans", 413


class BodyTooLarge(Refusal):
    """More bytes than a body may have."""

    code, status = "collect_too_large", 413


class BodyTooSlow(Refusal):
    """The end of the body did not come."""

    code, status = "collect_too_slow", 408


class TooBusy(Refusal):
    """As many bodies in hand as may be."""

    code, status, headers = "collect_busy", 503, {"retry-after": RETRY_S}


class SenderTooBusy(Refusal):
    """As many bodies of one sender in hand as may be."""

    code, status, headers = "collect_sender_busy", 503, {"retry-after": RETRY_S}


class NotWritten(Refusal):
    """The ledger could not be written: nothing is acknowledged."""

    code, status, headers = "collect_not_written", 503, {"retry-after": RETRY_S}


class AddressRefused(SobriaError):
    """The address cannot be listened to."""

    code = "collect_address"


class PortTaken(SobriaError):
    """Another program listens there."""
