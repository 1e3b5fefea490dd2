"""Reader of Ollama responses: input and output tokens and durations, without content."""

from collections.abc import Iterator
from datetime import UTC
from functools import partial
from typing import Any

from estimator.ingestion.parsing import json_text
from estimator.ingestion.parsing.records import FieldNames, Record, RecordFields, RecordReader, record_reader
from estimator.ingestion.parsing.row_parts import counts_only

_COUNTS = {"input_tokens": "prompt_eval_count", "output_tokens": "eval_count"}
FIELDS = FieldNames(
    numbers=(*_COUNTS.values(), "total_duration"),
    texts=("model", "done"),
    moments=("created_at",),
)
_SIGNS = frozenset({"model", "done", "total_duration", "eval_count"})
_NS = 1e-9


def sniff(name: str, head: str) -> bool:
    """Whether objects have the fields of a response, or of its last chunk."""
    return json_text.outline(head) >= _SIGNS


def records(reading: RecordReader) -> Iterator[Record]:
    """Each complete response, of a document, of a list or of one object a line. broken_json."""
    for line, answer in reading.objects():
        if answer.get("done") is not False:
            reading.left_out(answer.keys() - FIELDS.names)
            said = RecordFields(answer, FIELDS)
            yield Record(line, said, partial(_fields, reading), "created_at" in said.kept)


def _fields(reading: RecordReader, said: RecordFields) -> dict[str, Any]:
    counted, place = counts_only(said.text("model"), said.counts(_COUNTS)), reading.place()
    moment, dated = reading.dated(said, "created_at")
    end_us, basis = reading.local(moment if moment.tzinfo else moment.replace(tzinfo=UTC), None)
    seconds = (said.number("total_duration") or 0.0) * _NS
    period = reading.period(end_us - round(seconds * 1e6), end_us, basis)
    return reading.row(counted, place, period, checks=dated, requests=1.0, latency_s=seconds or None)


READER = record_reader("ollama", 1, sniff, records)
