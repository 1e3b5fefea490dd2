"""Reader of Ollama responses: input and output tokens and durations, without content."""

from collections.abc import Iterator
from datetime import UTC
from functools import partial
from typing import Any

from estimator.ingestion.parsing import json_text
from estimator.ingestion.parsing.record_fields import FieldNames, RecordFields
from estimator.ingestion.parsing.records import OtherObject, Record, RecordReader, record_reader
from estimator.ingestion.parsing.row_parts import counts_only
from estimator.ingestion.reader import RowRefused

_COUNTS = {"input_tokens": "prompt_eval_count", "output_tokens": "eval_count"}
FIELDS = FieldNames(
    numbers=(*_COUNTS.values(), "total_duration"),
    texts=("model", "done"),
    moments=("created_at",),
)
_SIGNS = frozenset({"model", "done", "eval_count"})
_TIMES = frozenset({"created_at", "total_duration"})  # some servers of its API leave one of them out
_NS = 1e-9


def sniff(name: str, head: str) -> bool:
    """Whether objects have the fields of a response, or of its last chunk."""
    found = json_text.outline(head)
    return found >= _SIGNS and bool(found & _TIMES)


def records(reading: RecordReader) -> Iterator[Record | OtherObject]:
    """Each complete response, of a document, of a list or of one object a line; chunks of a response have no counts,
    but for the last. broken_json."""
    unended: tuple[int, RecordFields] | None = None
    for line, answer in reading.objects():
        if "done" not in answer:
            yield OtherObject(line, answer)
            continue
        said = RecordFields(answer, FIELDS)
        unended = (line, said) if answer["done"] is False else None
        if unended is None:
            reading.left_out(answer.keys() - FIELDS.names)
            yield Record(line, said, partial(_fields, reading), "created_at" in said.kept)
    if unended is not None:
        reading.refuse(*unended, RowRefused("no_usage"))


def _fields(reading: RecordReader, said: RecordFields) -> dict[str, Any]:
    counted, place = counts_only(said.text("model"), said.counts(_COUNTS)), reading.place()
    moment, dated = reading.dated(said, "created_at")
    end_us, basis = reading.local(moment if moment.tzinfo else moment.replace(tzinfo=UTC), None)
    seconds = (said.number("total_duration") or 0.0) * _NS
    period = reading.period(end_us - round(seconds * 1e6), end_us, basis)
    return reading.row(counted, place, period, checks=dated, requests=1.0, latency_s=seconds or None)


READER = record_reader("ollama", 1, sniff, records)
