"""Payloads of services, parsed as files of their format, and appended to the ledger as rows of the sender."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

from estimator.core.errors import SobriaError
from estimator.ingestion.codecarbon import reader as codecarbon
from estimator.ingestion.codecarbon.objects import as_table
from estimator.ingestion.corrections import stated
from estimator.ingestion.declarations.remarks import READERS as DECLARATIONS
from estimator.ingestion.http import otlp
from estimator.ingestion.http.endpoints import Form
from estimator.ingestion.http.sender_rows import Body, Sender, body, own
from estimator.ingestion.mixed_objects import read_by
from estimator.ingestion.parsing import json_text
from estimator.ingestion.quarantine import lift_sent
from estimator.ingestion.reader import Reader
from estimator.ingestion.readers import ReadingContext, ReadResult, Trace, contained, fit_to_schema, reader_of
from estimator.ingestion.usage import otel, otel_metrics
from estimator.ledger import Ledger
from estimator.ledger.append import Append
from estimator.ledger.compaction import CompactionRunning, compact
from estimator.ledger.standing import Standing
from estimator.ledger.withdrawals import count_again, restating, withdraw_restated_elsewhere

_RESOURCE = ("resourceSpans", "resource", "attributes", "key")
_EVENT = ("resourceSpans", "scopeSpans", "spans", "events", "attributes", "key")
_READ = "service.name"
OTLP = ("spans", "metrics")
_ELSEWHERE = {"spans": b'"resourceMetrics"', "metrics": b'"resourceSpans"'}  # what a body for the other address holds
_NO_EXPORT = {*json_text.UNREAD, "object_unread"}  # codes of what is no object of OTLP
_READERS: dict[Form, Reader] = {"codecarbon": codecarbon.READER, "spans": otel.READER, "metrics": otel_metrics.READER}


class Payload(NamedTuple):
    """One body, in the format of its endpoint."""

    sender: Sender
    form: Form
    data: bytes


class ParsedPayload(NamedTuple):
    """Parsed rows of a body, the names of dropped fields, and the spans without a row."""

    trace: Trace
    result: ReadResult
    dropped: tuple[str, ...]
    left: otel.Unread = otel.Unread()


@dataclass(frozen=True)
class Receipt:
    """Outcome of each row of a body: read = accepted + duplicates + quarantined. `unjudged`: those of the accepted that
    may repeat a row older than what is held, judged at build; `withdrawn`: those of the duplicates that were withdrawn,
    and count in no total; `declared`: those of the accepted that are declarations, and add to any of their period, as
    they have no id; `reasons`: codes of why rows of the body are not sound. Dropped fields by name. Of what has
    no row, and is not stored: `unread` spans of AI or points of metrics, `ignored` spans of the rest of the
    application."""

    read: int
    accepted: int
    duplicates: int
    quarantined: int
    dropped_fields: int
    dropped_names: tuple[str, ...]
    unread: int = 0
    unread_names: tuple[str, ...] = ()
    ignored: int = 0
    unjudged: int = 0
    withdrawn: int = 0
    reasons: tuple[str, ...] = ()
    declared: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Every field by name."""
        return asdict(self)


def read_body(sent: Payload, context: ReadingContext) -> ParsedPayload:
    """Rows of a body, under its sender. collect_nothing_read when there are none, save in OTLP, where most spans and
    metrics are not of AI; collect_no_export there. The errors of the readers."""
    trace = body(sent.sender, sent.data)
    with contained(trace.name, sent.form):
        return _parsed_payload(trace, sent, context)


def post(ledger: Ledger, batch: Sequence[ParsedPayload], standing: Standing | None = None) -> list[Receipt]:
    """Append bodies to the ledger in one import, with a receipt for each. On return, all rows are on disk. `standing`:
    what senders sent, when it is kept from one batch to the next."""
    posting = Append(ledger, standing or Standing(ledger, True)) if any(taken.result.read for taken in batch) else None
    receipts = [_body_receipt(posting, taken) for taken in batch]
    if posting:
        posting.acknowledge()
        back = _withdraw_corrected(ledger, posting, batch)
        for taken in batch:
            _lift_corrected(ledger, posting, taken)
        receipts = [_counting(receipt, taken, back) for receipt, taken in zip(receipts, batch, strict=True)]
    return receipts


def _counting(receipt: Receipt, taken: ParsedPayload, back: Collection[str]) -> Receipt:
    """The receipt of a body, once these rows count again."""
    n = len(back and {row.row_id for row in taken.result.rows} & {*back})
    counted, known, gone = receipt.accepted + n, receipt.duplicates - n, receipt.withdrawn - n
    return replace(receipt, accepted=counted, duplicates=known, withdrawn=gone)


