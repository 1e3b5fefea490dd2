"""Reader of LiteLLM spend logs and of its logger `generic_api`: a request a row, without messages, keys and author."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC
from functools import partial
from itertools import count, islice
from typing import Any, NamedTuple

from estimator.core.json_once import repeated
from estimator.ingestion.parsing import delimited_text, json_text, prometheus, service_names
from estimator.ingestion.parsing.record_columns import ColumnReading, RecordColumns
from estimator.ingestion.parsing.record_fields import FieldNames, RecordFields
from estimator.ingestion.parsing.records import OtherObject, Record, RecordReader, Snapshot, record_reader
from estimator.ingestion.parsing.row_parts import counts_only
from estimator.ingestion.reader import LargeTrace, RowRefused, Trace
from estimator.ingestion.usage import unseen_tokens
from estimator.ingestion.usage.unseen_tokens import TokensTold, Unseen, unseen
from estimator.ledger.read_result import ReadResult

NAME = "litellm"
_COUNTS = {"input_tokens": "prompt_tokens", "output_tokens": "completion_tokens", "cached_tokens": "cached_tokens"}
# The endpoint distinguishes a provider's own API from a compatible one; it may contain a password.
FIELDS = FieldNames(
    numbers=(*_COUNTS.values(), *unseen_tokens.NAMES),
    texts=("request_id", "call_type", "model", "custom_llm_provider", "team_id", "cache_hit"),
    moments=("startTime", "endTime"),
    secret=("api_base",),
    ids=("request_id",),
)
_SIGNS = frozenset({"call_type", "startTime", "endTime"})  # its id is `id` from the logger `generic_api`, or absent
_PAGED = frozenset(f"data.{name}" for name in _SIGNS)
_READ_TOO = frozenset({"metadata", "request_tags", "status"})
_PEOPLE = ("user", "end_user")
_PEOPLE_OF_KEYS = ("user_api_key_user_id", "user_api_key_user_email", "user_api_key_end_user_id")
_NAMES_OF_KEY = tuple(f"user_api_key{owner}_alias" for owner in ("", "_project", "_team"))
_TAGGED = ("service:", "service=")
_LONGEST_ID = 120
_MOST = 10_000  # the most recent requests in one page of the gateway


def sniff(name: str, head: str) -> bool:
    """Whether objects, alone or in pages, or the columns of a table, have the names of a spend log."""
    found = json_text.outline(head)
    return found >= _SIGNS or found >= _PAGED or set(_columns(head)) >= _SIGNS


def records(reading: RecordReader) -> Iterator[Record | OtherObject]:
    """Each request: of a list, of pages (`{"data": […]}`), of one object a line, or of a table (CSV).

    The same request in another of these forms is a duplicate. broken_json, broken_table.
    """
    total = requests = 0  # read once to count them: those of a log that keeps what was said do not fit in memory
    for requests, (_, _, told) in enumerate(_logs(reading.trace), 1):
        total = max(total, told)  # by their pages
        if requests > _MOST and not total:
            break
    cut = ["log_cut"] if total > requests or (not total and requests == _MOST) else []
    for line, log, _ in _logs(reading.trace):
        if record := _record(reading, line, log, cut):
            yield record


Log = dict[str, Any] | str


def _record(reading: RecordReader, line: int, log: Log, cut: list[str]) -> Record | OtherObject | None:
    """The record of a request; None where its line is broken, or says a key twice."""
    if isinstance(log, str):
        reading.broken(line, log)
        return None
    if _SIGNS.isdisjoint(log) and "request_id" not in log:
        return OtherObject(line, log)
    if (key := _repeated(log)) is not None:
        reading.repeats(line, json.dumps(log), key)
        return None
    log = _spend_log(log)
    found, hidden = log | {"cached_tokens": _cached_tokens(log)}, _unseen(log)
    said = RecordFields(found | dict.fromkeys(unseen_tokens.NAMES), FIELDS)
    if hidden.told and said.identified_by("request_id"):  # so that it stands in the place of what was read before
        said = RecordFields(found | hidden.told, FIELDS)
    reading.left_out(_ignored(log))
    service = _service(log, reading.sidecar.use_case)
    about = Snapshot(("request_id",)) if said.identified_by("request_id") else False
    make = partial(_fields, reading, service, cut, hidden)
    return Record(line, said, make if _failed(log) else partial(_counted, make), about)


def _ignored(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names) - FIELDS.names - _READ_TOO


def by_column(reading: RecordReader) -> Iterator[ReadResult] | None:
    """The rows of a large file of one request a line; None where pages or the count of requests tell that a log was
    cut, which is of all its rows."""
    trace = reading.trace
    if not isinstance(trace, LargeTrace) or not json_text.has_lines(trace):
        return None
    lines = 0
    for _, text in islice(json_text.numbered_lines(trace), _MOST + 1):
        if text.lstrip()[:1] == "[" or _is_page(text):
            return None
        lines += 1
    if lines == _MOST:
        return None
    return ColumnReading(reading, trace, BY_COLUMN).results()


def _is_page(text: str) -> bool:
    found = json_text.parsed(text) if '"data"' in text else None
    return isinstance(found, dict) and _page_of(found) is not None


def _read_line(reading: RecordReader, text: str, line: int, above: int) -> Iterator[Record | OtherObject | None]:
    ranks = count(1 + above)
    for place, item in json_text.objects_in(line, json_text.parsed(text, BY_COLUMN.shape)):
        for at, log, _ in _requests(place, item, ranks):
            yield _record(reading, at, log, [])


def _logs(trace: Trace | LargeTrace) -> Iterator[tuple[int, Log, int]]:
    """(line or rank, request) of each, and the total count that its page states (0 when absent)."""
    head = delimited_text.decode(trace.head if isinstance(trace, LargeTrace) else trace.data)
    if not head.lstrip().startswith(("{", "[")):
        table = delimited_text.table(trace.name, delimited_text.decode(trace.data))[1]
        yield from ((line, log, 0) for line, log in table)
        return
    ranks = count(1)
    for line, item in json_text.objects(trace, BY_COLUMN.shape):
        yield from _requests(line, item, ranks)


def _requests(line: int, item: Log, ranks: Iterator[int]) -> Iterator[tuple[int, Log, int]]:
    """The same of one item: a request, or a page of them."""
    page = _page_of(item) if isinstance(item, dict) else None
    if isinstance(item, str) or page is None:
        next(ranks)
        yield line, item, 0
        return
    total = item["total"] if isinstance(item.get("total"), int) else 0
    for log in page:
        yield next(ranks), log if isinstance(log, dict) else json.dumps(log), total


def _page_of(item: dict[str, Any]) -> list[Any] | None:
    page = item.get("data") if "request_id" not in item else None
    return page if isinstance(page, list) else None


def _spend_log(log: dict[str, Any]) -> dict[str, Any]:
    """A request of the logger as that of a spend log: its id has another name, its times are in seconds since 1970."""
    if "request_id" in log or "id" not in log:
        return log
    times = {name: log.get(name) for name in FIELDS.moments}
    seconds = {name: at for name, at in times.items() if isinstance(at, int | float) and not isinstance(at, bool)}
    dates = {name: date for name, at in seconds.items() if (date := prometheus.iso(at))}  # a number that is none stays
    named = {"request_id": log["id"], "team_id": _metadata(log).get("user_api_key_team_id")}
    if isinstance(model := log.get("model"), str):  # a gateway writes its provider before it
        named["model"] = model.removeprefix(f"{log.get('custom_llm_provider')}/")
    return {name: log[name] for name in log if name != "id"} | dates | named


def _columns(head: str) -> list[str]:
    line = next((line for line in head.splitlines() if line.strip()), "")
    return [name.strip().strip('"') for name in line.split(delimited_text.delimiter_of(line))]


def _metadata(log: Mapping[str, Any]) -> dict[str, Any]:
    """A field given as JSON text or as an object."""
    quoted = log.get("metadata")
    found = json_text.parsed(quoted) if isinstance(quoted, str) else quoted
    return found if isinstance(found, dict) else {}


def _repeated(log: Mapping[str, Any]) -> str | None:
    """The key that stands twice in the metadata given as JSON text, where they are read."""
    quoted = log.get("metadata")
    return repeated(quoted, BY_COLUMN.shape["metadata"]) if isinstance(quoted, str) else None


def _cached_tokens(log: Mapping[str, Any]) -> Any:
    """Tokens read from the provider's cache, in the usage field of the log."""
    return json_text.object_in(_usage(log), "prompt_tokens_details").get("cached_tokens")


