"""Reader of responses in the OpenAI format (vLLM, llama.cpp and others) and of Anthropic, each alone or as a line of
the output of a batch: usage without content."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from estimator.ingestion.parsing import json_text
from estimator.ingestion.parsing.record_fields import FieldNames, RecordFields
from estimator.ingestion.parsing.records import OtherObject, Record, RecordReader, Snapshot, record_reader
from estimator.ingestion.parsing.row_parts import counts_only
from estimator.ingestion.reader import RowRefused
from estimator.ingestion.usage import unseen_tokens
from estimator.ingestion.usage.unseen_tokens import TokensTold, Unseen, unseen

_COUNTS = {"input_tokens": "prompt_tokens", "output_tokens": "completion_tokens", "cached_tokens": "cached_tokens"}
FIELDS = FieldNames(
    numbers=("created", *_COUNTS.values(), *unseen_tokens.NAMES),
    texts=("id", "object", "model"),
    moments=("created_at",),  # as text, where who sends an answer without a date adds one
    ids=("id",),
)
# Each field with its name in chat completions, then in the Responses API, where the output includes reasoning, and in
# the messages of Anthropic, which have no date, and whose input leaves out what the cache has, or takes: gateways write
# these two beside `prompt_tokens` too, which includes them.
_NAMES = {
    "created": ("created", "created_at"),
    "prompt_tokens": ("prompt_tokens", "input_tokens"),
    "completion_tokens": ("completion_tokens", "output_tokens"),
}
_CACHED = "cache_read_input_tokens"
_CALL = Snapshot(("id", "created", "created_at", "model"), once=True)  # some servers give one id to several calls
_BESIDE = (_CACHED, "cache_creation_input_tokens")
_DETAILS = ("prompt_tokens_details", "input_tokens_details")
_DETAILS_OF_OUTPUT = ("completion_tokens_details", "output_tokens_details")
_MADE = ("cache_creation_tokens", "cache_write_tokens")  # in the details of the input: what the cache took
_USED = frozenset({"id", "object", "model", "usage", *_NAMES["created"]})
_CHAT = frozenset({"id", "object", "created", "model"})  # with its usage or without: what it lacks is then told
_RESPONSE = frozenset({"id", "object", "created_at", "model", "usage.input_tokens", "usage.total_tokens"})
_LONG = frozenset({"id", "object", "created_at", "model", "output.type"})  # its usage comes after its content
_PIECE = "response."  # what the type of an event of a stream begins with
_ENDED = "response"  # the last event of a stream has the whole response
_MESSAGE = frozenset({"id", "role", "model", "usage.input_tokens", "usage.output_tokens"})
_UNCOUNTED = frozenset({"id", "object", "model", "choices.finish_reason"})  # without usage, or without a date
_EVENT = frozenset({"type", *(f"{_ENDED}.{name}" for name in ("id", "object", "created_at", "model"))})
_VECTORS = frozenset({"object", "data.object", "data.embedding"})  # its usage comes after its vectors; it has no date
# A line of the output of a batch, of OpenAI, vLLM and Mistral, then of Anthropic: the answer to one request.
_BATCH, _BATCH_OF_MESSAGES = frozenset({"custom_id", "response.status_code"}), frozenset({"custom_id", "result.type"})
_SIGNS = (_CHAT, _RESPONSE, _LONG, _EVENT, _MESSAGE, _UNCOUNTED, _VECTORS, _BATCH, _BATCH_OF_MESSAGES)
_CHUNK = "chat.completion.chunk"
_ANSWERS = frozenset({"chat.completion", "text_completion", "response", _CHUNK})
_OTHERS = frozenset({"usage.carbon.kWh", "usage.impacts.kWh"})


def sniff(name: str, head: str) -> bool:
    """Whether these are responses with usage, without the electricity that only some gateways add."""
    found = json_text.outline(head)
    return any(found >= signs for signs in _SIGNS) and not _OTHERS & found


def records(reading: RecordReader) -> Iterator[Record | OtherObject]:
    """Each response with usage, of a document, of a list, of one a line or of a batch; of those that have none at their
    end, and of the requests of a batch that failed, one refusal each. broken_json."""
    uncounted: dict[str, tuple[int, RecordFields]] = {}  # by id: chunks of a response come before its usage
    for line, found in reading.objects():
        answer = _of_batch(found) if "custom_id" in found else found
        if answer is None:
            failed = RecordFields({"id": found.get("id")}, FIELDS)
            yield Record(line, failed, _failed, failed.identified_by("id"))
            continue
        answer = answer if "usage" in answer else json_text.object_in(answer, _ENDED) or answer
        usage = json_text.object_in(answer, "usage")
        said = RecordFields(flat := _flat(answer, usage), FIELDS)
        answer_id = str(answer.get("id") or ("" if answer.get("object") == _CHUNK else f"line {line}"))
        if usage:
            uncounted.pop(answer_id, None)
            reading.left_out(answer.keys() - _USED)
            about, hidden = _CALL if said.identified_by("id") else False, _unseen(answer, usage, flat)
            if hidden.told and about:  # so that it stands in the place of what was read before
                said = RecordFields(flat | hidden.told, FIELDS)
            yield Record(line, said, partial(_fields, reading, hidden), about)
        elif str(answer.get("object")) in _ANSWERS or _is_message(answer):
            uncounted.setdefault(answer_id, (line, said))
        elif not str(answer.get("type", "")).startswith(_PIECE):
            yield OtherObject(line, found)
    for line, said in uncounted.values():
        yield Record(line, said, _refused, said.identified_by("id"))


def _of_batch(line: dict[str, Any]) -> dict[str, Any] | None:
    """The answer in a line of a batch, with the date that who sends it may have added to the line; None for a request
    that failed."""
    told = json_text.object_in(line, "response") or json_text.object_in(line, "result")
    answer = json_text.object_in(told, "body") or json_text.object_in(told, "message")
    if line.get("error") or not answer or answer.get("error"):
        return None
    return {"created_at": line["created_at"]} | answer if "created_at" in line else answer


def _is_message(answer: dict[str, Any]) -> bool:
    """Whether this is an answer of Anthropic."""
    return answer.get("type") == "message" and answer.get("role") == "assistant"


def _failed(said: RecordFields) -> dict[str, Any]:
    raise RowRefused("no_work")


def _refused(said: RecordFields) -> dict[str, Any]:
    raise RowRefused("no_usage")


def _flat(answer: dict[str, Any], usage: dict[str, Any]) -> dict[str, Any]:
    given = usage | {name: answer.get(name) for name in _NAMES["created"]}
    values = {
        field: next((given[n] for n in names if given.get(n) is not None), None) for field, names in _NAMES.items()
    }
    details = _details(usage, _DETAILS)
    beside = [usage[name] for name in _BESIDE if isinstance(usage.get(name), int)]
    if not details and usage.get("prompt_tokens") is None and isinstance(values["prompt_tokens"], int):
        values["prompt_tokens"] += sum(beside)
    told = {name: answer.get(name) for name in ("id", "object", "model")}
    if isinstance(values["created"], str) and not values["created"].strip().isdigit():
        told["created_at"] = values.pop("created")
    return told | values | {"cached_tokens": details.get("cached_tokens", usage.get(_CACHED))}


def _details(usage: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return next((found for name in names if (found := json_text.object_in(usage, name))), {})


def _unseen(answer: dict[str, Any], usage: dict[str, Any], flat: dict[str, Any]) -> Unseen:
    """What its input, to which the cache of Anthropic was added, and its output leave out; vectors have no output."""
    if answer.get("object") == "list":
        return unseen_tokens.NOTHING
    thought = _details(usage, _DETAILS_OF_OUTPUT).get("reasoning_tokens", usage.get("reasoning_tokens"))
    details = _details(usage, _DETAILS)
    made = next((details[name] for name in _MADE if details.get(name) is not None), usage.get(_BESIDE[1]))
    cached = (flat["cached_tokens"], made)
    counts = flat["prompt_tokens"], flat["completion_tokens"], usage.get("total_tokens"), thought
    return unseen(TokensTold(*counts, cached, usage.get("prompt_audio_seconds")))


def _fields(reading: RecordReader, hidden: Unseen, said: RecordFields) -> dict[str, Any]:
    counted = counts_only(said.text("model"), hidden.with_them(said.counts(_COUNTS)))
    place = reading.place()
    if "created" in said.kept:
        period = reading.period(*(said.since_1970_us("created"),) * 2, "offset")
        return reading.row(counted, place, period, checks=hidden.checks, requests=1.0)
    moment, dated = reading.dated(said, "created_at")
    at_us, basis = reading.local(moment, None)
    checks = (*dated, *hidden.checks)
    return reading.row(counted, place, reading.period(at_us, at_us, basis), checks=checks, requests=1.0)


READER = record_reader("chat_response", 6, sniff, records)