def _withdraw_corrected(ledger: Ledger, posting: Append, batch: Sequence[ParsedPayload]) -> Collection[str]:
    """Withdraw what senders said before of a run of codecarbon and say otherwise of the same moment, as an import does;
    ids of the rows that count again. Other runs are not sought: a call sent again is judged at build."""
    runs = (row for taken in batch for row in taken.result.rows if row.reader == codecarbon.READER.name and row.run_id)
    why = restating(min(posting.read_files))
    back = count_again(ledger, posting.read_files, posting.again, why)[0] if posting.withdrawn else ()
    if posting.may_restate([row for row in runs if not posting.again.holds_one(row.row_id)]):
        withdraw_restated_elsewhere(ledger, posting.written, posting.read_files, posting.again)
    return back


def _lift_corrected(ledger: Ledger, posting: Append, taken: ParsedPayload) -> None:
    """Withdraw from quarantine what the sender sent before, and states soundly in the new rows of this body."""
    rows = [row for row in taken.result.rows if not posting.again.holds_one(row.row_id)]
    if rows and posting.holds_refused(taken.trace.name):
        lines = stated(taken.trace.data, taken.result.told, [row.line for row in rows])
        lift_sent(ledger, taken.trace, lines, taken.result.refused)


def settle(ledger: Ledger) -> None:
    """Compact the small files written for bodies, unless another process is compacting."""
    try:
        compact(ledger, wait_s=0, bounded=True)
    except CompactionRunning:
        return


def _body_receipt(posting: Append | None, taken: ParsedPayload) -> Receipt:
    """The receipt of a body; a body without rows is not recorded in the ledger."""
    names, result, left = taken.dropped, taken.result, taken.left
    apart = (left.of_ai, left.libraries, left.others)
    if posting is None or not result.read:
        return Receipt(0, 0, 0, 0, len(names), names, *apart)
    before = _outcomes(posting)
    posting.take(taken.trace, [result])
    known, aside, unjudged, gone = (now - then for now, then in zip(_outcomes(posting), before, strict=True))
    accepted = result.read - known - aside
    reasons = tuple(sorted({row.code for row in result.refused}))
    counts = (result.read, accepted, known, aside)
    added = accepted if any(row.reader in DECLARATIONS for row in result.rows) else 0
    return Receipt(*counts, len(names), names, *apart, unjudged, gone, reasons, added)


def _outcomes(posting: Append) -> tuple[int, ...]:
    return posting.known, posting.quarantined, posting.unjudged, posting.withdrawn


def _parsed_payload(trace: Body, sent: Payload, context: ReadingContext) -> ParsedPayload:
    dropped: set[str] = set()
    if sent.form in OTLP:
        otlp.check_export(trace, sent.form == "metrics")
    if sent.form == "codecarbon":
        table, dropped = as_table(trace)
        trace = body(trace.sender, table)
    reader = _READERS.get(sent.form) or reader_of(trace)
    result, left = read_by(reader, trace, context), otel.Unread()
    if reader is otel.READER:
        dropped, left = _unread_span_fields(trace), otel.unread(trace)
    if reader is otel_metrics.READER:
        left = otel_metrics.unread(trace)
    elsewhere = sent.form not in OTLP or (_ELSEWHERE[sent.form] in trace.data and not (left.of_ai or left.others))
    codes = {row.code for row in result.refused}
    foreign = sent.form in OTLP and not result.rows and codes and codes <= _NO_EXPORT
    if foreign or elsewhere and not result.read:
        raise SobriaError("collect_nothing_read", reader=reader.name)
    return ParsedPayload(
        trace, fit_to_schema(own(result, sent.sender)), tuple(sorted({*dropped, *result.unused})), left
    )


def _unread_span_fields(trace: Trace) -> set[str]:
    """Names of ignored fields of spans outside their attributes, prompts among them."""
    found: set[str] = set()
    for _, export in json_text.objects(trace):
        found.update(_at(export, _RESOURCE))
        found.update(_at(export, _EVENT))
    return found - {_READ}


def _at(value: Any, path: Sequence[str]) -> Iterator[str]:
    """The texts at a path of keys, through lists."""
    if isinstance(value, list):
        for item in value:
            yield from _at(item, path)
    elif path and isinstance(value, dict):
        yield from _at(value.get(path[0]), path[1:])
    elif not path and isinstance(value, str):
        yield value