def _usage(log: Mapping[str, Any]) -> dict[str, Any]:
    return json_text.object_in(_metadata(log), "usage_object")


def _unseen(log: Mapping[str, Any]) -> Unseen:
    """What its input, which includes what a cache gave but in some versions what it took, and its output leave out;
    vectors have no output."""
    if "embedding" in _text(log, "call_type"):
        return unseen_tokens.NOTHING
    usage = _usage(log)
    thought = json_text.object_in(usage, "completion_tokens_details").get("reasoning_tokens")
    cached = (_cached_tokens(log), usage.get(_MADE[-1]))
    read, written, total = (log.get(name) for name in ("prompt_tokens", "completion_tokens", "total_tokens"))
    return unseen(TokensTold(read, written, total, thought, cached, usage.get("prompt_audio_seconds")))


def _failed(log: Mapping[str, Any]) -> bool:
    """Whether a request says that it did not succeed: by its status, or by the error that it holds without one."""
    metadata = _metadata(log)
    if status := _text(log, "status") or _text(metadata, "status"):
        return status.lower() != "success"
    return bool(metadata.get("error") or metadata.get("error_information"))


class Service(NamedTuple):
    """The service of a request, and whether a candidate name was dropped as that of a person."""

    name: str
    hidden: bool


def _service(log: Mapping[str, Any], told: str | None) -> Service:
    """First of: the sidecar (`use_case`), a tag `service:NAME`, the alias of the key, that of the project,
    that of the team, another tag of the caller, the id of the team, the gateway. Never a person or a key."""
    if told:
        return Service(told, False)
    metadata = _metadata(log)
    people = [_text(log, name) for name in _PEOPLE] + [_text(metadata, name) for name in _PEOPLE_OF_KEYS]
    tags = _tags(log)
    named = [tag[len(start) :].strip() for tag in tags for start in _TAGGED if tag.lower().startswith(start)]
    key, project, team = (_text(metadata, name) for name in _NAMES_OF_KEY)
    others = [tag for tag in tags if ":" not in tag and "=" not in tag]  # tags of the gateway, or of one job
    names = [name for name in (*named, key, project, team, *others) if service_names.is_name(name)]
    names += [_text(log, "team_id")[:_LONGEST_ID]]
    hidden = {
        name
        for name in names
        if service_names.of_person(name, people) or (name == key and service_names.of_owner(name))
    }
    kept = next((name for name in names if name and name not in hidden), NAME)
    return Service(kept, bool(hidden))


