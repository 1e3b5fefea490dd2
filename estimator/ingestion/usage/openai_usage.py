"""Reader of the usage pages of an OpenAI organisation: tokens by time bucket, project and model, never by person."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from estimator.ingestion.parsing import json_text
from estimator.ingestion.parsing.record_fields import FieldNames, RecordFields
from estimator.ingestion.parsing.records import Record, RecordReader, Snapshot, record_reader
from estimator.ingestion.parsing.row_parts import counts_only

_COUNTS = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cached_tokens": "input_cached_tokens",
    "requests": "num_model_requests",
    "images": "images",
    "audio_s": "seconds",
}
# Buckets may be split by person or by key: such a cell distinguishes rows, and is not stored.
FIELDS = FieldNames(
    numbers=("start_time", "end_time", *_COUNTS.values()),
    texts=("object", "project_id", "model", "batch", "service_tier", "source", "size"),
    secret=("user_id", "api_key_id"),
)
_SUBJECT = ("start_time", "end_time", *FIELDS.texts, *FIELDS.secret)
_RESULTS = "organization.usage."


def sniff(name: str, head: str) -> bool:
    """Whether this is a page of buckets with counts of tokens, images or seconds."""
    found = json_text.outline(head)
    counts = {f"data.results.{count}" for count in _COUNTS.values()}
    return f'"{_RESULTS}' in head and {"data.start_time", "data.results.object"} <= found and bool(counts & found)


def records(reading: RecordReader) -> Iterator[Record]:
    """Each result of each bucket, of one page or of one page a line; those of a last page that another should follow
    say so. broken_json."""
    rank = 0
    pages = list(json_text.objects(reading.trace))
    for place, (line, page) in enumerate(pages, 1):
        if isinstance(page, str):
            reading.broken(line, page)
            continue
        cut = ["page_cut"] if place == len(pages) and page.get("has_more") is True else []
        for result in _results(page):
            rank += 1
            reading.left_out(result.keys() - FIELDS.names)
            yield Record(rank, RecordFields(result, FIELDS), partial(_fields, reading, cut), Snapshot(_SUBJECT))


def _results(page: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Results with the times of their bucket."""
    for bucket in json_text.lists_in(page, "data"):
        for result in json_text.lists_in(bucket, "results"):
            times = {name: bucket.get(name) for name in ("start_time", "end_time")}
            yield (result if isinstance(result, dict) else {}) | times


def _fields(reading: RecordReader, cut: list[str], said: RecordFields) -> dict[str, Any]:
    counted, place = counts_only(said.text("model"), said.counts(_COUNTS)), reading.place("openai")
    period = reading.period(said.since_1970_us("start_time"), said.since_1970_us("end_time"), "offset")
    return reading.row(counted, place, period, checks=cut, service_key=said.text("project_id") or "openai")


READER = record_reader("openai_usage", 1, sniff, records)
