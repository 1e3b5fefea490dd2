"""What a service sends, read as a file of its form would be, and brought into the ledger as rows of that service."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from estimator.ingestion.codecarbon import reader as codecarbon
from estimator.ingestion.codecarbon.columns import KNOWN, PRIVATE
from estimator.ingestion.http.endpoints import Form, NothingRead
from estimator.ingestion.http.sender_rows import Body, Sender, body, own
from estimator.ingestion.parsing import json_text
from estimator.ingestion.reader import BrokenJson, NotATrace
from estimator.ingestion.readers import ReadingContext, ReadResult, Trace, contained, fit_to_schema, reader_of
from estimator.ingestion.usage import otel
from estimator.ledger import Ledger
from estimator.ledger.append import Append
from estimator.ledger.compaction import CompactionRunning, compact

_RESOURCE = ("resourceSpans", "resource", "attributes", "key")
_EVENT = ("resourceSpans", "scopeSpans", "spans", "events", "attributes", "key")
_READ = "service.name"


class Payload(NamedTuple):
    """One body, in the form of the door that it came by."""

    sender: Sender
    form: Form
    data: bytes


class ParsedPayload(NamedTuple):
    """What was read of a body, the names of the fields that were dropped, and the spans that no row is made of."""

    trace: Trace
    result: ReadResult
    dropped: tuple[str, ...]
    left: otel.Unread = otel.Unread()


@dataclass(frozen=True)
class Receipt:
    """Where each row of a body went: read = accepted + duplicates + quarantined. Fields dropped: by name. Of spans that
    are no rows, and of which nothing is kept: `unread` of AI, `ignored` of the rest of the application."""

    read: int
    accepted: int
    duplicates: int
    quarantined: int
    dropped_fields: int
    dropped_names: tuple[str, ...]
    unread: int = 0
    unread_names: tuple[str, ...] = ()
    ignored: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Every field by name."""
        return asdict(self)


def read_body(sent: Payload, context: ReadingContext) -> ParsedPayload:
    """Rows of a body, as those of its sender. NothingRead where there are none, except of spans, which are mostly those
    of something else. The errors of the readers."""
    trace = body(sent.sender, sent.data)
    with contained(trace.name, sent.form):
        return _read(trace, sent, context)


def post(ledger: Ledger, batch: Sequence[ParsedPayload]) -> list[Receipt]:
    """Bring bodies into the ledger by one import, and say what became of each. When it returns, all are on disk."""
    posting = Append(ledger) if any(taken.result.read for taken in batch) else None
    receipts = [_posted(posting, taken) for taken in batch]
    if posting:
        posting.account()
    return receipts


def settle(ledger: Ledger) -> None:
    """Group the small files that bodies leave, unless another process is at it."""
    try:
        compact(ledger, wait_s=0)
    except CompactionRunning:
        return


def _posted(posting: Append | None, taken: ParsedPayload) -> Receipt:
    """The receipt of a body, a body without any row leaving no mark in the ledger."""
    names, result, left = taken.dropped, taken.result, taken.left
    apart = (left.of_ai, left.libraries, left.others)
    if posting is None or not result.read:
        return Receipt(0, 0, 0, 0, len(names), names, *apart)
    duplicates, quarantined = posting.duplicates, posting.quarantined
    posting.take(taken.trace, [result])
    duplicates, quarantined = posting.duplicates - duplicates, posting.quarantined - quarantined
    accepted = result.read - duplicates - quarantined
    return Receipt(result.read, accepted, duplicates, quarantined, len(names), names, *apart)


def _read(trace: Body, sent: Payload, context: ReadingContext) -> ParsedPayload:
    dropped: set[str] = set()
    if sent.form == "codecarbon":
        trace, dropped = _as_table(trace)
    reader = {"codecarbon": codecarbon.READER, "otlp": otel.READER}.get(sent.form) or reader_of(trace)
    result, left = reader.read(trace, context), otel.Unread()
    if reader is otel.READER:
        dropped, left = _unread_span_fields(trace), otel.unread(trace)
    if not result.read and sent.form != "otlp":
        raise NothingRead(reader=reader.name)
    return ParsedPayload(
        trace, fit_to_schema(own(result, sent.sender)), tuple(sorted({*dropped, *result.unused})), left
    )


def _as_table(trace: Body) -> tuple[Body, set[str]]:
    """The objects that codecarbon posts, as the file that it would have written, with the names of other fields, such
    as the user's name and the place of the machine. BrokenJson, NotATrace."""
    objects: list[dict[str, Any]] = []
    for line, found in json_text.objects(trace):
        if isinstance(found, str):
            raise BrokenJson(file=trace.name, line=line)
        objects.append(found)
    given = {name for found in objects for name in found}
    if not given & KNOWN:
        raise NotATrace(file=trace.name, columns=", ".join(sorted(given))[:120])
    columns = sorted(given & (KNOWN | PRIVATE))  # the reader compares coordinates, and keeps none
    file = io.StringIO()
    table = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    for found in objects:
        table.writerow({name: value for name, value in found.items() if isinstance(value, str | int | float)})
    return body(trace.sender, file.getvalue().encode("utf-8", "replace")), given - KNOWN


def _unread_span_fields(trace: Trace) -> set[str]:
    """Names of what spans carry beside their attributes, and that nothing is taken from: there, prompts travel too."""
    found: set[str] = set()
    for _, export in json_text.objects(trace):
        found.update(_at(export, _RESOURCE))
        found.update(_at(export, _EVENT))
    return found - {_READ}


def _at(value: Any, path: Sequence[str]) -> Iterator[str]:
    """The texts that stand at the end of a path of names, lists being transparent."""
    if isinstance(value, list):
        for item in value:
            yield from _at(item, path)
    elif path and isinstance(value, dict):
        yield from _at(value.get(path[0]), path[1:])
    elif not path and isinstance(value, str):
        yield value