def _text(holder: Mapping[str, Any], name: str) -> str:
    text = _spaced(value) if isinstance(value := holder.get(name), str) else ""
    return text if text.isprintable() else ""


def _spaced(text: str) -> str:
    """A text with one space where it has spaces of any kind."""
    return " ".join(text.split())


def _tags(log: Mapping[str, Any]) -> list[str]:
    given = log.get("request_tags")
    found = json_text.parsed(given) if isinstance(given, str) else given
    return [_spaced(tag) for tag in found if isinstance(tag, str)] if isinstance(found, list) else []


def _fields(
    reading: RecordReader, service: Service, cut: list[str], hidden: Unseen, said: RecordFields
) -> dict[str, Any]:
    if said.text("cache_hit").lower() == "true":
        raise RowRefused("gateway_cache")
    counted = counts_only(said.text("model"), hidden.with_them(said.counts(_COUNTS)))
    place = reading.place(said.text("custom_llm_provider"), said.secret.get("api_base", ""))
    start, end = (said.moment(name) for name in ("startTime", "endTime"))
    start_us, end_us = (reading.local(m if m.tzinfo else m.replace(tzinfo=UTC), None)[0] for m in (start, end))
    return reading.row(
        counted,
        place,
        reading.period(start_us, end_us, "offset"),
        checks=[*cut, *hidden.checks, *(["alias_hidden"] if service.hidden else [])],
        service_key=service.name,
        requests=1.0,
        latency_s=(end_us - start_us) / 1e6,
    )


def _counted(make: Callable[[RecordFields], dict[str, Any]], said: RecordFields) -> dict[str, Any]:
    """The fields of a request that did not fail: without tokens, they are unknown, for it may well have been paid."""
    try:
        return make(said)
    except RowRefused as refusal:
        raise RowRefused("no_usage") if refusal.code == "no_work" else refusal from None


_CACHED = ("metadata", "usage_object", "prompt_tokens_details", "cached_tokens")
_MADE = ("metadata", "usage_object", "cache_creation_input_tokens")
_THOUGHT = ("metadata", "usage_object", "completion_tokens_details", "reasoning_tokens")
_NOT_ITS_OWN = frozenset({_CACHED[-1], _THOUGHT[-1], unseen_tokens.BESIDE})
BY_COLUMN = RecordColumns(
    shape=dict.fromkeys((*sorted(FIELDS.names - _NOT_ITS_OWN), "request_tags", *_PEOPLE))
    | {
        "metadata": dict.fromkeys((*_NAMES_OF_KEY, *_PEOPLE_OF_KEYS))
        | {_CACHED[1]: {_CACHED[2]: {_CACHED[3]: None}, _THOUGHT[2]: {_THOUGHT[3]: None}, _MADE[2]: None}}
    },
    subject="request_id",
    counts={ours: _CACHED if theirs == _CACHED[-1] else (theirs,) for ours, theirs in _COUNTS.items()},
    beside=((unseen_tokens.TOTAL,), _THOUGHT, _MADE),
    alike=unseen_tokens.all_seen,
    moments=("startTime", "endTime"),
    lasting=("latency_s",),
    ignored=_ignored,
    read=_read_line,
)
READER = record_reader(NAME, 8, sniff, records, by_column)
