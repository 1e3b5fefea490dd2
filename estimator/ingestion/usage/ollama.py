"""Reader of Ollama responses: input and output tokens and durations, without content."""

from datetime import UTC
from functools import partial
from typing import Any

from estimator.ingestion.parsing import json_text
from estimator.ingestion.parsing.row_builder import FieldNames, RecordFields, RecordReader, counts_only
from estimator.ingestion.reader import Reader, ReadingContext, Trace
from estimator.ledger.read_result import ReadResult

NAME = "ollama"
VERSION = 1
FIELDS = FieldNames(
    numbers=("prompt_eval_count", "eval_count", "total_duration"),
    texts=("model", "done"),
    moments=("created_at",),
)
_SIGNS = frozenset({"model", "done", "total_duration", "eval_count"})
_NS = 1e-9


def sniff(name: str, head: str) -> bool:
    """Whether objects have the fields of a response, or of its last chunk."""
    return json_text.outline(head) >= _SIGNS


def read(trace: Trace, context: ReadingContext) -> ReadResult:
    """Each complete response, of a document, of a list or of one object a line. broken_json, bad_sidecar."""
    reading = RecordReader(trace, context, NAME, VERSION)
    for line, answer in reading.objects():
        if answer.get("done") is not False:
            reading.left_out(answer.keys() - FIELDS.names)
            said = RecordFields(answer, FIELDS)
            reading.take(line, said, partial(_fields, reading), "created_at" in said.kept)
    return reading.result()


def _fields(reading: RecordReader, said: RecordFields) -> dict[str, Any]:
    counts = {"input_tokens": said.number("prompt_eval_count"), "output_tokens": said.number("eval_count")}
    counted, checks = counts_only(said.text("model"), counts)
    place, looks = reading.place()
    moment, dated = reading.dated(said, "created_at")
    end_us, basis = reading.local(moment if moment.tzinfo else moment.replace(tzinfo=UTC), None)
    seconds = (said.number("total_duration") or 0.0) * _NS
    return {
        **reading.period(end_us - round(seconds * 1e6), end_us, basis),
        **counted,
        **place,
        "service_key": NAME,
        "requests": 1.0,
        "latency_s": seconds or None,
        "checks": tuple(sorted((*checks, *looks, *dated))),
    }


READER = Reader(NAME, VERSION, sniff, read)
