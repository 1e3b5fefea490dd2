"""Readers of the transcripts of coding agents: the counts of each call of a model, and nothing of what was said.

A call reads the whole conversation again: what its provider kept in cache is counted apart, as it is not read anew.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from estimator.ingestion.parsing import json_text
from estimator.ingestion.parsing.record_fields import FieldNames, RecordFields
from estimator.ingestion.parsing.records import Record, RecordReader, Snapshot, record_reader
from estimator.ingestion.parsing.row_parts import counts_only
from estimator.ingestion.usage.unseen_tokens import NOTHING, TokensTold, Unseen, unseen

FIELDS = FieldNames(
    numbers=("read", "kept", "cached", "written", "thought"),
    texts=("id", "model", "provider"),
    moments=("timestamp",),
    ids=("id",),
)
READ, WRITTEN = ("read", "kept", "cached"), ("written", "thought")
SYNTHETIC = "<synthetic>"  # the model of a line that the tool wrote itself, without a call
# What these tools write before any text, so that a long first prompt cannot hide it.
_CLAUDE_CODE = frozenset({"sessionId", "parentUuid", "isSidechain"})
_CODEX = frozenset({"timestamp", "type", "payload.id", "payload.cwd", "payload.cli_version"})
_GEMINI_CLI = frozenset({"sessionId", "projectHash", "startTime", "lastUpdated"})
# Who answers, by the beginning of the name of an answer, or of its request.
_SERVED = (("msg_bdrk_", "bedrock"), ("msg_vrtx_", "vertex_ai"), ("req_", "anthropic"))

Told = dict[str, Any]


def claude_code(reading: RecordReader) -> Iterator[Record]:
    """Each answer of a Claude Code transcript, once: a stream writes it again with each of its blocks, and the repeat
    that wrote the most counts. What is read excludes the cache. broken_json."""
    answers: dict[str, tuple[int, Told]] = {}
    opened: dict[str, str] = {}  # session -> its first answer; that of a sub-agent opens none
    for line, entry in reading.objects():
        message = json_text.object_in(entry, "message")
        usage = json_text.object_in(message, "usage")
        if not usage or message.get("model") == SYNTHETIC:
            continue
        name = str(message.get("id") or f"line {line}")
        names = (name, str(entry.get("requestId")))
        told = {n: message.get(n) for n in ("id", "model")} | {
            "timestamp": entry.get("timestamp"),
            "provider": next((who for start, who in _SERVED if any(n.startswith(start) for n in names)), None),
            "read": usage.get("input_tokens"),
            "kept": usage.get("cache_creation_input_tokens"),
            "cached": usage.get("cache_read_input_tokens"),
            "written": usage.get("output_tokens"),
        }
        if not entry.get("isSidechain"):
            opened.setdefault(str(entry.get("sessionId")), name)
        if name not in answers or _wrote(told) >= _wrote(answers[name][1]):
            answers[name] = (line, told)
    for name, (line, told) in answers.items():
        yield _record(reading, line, told, first=name in opened.values())


def codex(reading: RecordReader) -> Iterator[Record]:
    """Each call of a Codex rollout, by the count that follows it; a count written again with the same total is no call.
    What is read includes the cache, and what is written the reasoning. broken_json."""
    model, provider, total, first = None, None, None, True
    for line, entry in reading.objects():
        payload = json_text.object_in(entry, "payload")
        if entry.get("type") == "session_meta":
            provider = payload.get("model_provider")
        if entry.get("type") == "turn_context":
            model = payload.get("model") or model
        info = json_text.object_in(payload, "info")
        if payload.get("type") != "token_count" or not info or info.get("total_token_usage") == total:
            continue
        total = info.get("total_token_usage")
        usage = json_text.object_in(info, "last_token_usage")
        told = {"model": model, "provider": provider, "timestamp": entry.get("timestamp")}
        told |= {"read": usage.get("input_tokens"), "cached": usage.get("cached_input_tokens")}
        told |= {"written": usage.get("output_tokens")}
        counts = told["read"], told["written"], usage.get("total_tokens"), usage.get("reasoning_output_tokens")
        told |= {"unseen": unseen(TokensTold(*counts, (told["cached"],)))}
        yield _record(reading, line, told, first, cache_inside=True)
        first = False


def gemini_cli(reading: RecordReader) -> Iterator[Record]:
    """Each answer of a Gemini CLI conversation: in one document, or, since 2026, a message a line and lines that set
    some of them. What is read includes the cache, without the results of tools; thoughts are beside what is written.
    broken_json."""
    first = True
    for line, entry in reading.objects():
        holders = (entry, json_text.object_in(entry, "$set"))
        listed = [message for holder in holders for message in json_text.lists_in(holder, "messages")]
        for rank, message in enumerate(listed or [entry], 1 if listed else line):
            tokens = json_text.object_in(message, "tokens")
            if not tokens:
                continue
            told = {n: message.get(n) for n in ("id", "model", "timestamp")} | {"provider": "google"}
            told |= {"read": tokens.get("input"), "kept": tokens.get("tool"), "cached": tokens.get("cached")}
            told |= {"written": tokens.get("output"), "thought": tokens.get("thoughts")}
            yield _record(reading, rank, told, first, cache_inside=True)
            first = False


def _wrote(told: Told) -> float:
    return told["written"] if isinstance(told["written"], int | float) else 0.0


def _record(reading: RecordReader, line: int, told: Told, first: bool, cache_inside: bool = False) -> Record:
    """A call. first: it opens a session, which is one item; cache_inside: what is read includes the cache."""
    said = RecordFields(told, FIELDS)
    make = partial(_fields, reading, first, cache_inside, told.get("unseen", NOTHING))
    about: Snapshot | bool = Snapshot(("id",)) if said.identified_by("id") else True
    return Record(line, said, make, about)


def _fields(
    reading: RecordReader, first: bool, cache_inside: bool, hidden: Unseen, said: RecordFields
) -> dict[str, Any]:
    values: Mapping[str, float | None] = {name: said.number(name) for name in FIELDS.numbers}
    beside = READ[1:-1] if cache_inside else READ[1:]
    counts = {"input_tokens": _sum(values, READ[0], beside), "output_tokens": _sum(values, WRITTEN[0], WRITTEN[1:])}
    counted = counts_only(said.text("model"), hidden.with_them(counts) | {"cached_tokens": values["cached"]})
    moment, basis = reading.local(said.moment("timestamp"), None)
    place = reading.place(said.text("provider"))
    named = {"service_key": reading.sidecar.use_case} if reading.sidecar.use_case else {}
    period = reading.period(moment, moment, basis)
    told = {"items": 1.0 if first else None, "requests": 1.0}
    return reading.row(counted, place, period, told, checks=hidden.checks, **named)


def _sum(values: Mapping[str, float | None], main: str, beside: tuple[str, ...]) -> float | None:
    """A count with those beside it; None where the count itself is unknown, as a part is no sum."""
    counted = values[main]
    return None if counted is None else counted + sum(values[name] or 0.0 for name in beside)


def _sniff(signs: frozenset[str], name: str, head: str) -> bool:
    """Whether the first lines have the names of this tool's transcripts."""
    return json_text.outline(head) >= signs


def lacking(head: str) -> tuple[str, list[str]] | None:
    """The tool whose transcript a JSON text is nearest to, and the names that its first lines lack; None for other
    texts. Times and a type are in any log."""
    found = json_text.outline(head)
    told = {tool: signs - {"timestamp", "type", "startTime"} for tool, signs in _SIGNS.items()}
    tool, signs = max(told.items(), key=lambda one: len(one[1] & found) / len(one[1]))
    return (tool, sorted(_SIGNS[tool] - found)) if signs & found else None


_SIGNS = {"claude_code": _CLAUDE_CODE, "codex": _CODEX, "gemini_cli": _GEMINI_CLI}
CLAUDE_CODE = record_reader("claude_code", 2, partial(_sniff, _CLAUDE_CODE), claude_code)
CODEX = record_reader("codex", 2, partial(_sniff, _CODEX), codex)
GEMINI_CLI = record_reader("gemini_cli", 3, partial(_sniff, _GEMINI_CLI), gemini_cli)
